/**
 * What becomes of a partition when the control plane changes it, by the rules of Kafka's controller
 * (`PartitionChangeBuilder`): a reassignment that can end ends, then a leader is elected. Cannot fail. What an operator
 * sets as it stands is `requested-change.ts`.
 */
import type { BrokerStates } from './broker-states.js';
import type { Election } from './leader-election.js';
import { electLeader } from './leader-election.js';
import type { PartitionInfo } from './model.js';
import { nextPartition } from './next-partition.js';
import type { Assignment } from './reassignment.js';
import { completed } from './reassignment.js';

export interface ChangeContext {
  readonly election: Election;
  readonly brokers: BrokerStates;
  readonly timestamp: number;
}

/** `offlineReplicas` absent: those that were, and newcomers on fenced brokers. */
export type PartitionTarget = Assignment & Partial<Pick<PartitionInfo, 'offlineReplicas'>>;

/**
 * `current` itself when nothing changes. An ISR that would become empty stays as it was: its last member may come back
 * with all the data. The leader's epoch grows with a new leader (none is one), and when a replica leaves.
 */
export function changedPartition(
  current: PartitionInfo,
  target: PartitionTarget,
  { election, brokers, timestamp }: ChangeContext,
): PartitionInfo {
  const { replicas, isr, addingReplicas, removingReplicas } = completed(target);
  const { leader, unclean } = electLeader(election, { leader: current.leader, replicas, isr }, brokers);
  const leaves = (id: number): boolean => !replicas.includes(id);
  const epochGrows = leader !== current.leader || (replicas !== current.replicas && current.replicas.some(leaves));
  const parts = {
    leader,
    leaderEpoch: current.leaderEpoch + (epochGrows ? 1 : 0),
    replicas,
    isr: unclean ? [leader] : isr.length === 0 ? current.isr : isr,
    offlineReplicas: target.offlineReplicas ?? current.offlineReplicas,
    addingReplicas,
    removingReplicas,
  };
  if (replicas !== current.replicas) {
    const isOffline = (id: number): boolean => parts.offlineReplicas.includes(id) || brokers.isFenced(id);
    parts.offlineReplicas = replicas.filter(isOffline);
  }
  return nextPartition(current, parts, timestamp);
}
