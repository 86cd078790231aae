/**
 * The rules of every operation once more, as plainly as possible: one object, copied whole before each operation and
 * thrown away when a rule is broken. Shares nothing with `src/metadata` but the types.
 */
import type { BrokerInfo, ClusterMetadata, PartitionInfo, TopicInfo } from '../../src/metadata/model.js';
import type { OperationData, OperationType } from '../../src/metadata/operations.js';

export type AnyOperation = {
  [Type in OperationType]: { type: Type; data: OperationData[Type]; timestamp: number };
}[OperationType];

export type NaiveAnswer = { value: unknown } | { code: string };

class Refusal extends Error {}

function require(holds: boolean, code: string): asserts holds {
  if (!holds) throw new Refusal(code);
}

export class NaiveMetadata {
  state: ClusterMetadata = {
    brokers: Object.create(null) as Record<string, BrokerInfo>,
    topics: Object.create(null) as Record<string, TopicInfo>,
    partitions: Object.create(null) as Record<string, PartitionInfo>,
    version: 0,
    lastModified: 0,
  };

  /** `index`: of its log entry. */
  apply(operation: AnyOperation, index: number): NaiveAnswer {
    const before = JSON.stringify(this.state);
    try {
      const value = this.#perform(operation, index);
      if (JSON.stringify(this.state) !== before) {
        this.state.version += 1;
        this.state.lastModified = Math.max(this.state.lastModified, operation.timestamp);
      }
      return { value: JSON.parse(JSON.stringify(value)) as unknown };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const restored = JSON.parse(before) as ClusterMetadata;
      for (const name of ['brokers', 'topics', 'partitions'] as const) {
        const record = Object.create(null) as Record<string, never>;
        for (const [key, value] of Object.entries(restored[name])) record[key] = value as never;
        this.state[name] = record;
      }
      return { code: error.message };
    }
  }

  #perform(operation: AnyOperation, index: number): unknown {
    const { timestamp } = operation;
    switch (operation.type) {
      case 'register_broker': {
        const { id, addr, rack = '', resources = {}, incarnationId } = operation.data;
        require(isId(id) && /^[a-z]+:[1-9]\d*$/.test(addr) && incarnationId !== '', 'InvalidArgument');
        require(!(id in this.state.brokers), 'BrokerExists');
        const none = { diskTotalBytes: 0, diskUsedBytes: 0, diskAvailableBytes: 0, networkBandwidthBytesPerSecond: 0 };
        const full = { ...none, cpuCores: 0, memoryTotalBytes: 0, memoryUsedBytes: 0, ...resources };
        const times = { registeredAt: timestamp, lastHeartbeat: timestamp };
        const named = incarnationId === undefined ? {} : { incarnationId };
        const status = 'alive' as const;
        const epoch = { brokerEpoch: index };
        return (this.state.brokers[id] = { id, addr, status, resources: full, rack, ...times, ...named, ...epoch });
      }
      case 'unregister_broker': {
        const { id } = operation.data;
        require(isId(id), 'InvalidArgument');
        require(id in this.state.brokers, 'BrokerNotFound');
        require(!this.#partitions().some(({ replicas }) => replicas.includes(id)), 'InvalidAssignment');
        Reflect.deleteProperty(this.state.brokers, id);
        return null;
      }
      case 'update_broker': {
        const { id, change } = operation.data;
        require(isId(id), 'InvalidArgument');
        const broker = this.state.brokers[id];
        require(broker !== undefined, 'BrokerNotFound');
        return Object.assign(broker, change, { resources: { ...broker.resources, ...change.resources } });
      }
      case 'create_topic':
        return this.#createTopic(operation.data, timestamp);
      case 'delete_topic':
        this.#topic(operation.data.name);
        for (const [key, { topic }] of Object.entries(this.state.partitions)) {
          if (topic === operation.data.name) Reflect.deleteProperty(this.state.partitions, key);
        }
        Reflect.deleteProperty(this.state.topics, operation.data.name);
        return null;
      case 'update_topic': {
        require((operation.data.config.segmentMs ?? 1) >= 1, 'InvalidArgument');
        const topic = this.#topic(operation.data.name);
        const before = JSON.stringify(topic.config);
        const extra = { ...topic.config.extra, ...operation.data.config.extra };
        Object.assign(topic.config, operation.data.config, { extra });
        if (JSON.stringify(topic.config) !== before) topic.modifiedAt = Math.max(topic.modifiedAt, timestamp);
        return topic;
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
    }
  }

  #createTopic(data: OperationData['create_topic'], timestamp: number): TopicInfo {
    const { name, partitions, replicationFactor, assignment = 'auto' } = data;
    const given = typeof assignment === 'string' ? [] : assignment.flat();
    require(partitions >= 1 && replicationFactor >= 1 && given.every(isId), 'InvalidArgument');
    require(!(name in this.state.topics), 'TopicExists');
    const flat = (text: string): string => text.split('.').join('_');
    require(!Object.keys(this.state.topics).some((other) => flat(other) === flat(name)), 'InvalidArgument');
    const alive = Object.values(this.state.brokers).filter(({ status }) => status === 'alive');
    const ids = alive.map(({ id }) => id).sort((a, b) => a - b);
    if (assignment === 'auto') require(ids.length >= replicationFactor, 'NotEnoughBrokers');
    const config = { retentionMs: 604800000, retentionBytes: -1, segmentMs: 604800000, segmentBytes: 1073741824 };
    const more = { minInsyncReplicas: 1, compressionType: 'none' as const };
    const topic = {
      name,
      numPartitions: partitions,
      replicationFactor,
      config: { ...config, ...more, ...data.config, extra: { ...data.config?.extra } },
      createdAt: timestamp,
      modifiedAt: timestamp,
    };
    this.state.topics[name] = topic;
    if (assignment === 'none') return topic;
    if (assignment !== 'auto') require(assignment.length === partitions, 'InvalidAssignment');
    for (let partition = 0; partition < partitions; partition += 1) {
      const places = Array.from({ length: replicationFactor }, (_, place) => ids[(partition + place) % ids.length]);
      const replicas = assignment === 'auto' ? (places as number[]) : [...(assignment[partition] ?? [])];
      this.#createPartition({ topic: name, partition, replicas }, timestamp);
    }
    return topic;
  }

  #createInTurn(data: OperationData['batch_create_partitions'], timestamp: number): PartitionInfo[] {
    for (const wanted of data.partitions) requireShape(wanted);
    return data.partitions.map((wanted) => this.#createPartition(wanted, timestamp));
  }

  #createPartition(wanted: OperationData['create_partition'], timestamp: number): PartitionInfo {
    const { topic: name, partition, replicas, isr = replicas } = wanted;
    requireShape(wanted);
    const topic = this.#topic(name);
    require(partition < topic.numPartitions, 'InvalidArgument');
    const key = `${name}:${partition}`;
    require(!(key in this.state.partitions), 'PartitionExists');
    require(replicas.length === topic.replicationFactor, 'InvalidAssignment');
    require(replicas.every((id) => this.state.brokers[id]?.status === 'alive'), 'InvalidAssignment');
    const leader = wanted.leader ?? isr[0] ?? 0;
    const created = {
      topic: name,
      partition,
      leader,
      replicas: [...replicas],
      isr: [...isr],
      offlineReplicas: [],
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
    const next = { ...current, ...change };
    if (change.replicas !== undefined) {
      const newcomers = change.replicas.filter((id) => !current.replicas.includes(id));
      require(newcomers.every((id) => this.state.brokers[id]?.status === 'alive'), 'InvalidAssignment');
      if (change.isr === undefined) next.isr = current.isr.filter((id) => next.replicas.includes(id));
      require(next.isr.length > 0 || change.isr !== undefined || current.isr.length === 0, 'InvalidAssignment');
      if (change.offlineReplicas === undefined) {
        next.offlineReplicas = current.offlineReplicas.filter((id) => next.replicas.includes(id));
      }
      requireSound({ ...next, leader: 0 });
      if (change.leader === undefined && current.leader !== 0 && !next.replicas.includes(current.leader)) {
        const first = next.replicas.find((id) => next.isr.includes(id));
        require(first !== undefined, 'InvalidAssignment');
        next.leader = first;
      }
    }
    requireSound({ ...next, leader: 0 });
    const due = current.leaderEpoch + (next.leader === current.leader ? 0 : 1);
    next.leaderEpoch = change.leaderEpoch ?? due;
    require(next.leaderEpoch >= due, 'StaleEpoch');
    requireSound(next);
    const differs = JSON.stringify(next) !== JSON.stringify({ ...current, ...pick(current, change) });
    if (differs) {
      next.modifiedAt = Math.max(current.modifiedAt, timestamp);
      next.partitionEpoch += 1;
    }
    return (this.state.partitions[`${place.topic}:${place.partition}`] = next);
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

  #partitions(): PartitionInfo[] {
    return Object.values(this.state.partitions);
  }
}

function pick(current: PartitionInfo, change: Partial<PartitionInfo>): object {
  return Object.fromEntries(Object.keys(change).map((name) => [name, current[name as keyof PartitionInfo]]));
}

function requireSound({ leader, replicas, isr, offlineReplicas }: PartitionInfo): void {
  const distinct = (ids: number[]): boolean => new Set(ids).size === ids.length;
  require(replicas.length > 0 && [replicas, isr, offlineReplicas].every(distinct), 'InvalidAssignment');
  require([...isr, ...offlineReplicas].every((id) => replicas.includes(id)), 'InvalidAssignment');
  require(leader === 0 || isr.includes(leader), 'InvalidAssignment');
}

function requireShape({ replicas, isr = [], partition }: OperationData['create_partition']): void {
  require([...replicas, ...isr].every(isId) && partition >= 0, 'InvalidArgument');
}

function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 1;
}
