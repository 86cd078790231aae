/** A partition as it begins: led by the first of its ISR unless said otherwise, its leader epoch 1, its own 0. */
import type { NewPartition, PartitionInfo } from './model.js';

export function newPartition(wanted: NewPartition & { isr: readonly number[] }, timestamp: number): PartitionInfo {
  return {
    topic: wanted.topic,
    partition: wanted.partition,
    leader: wanted.leader ?? wanted.isr[0] ?? 0,
    replicas: [...wanted.replicas],
    isr: [...wanted.isr],
    offlineReplicas: [],
    leaderEpoch: 1,
    partitionEpoch: 0,
    createdAt: timestamp,
    modifiedAt: timestamp,
  };
}
