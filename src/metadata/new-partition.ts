/**
 * A partition as it begins: led by the first of its ISR unless said otherwise, at leader epoch 1 and partition epoch
 * 0.
 */
import type { NewPartition, PartitionInfo } from './model.js';

export type BeginningPartition = NewPartition & Pick<PartitionInfo, 'isr' | 'offlineReplicas'>;

export function newPartition(wanted: BeginningPartition, timestamp: number): PartitionInfo {
  return {
    topic: wanted.topic,
    partition: wanted.partition,
    leader: wanted.leader ?? wanted.isr[0] ?? 0,
    replicas: [...wanted.replicas],
    isr: [...wanted.isr],
    offlineReplicas: [...wanted.offlineReplicas],
    leaderEpoch: 1,
    partitionEpoch: 0,
    createdAt: timestamp,
    modifiedAt: timestamp,
  };
}
