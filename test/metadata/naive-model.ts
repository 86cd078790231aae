/**
 * The rules of every operation once more, as plainly as possible: one object, copied whole before each operation and
 * thrown away when a rule is broken. Shares nothing with `src/metadata` but the types. Where replicas are placed to be
 * even it takes the lists that were made, if they are such lists as the rules allow.
 */
import type { GroupOperationData } from '../../src/metadata/groups/operations.js';
import type { BrokerStatus, ClusterMetadata, PartitionInfo, TopicConfig, TopicInfo } from '../../src/metadata/model.js';
import type { OperationData, OperationType } from '../../src/metadata/operations.js';
import { canonicalJson } from '../../src/state-machine/canonical-json.js';
import { NaiveBrokers } from './naive-brokers.js';
import { alteredConfig, mergedConfig, requireSoundConfig, USUAL_CONFIG } from './naive-configs.js';
import { endReassignment, NaiveControlPlane, stamped } from './naive-control-plane.js';
import type { WantedPlacement } from './naive-placement.js';
import { placedLists } from './naive-placement.js';
import { emptyState, restoreState } from './naive-state.js';
import { isId, Refusal, require, requireShape, requireSound } from './refusal.js';

/** Groups have a model of their own, in `groups/`. */
type ModelledType = Exclude<OperationType, keyof GroupOperationData>;

export type AnyOperation = {
  [Type in ModelledType]: { type: Type; data: OperationData[Type]; timestamp: number; placementSeed?: number };
}[ModelledType];

export type NaiveAnswer = { value: unknown } | { code: string };

export class NaiveMetadata {
  #placed: (topic: string) => number[][] = () => [];
  state: ClusterMetadata = emptyState();

  /** `index`: of its log entry. `placed`: the replicas of a topic that the operation created. */
  apply(operation: AnyOperation, index: number, placed: (topic: string) => number[][] = () => []): NaiveAnswer {
    this.#placed = placed;
    const before = JSON.stringify(this.state);
    try {
      const value = JSON.parse(JSON.stringify(this.#perform(operation, index))) as unknown;
      if ('validateOnly' in operation.data && operation.data.validateOnly) restoreState(this.state, before);
      if (canonicalJson(this.state) !== canonicalJson(JSON.parse(before))) {
        this.state.version += 1;
        this.state.lastModified = Math.max(this.state.lastModified, operation.timestamp);
      }
      return { value };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      restoreState(this.state, before);
      return { code: error.message };
    }
  }

  #perform(operation: AnyOperation, index: number): unknown {
    const { timestamp } = operation;
    switch (operation.type) {
      case 'register_broker':
        return this.#brokers(timestamp).register(operation.data, index);
      case 'unregister_broker':
        return this.#brokers(timestamp).unregister(operation.data);
      case 'update_broker':
        return this.#brokers(timestamp).update(operation.data);
      case 'fence_broker':
        return this.#brokers(timestamp).fence(operation.data);
      case 'unfence_broker':
        return this.#brokers(timestamp).unfence(operation.data);
      case 'begin_controlled_shutdown':
        return this.#brokers(timestamp).beginControlledShutdown(operation.data);
      case 'record_heartbeats':
        return this.#brokers(timestamp).recordHeartbeats(operation.data);
      case 'create_topic':
        return this.#createTopic(operation.data, timestamp);
      case 'create_topics':
        return this.#createTopics(operation.data, timestamp);
      case 'delete_topic':
        this.#topic(operation.data.name);
        for (const [key, { topic }] of Object.entries(this.state.partitions)) {
          if (topic === operation.data.name) Reflect.deleteProperty(this.state.partitions, key);
        }
        Reflect.deleteProperty(this.state.topics, operation.data.name);
        return null;
      case 'update_topic': {
        const { name, config } = operation.data;
        return this.#configure(name, timestamp, (base) => mergedConfig(base, config));
      }
      case 'alter_topic_configs': {
        const { name, changes } = operation.data;
        return this.#configure(name, timestamp, (base) => alteredConfig(base, changes));
      }
      case 'create_partition':
        return this.#createPartition(operation.data, timestamp);
      case 'batch_create_partitions':
        return this.#createInTurn(operation.data, timestamp);
      case 'update_partition':
        return this.#change(operation.data, operation.data.change, timestamp);
      case 'update_leader': {
        const { leader, leaderEpoch } = operation.data;
        const epoch = this.#partition(operation.data).leaderEpoch;
        require(leaderEpoch > epoch, 'StaleEpoch');
        return this.#change(operation.data, { leader, leaderEpoch }, timestamp);
      }
      case 'update_isr':
        return this.#change(operation.data, { isr: [...operation.data.isr] }, timestamp);
      case 'update_replica_list':
        return this.#change(operation.data, { replicas: [...operation.data.replicas] }, timestamp);
      case 'add_partitions':
        return this.#addPartitions(operation.data, timestamp);
      case 'alter_isr':
        return this.#controlPlane(timestamp).alterIsr(operation.data);
      case 'elect_leaders':
        return this.#controlPlane(timestamp).electLeaders(operation.data.kind, operation.data.partitions);
      case 'alter_reassignments':
        return this.#controlPlane(timestamp).alterReassignments(operation.data.changes);
    }
  }

  #brokers(timestamp: number): NaiveBrokers {
    const statusChanged = (id: number, before: BrokerStatus): void => {
      this.#controlPlane(timestamp).statusChanged(id, before);
    };
    return new NaiveBrokers(this.state, statusChanged, timestamp);
  }

  #controlPlane(timestamp: number): NaiveControlPlane {
    return new NaiveControlPlane(this.state, (place) => this.#partition(place), timestamp);
  }

  #createTopic(data: OperationData['create_topic'], timestamp: number): TopicInfo {
    const { name, partitions, replicationFactor, assignment = 'auto' } = data;
    const given = typeof assignment === 'string' ? [] : assignment.flat();
    require(partitions >= 1 && replicationFactor >= 1 && given.every(isId), 'InvalidArgument');
    const config = mergedConfig(USUAL_CONFIG, data.config ?? {});
    requireSoundConfig(config);
    require(!(name in this.state.topics), 'TopicExists');
    const flat = (text: string): string => text.split('.').join('_');
    require(!Object.keys(this.state.topics).some((other) => flat(other) === flat(name)), 'InvalidArgument');
    const lists = assignment === 'auto' ? this.#place(data) : assignment === 'none' ? [] : assignment;
    if (assignment !== 'none') require(lists.length === partitions, 'InvalidAssignment');
    const topic = {
      name,
      numPartitions: partitions,
      replicationFactor,
      config,
      createdAt: timestamp,
      modifiedAt: timestamp,
    };
    this.state.topics[name] = topic;
    lists.forEach((replicas, partition) =>
      this.#createPartition({ topic: name, partition, replicas: [...replicas] }, timestamp),
    );
    return topic;
  }

  #place(request: WantedPlacement): number[][] {
    return placedLists(Object.values(this.state.brokers), request, this.#placed(request.name));
  }

  #addPartitions(data: OperationData['add_partitions'], timestamp: number): PartitionInfo[] {
    require((data.assignment ?? []).flat().every(isId), 'InvalidArgument');
    const topic = this.#topic(data.topic);
    const partitions = data.total - topic.numPartitions;
    require(partitions > 0, 'InvalidArgument');
    const lists = data.assignment ?? this.#place({ ...topic, partitions });
    require(lists.length === partitions, 'InvalidAssignment');
    return this.#controlPlane(timestamp).addPartitions(topic, lists);
  }

  /** One after the other, each as if it were alone but for those before it. */
  #createTopics({ topics }: OperationData['create_topics'], timestamp: number): unknown {
    return topics.map((topic) => {
      const { name } = topic;
      const before = JSON.stringify(this.state);
      try {
        require(topics.filter((other) => other.name === name).length === 1, 'InvalidArgument');
        return { name, topic: this.#createTopic(topic, timestamp) };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        restoreState(this.state, before);
        return { name, code: error.message };
      }
    });
  }

  #configure(name: string, timestamp: number, change: (base: TopicConfig) => TopicConfig): TopicInfo {
    const topic = this.state.topics[name];
    const config = change(topic?.config ?? USUAL_CONFIG);
    require(topic !== undefined, 'TopicNotFound');
    requireSoundConfig(config, topic.config);
    if (canonicalJson(config) !== canonicalJson(topic.config)) topic.modifiedAt = Math.max(topic.modifiedAt, timestamp);
    topic.config = config;
    return topic;
  }

  #createInTurn(data: OperationData['batch_create_partitions'], timestamp: number): PartitionInfo[] {
    for (const wanted of data.partitions) requireShape(wanted);
    return data.partitions.map((wanted) => this.#createPartition(wanted, timestamp));
  }

  #createPartition(wanted: OperationData['create_partition'], timestamp: number): PartitionInfo {
    const { topic: name, partition, replicas } = wanted;
    requireShape(wanted);
    const topic = this.#topic(name);
    require(partition < topic.numPartitions, 'InvalidArgument');
    const key = `${name}:${partition}`;
    require(!(key in this.state.partitions), 'PartitionExists');
    require(replicas.length === topic.replicationFactor, 'InvalidAssignment');
    require(replicas.every((id) => id in this.state.brokers), 'InvalidAssignment');
    require(replicas.length > 0 && new Set(replicas).size === replicas.length, 'InvalidAssignment');
    const statusOf = (id: number): string | undefined => this.state.brokers[id]?.status;
    const active = replicas.filter((id) => statusOf(id) === 'alive');
    require(active.length > 0, 'InvalidAssignment');
    const isr = wanted.isr ?? active;
    require(isr.every((id) => !replicas.includes(id) || active.includes(id)), 'IneligibleReplica');
    const leader = wanted.leader ?? isr[0] ?? 0;
    const created = {
      topic: name,
      partition,
      leader,
      replicas: [...replicas],
      isr: [...isr],
      offlineReplicas: replicas.filter((id) => statusOf(id) === 'dead' || statusOf(id) === 'unreachable'),
      leaderEpoch: 1,
      partitionEpoch: 0,
      createdAt: timestamp,
      modifiedAt: timestamp,
    };
    requireSound(created);
    return (this.state.partitions[key] = created);
  }

  #change(
    place: { topic: string; partition: number },
    change: Partial<PartitionInfo>,
    timestamp: number,
  ): PartitionInfo {
    const lists = [change.replicas, change.isr, change.offlineReplicas].flatMap((list) => list ?? []);
    require(lists.every(isId), 'InvalidArgument');
    const current = this.#partition(place);
    const next = structuredClone({ ...current, ...change });
    if (change.replicas !== undefined) {
      const newcomers = change.replicas.filter((id) => !current.replicas.includes(id));
      require(newcomers.every((id) => this.state.brokers[id]?.status === 'alive'), 'InvalidAssignment');
      if (change.isr === undefined) next.isr = current.isr.filter((id) => next.replicas.includes(id));
      require(next.isr.length > 0 || change.isr !== undefined || current.isr.length === 0, 'InvalidAssignment');
      if (change.offlineReplicas === undefined) {
        next.offlineReplicas = current.offlineReplicas.filter((id) => next.replicas.includes(id));
      }
      next.addingReplicas = next.removingReplicas = [];
    }
    requireSound({ ...next, leader: 0 });
    if (change.offlineReplicas !== undefined) this.#controlPlane(timestamp).addFenced(next);
    const moves = endReassignment(next);
    next.leader = change.leader ?? this.#successor(current.leader, next);
    const due = current.leaderEpoch + (next.leader !== current.leader || moves ? 1 : 0);
    next.leaderEpoch = change.leaderEpoch ?? due;
    require(next.leaderEpoch >= due, 'StaleEpoch');
    requireSound(next);
    return stamped(this.state, current, next, timestamp);
  }

  /** Of a leader that leaves. */
  #successor(leader: number, { replicas, isr }: PartitionInfo): number {
    if (leader === 0 || replicas.includes(leader)) return leader;
    const first = replicas.find((id) => isr.includes(id) && this.state.brokers[id]?.status === 'alive');
    require(first !== undefined, 'InvalidAssignment');
    return first;
  }

  #topic(name: string): TopicInfo {
    const topic = this.state.topics[name];
    require(topic !== undefined, 'TopicNotFound');
    return topic;
  }

  #partition({ topic, partition }: { topic: string; partition: number }): PartitionInfo {
    require(partition >= 0, 'InvalidArgument');
    require(partition < this.#topic(topic).numPartitions, 'InvalidArgument');
    const found = this.state.partitions[`${topic}:${partition}`];
    require(found !== undefined, 'PartitionNotFound');
    return found;
  }
}
