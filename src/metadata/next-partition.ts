/**
 * The record of a partition after a change of any kind: what each change bumps, and that nothing changes for nothing.
 */
import type { PartitionInfo } from './model.js';
import type { Assignment } from './reassignment.js';
import { isReassigning } from './reassignment.js';

export type PartitionParts = Assignment & Pick<PartitionInfo, 'leader' | 'leaderEpoch' | 'offlineReplicas'>;

/** `current` itself when nothing differs. */
export function nextPartition(current: PartitionInfo, parts: PartitionParts, timestamp: number): PartitionInfo {
  if (isUnchanged(current, parts)) return current;
  const next: PartitionInfo = {
    topic: current.topic,
    partition: current.partition,
    leader: parts.leader,
    replicas: parts.replicas,
    isr: parts.isr,
    offlineReplicas: parts.offlineReplicas,
    leaderEpoch: parts.leaderEpoch,
    partitionEpoch: current.partitionEpoch + 1,
    createdAt: current.createdAt,
    modifiedAt: Math.max(current.modifiedAt, timestamp),
  };
  if (isReassigning(parts)) {
    next.addingReplicas = parts.addingReplicas ?? [];
    next.removingReplicas = parts.removingReplicas ?? [];
  }
  return next;
}

function isUnchanged(current: PartitionInfo, parts: PartitionParts): boolean {
  return (
    parts.leader === current.leader &&
    parts.leaderEpoch === current.leaderEpoch &&
    equalLists(parts.replicas, current.replicas) &&
    equalLists(parts.isr, current.isr) &&
    equalLists(parts.offlineReplicas, current.offlineReplicas) &&
    equalLists(parts.addingReplicas, current.addingReplicas) &&
    equalLists(parts.removingReplicas, current.removingReplicas)
  );
}

function equalLists(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  if (a === b) return true;
  return a !== undefined && b !== undefined && a.length === b.length && a.every((id, place) => id === b[place]);
}
