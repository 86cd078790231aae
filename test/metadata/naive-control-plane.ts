/**
 * What the control plane does with partitions, as plainly as possible: the rules of Kafka's controller on the one
 * object of `naive-model.ts`. Shares nothing with `src/metadata` but the types.
 */
import type { BrokerStatus, ClusterMetadata, PartitionInfo, TopicConfig, TopicInfo } from '../../src/metadata/model.js';
import type { OperationData } from '../../src/metadata/operations.js';
import { require } from './refusal.js';

type Place = Pick<PartitionInfo, 'topic' | 'partition'>;
type Kind = OperationData['elect_leaders']['kind'];

/** The partition, or a refusal. */
type Find = (place: Place) => PartitionInfo;

export class NaiveControlPlane {
  readonly #state: ClusterMetadata;
  readonly #find: Find;
  readonly #timestamp: number;

  constructor(state: ClusterMetadata, find: Find, timestamp: number) {
    this.#state = state;
    this.#find = find;
    this.#timestamp = timestamp;
  }

  /** The broker has its new status already. */
  statusChanged(id: number, before: BrokerStatus): void {
    const after = this.#statusOf(id);
    const standings = [before, after].map((status) => (status === 'unreachable' ? 'dead' : status));
    if (standings[0] === standings[1]) return;
    for (const partition of Object.values(this.#state.partitions)) {
      if (!partition.replicas.includes(id)) continue;
      const { isr, offlineReplicas } = partition;
      this.#settle(partition, {
        isr: after === 'alive' ? isr : isr.filter((one) => one !== id),
        offlineReplicas: standings.includes('dead')
          ? partition.replicas.filter((one) => (one === id ? standings[1] === 'dead' : offlineReplicas.includes(one)))
          : offlineReplicas,
      });
    }
  }

  addPartitions(topic: TopicInfo, lists: readonly (readonly number[])[]): PartitionInfo[] {
    const { name, numPartitions, replicationFactor } = topic;
    const total = numPartitions + lists.length;
    Object.assign(topic, { numPartitions: total, modifiedAt: Math.max(topic.modifiedAt, this.#timestamp) });
    const added: PartitionInfo[] = [];
    for (let partition = numPartitions; partition < total; partition += 1) {
      const replicas = [...(lists[partition - numPartitions] ?? [])];
      require(replicas.length === replicationFactor && new Set(replicas).size === replicas.length, 'InvalidAssignment');
      require(replicas.every((id) => id in this.#state.brokers), 'InvalidAssignment');
      const isr = replicas.filter((id) => this.#statusOf(id) === 'alive');
      require(isr.length > 0, 'InvalidAssignment');
      const offlineReplicas = replicas.filter((id) => this.#isFenced(id));
      const times = { createdAt: this.#timestamp, modifiedAt: this.#timestamp };
      const epochs = { leaderEpoch: 1, partitionEpoch: 0 };
      const sets = { replicas, isr, offlineReplicas };
      const created = { topic: name, partition, leader: isr[0] as number, ...sets, ...epochs, ...times };
      added.push((this.#state.partitions[`${name}:${partition}`] = created));
    }
    return added;
  }

  alterIsr(report: OperationData['alter_isr']): PartitionInfo {
    requireShapes([report], report.isr.concat(report.brokerId));
    const broker = this.#state.brokers[report.brokerId];
    require(broker !== undefined, 'BrokerNotFound');
    require(broker.brokerEpoch === report.brokerEpoch, 'StaleEpoch');
    const partition = this.#find(report);
    require(partition.leaderEpoch === report.leaderEpoch, 'StaleEpoch');
    require(report.partitionEpoch <= partition.partitionEpoch, 'StaleEpoch');
    require(partition.leader === report.brokerId, 'InvalidArgument');
    require(report.partitionEpoch === partition.partitionEpoch, 'StaleEpoch');
    const { isr } = report;
    require(new Set(isr).size === isr.length, 'InvalidArgument');
    require(isr.includes(report.brokerId) && isr.every((id) => partition.replicas.includes(id)), 'InvalidArgument');
    require(isr.every((id) => this.#statusOf(id) === 'alive'), 'IneligibleReplica');
    return this.#settle(partition, { isr: [...isr] });
  }

  electLeaders(kind: Kind, places?: readonly Place[]): PartitionInfo[] {
    requireShapes(places ?? []);
    const all = Object.values(this.#state.partitions).sort(
      (a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : 0) || a.partition - b.partition,
    );
    const asked = (places ?? all).map(this.#find);
    require(new Set(asked).size === asked.length, 'InvalidArgument');
    const elected: PartitionInfo[] = [];
    for (const partition of asked) {
      if (kind === 'preferred' ? partition.leader === partition.replicas[0] : partition.leader !== 0) continue;
      const next = this.#settle(partition, {}, kind === 'online' ? undefined : kind);
      if (next !== partition) elected.push(next);
    }
    return elected;
  }

  alterReassignments(changes: OperationData['alter_reassignments']['changes']): PartitionInfo[] {
    requireShapes(
      changes,
      changes.flatMap(({ replicas }) => replicas ?? []),
    );
    const found = changes.map(this.#find);
    require(new Set(found).size === found.length, 'InvalidArgument');
    return changes.map(({ replicas }, place) => {
      const partition = found[place] as PartitionInfo;
      return replicas === null ? this.#cancel(partition) : this.#reassign(partition, replicas);
    });
  }

  /** Behind those that are offline already. */
  addFenced({ replicas, offlineReplicas }: PartitionInfo): void {
    offlineReplicas.push(...replicas.filter((id) => this.#isFenced(id) && !offlineReplicas.includes(id)));
  }

  #reassign(partition: PartitionInfo, target: readonly number[]): PartitionInfo {
    require(target.length > 0 && new Set(target).size === target.length, 'InvalidAssignment');
    require(target.every((id) => id in this.#state.brokers), 'InvalidAssignment');
    const removing = partition.replicas.filter((id) => !target.includes(id));
    const adding = target.filter((id) => !partition.replicas.includes(id)).concat(partition.addingReplicas ?? []);
    const replicas = [...target, ...removing];
    const lists = { addingReplicas: adding.sort(byNumber), removingReplicas: [...removing].sort(byNumber) };
    return this.#settle(partition, { replicas, ...lists }, 'online');
  }

  #cancel(partition: PartitionInfo): PartitionInfo {
    const { addingReplicas, replicas } = partition;
    require(addingReplicas !== undefined, 'InvalidAssignment');
    const original = replicas.filter((id) => !addingReplicas.includes(id));
    let isr = partition.isr.filter((id) => original.includes(id));
    if (isr.length === 0) {
      require(this.#allowsUnclean(partition), 'InvalidAssignment');
      isr = original.slice(0, 1);
    }
    return this.#settle(partition, { replicas: original, isr, addingReplicas: [], removingReplicas: [] });
  }

  #settle(before: PartitionInfo, change: Partial<PartitionInfo>, kind?: 'preferred' | 'unclean' | 'online') {
    const next = structuredClone({ ...before, ...change });
    endReassignment(next);
    this.#elect(before, next, kind ?? (this.#allowsUnclean(before) ? 'unclean' : 'online'));
    if (next.isr.length === 0) next.isr = before.isr;
    if (next.replicas.join() !== before.replicas.join()) {
      const isOffline = (id: number): boolean => next.offlineReplicas.includes(id) || this.#isFenced(id);
      next.offlineReplicas = next.replicas.filter(isOffline);
    }
    const someLeave = before.replicas.some((id) => !next.replicas.includes(id));
    if (next.leader !== before.leader || someLeave) next.leaderEpoch += 1;
    return stamped(this.#state, before, next, this.#timestamp);
  }

  #elect(before: PartitionInfo, next: PartitionInfo, kind: 'preferred' | 'unclean' | 'online'): void {
    const isAlive = (id: number): boolean => this.#statusOf(id) === 'alive';
    const able = next.replicas.filter((id) => next.isr.includes(id) && isAlive(id));
    const [first = 0] = able;
    next.leader = able.includes(before.leader) ? before.leader : first;
    if (kind === 'preferred' && first !== 0 && first === next.replicas[0]) next.leader = first;
    if (next.leader !== 0 || kind !== 'unclean') return;
    next.leader = next.replicas.find(isAlive) ?? 0;
    if (next.leader !== 0) next.isr = [next.leader];
  }

  #statusOf(id: number): BrokerStatus | undefined {
    return this.#state.brokers[id]?.status;
  }

  #isFenced(id: number): boolean {
    return /dead|unreachable/.test(this.#statusOf(id) ?? '');
  }

  #allowsUnclean({ topic }: PartitionInfo): boolean {
    const config = this.#state.topics[topic]?.config as TopicConfig;
    return config.extra['unclean.leader.election.enable'] === 'true';
  }
}

/** All that are to stay are in sync: those that are to go are gone. Whether some were. */
export function endReassignment(partition: PartitionInfo): boolean {
  const { addingReplicas = [], removingReplicas = [] } = partition;
  const staying = partition.replicas.filter((id) => !removingReplicas.includes(id));
  if (addingReplicas.length + removingReplicas.length > 0) {
    if (!staying.every((id) => partition.isr.includes(id))) return false;
    partition.replicas = staying;
    partition.isr = partition.isr.filter((id) => staying.includes(id));
    partition.offlineReplicas = partition.offlineReplicas.filter((id) => staying.includes(id));
  }
  delete partition.addingReplicas;
  delete partition.removingReplicas;
  return removingReplicas.length > 0;
}

/** In the place of `before`, unless nothing but the order of members is different. */
export function stamped(state: ClusterMetadata, before: PartitionInfo, next: PartitionInfo, timestamp: number) {
  const members = Object.keys({ ...before, ...next }) as (keyof PartitionInfo)[];
  if (members.every((name) => JSON.stringify(before[name]) === JSON.stringify(next[name]))) return before;
  next.partitionEpoch = before.partitionEpoch + 1;
  next.modifiedAt = Math.max(before.modifiedAt, timestamp);
  return (state.partitions[`${next.topic}:${next.partition}`] = next);
}

/** What is out of shape is refused before anything is looked up. */
function requireShapes(places: readonly Place[], brokers: readonly number[] = []): void {
  require(places.every(({ partition }) => partition >= 0) && brokers.every((id) => id >= 1), 'InvalidArgument');
}

function byNumber(a: number, b: number): number {
  return a - b;
}
