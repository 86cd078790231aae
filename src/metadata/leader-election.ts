/**
 * Who leads a partition, by the rules of Kafka's controller (`PartitionChangeBuilder`). Pure choice: what becomes of
 * the partition is `partition-change.ts`, when to choose is up to the operations.
 */
import type { BrokerStates } from './broker-states.js';
import type { PartitionInfo, TopicConfig } from './model.js';

/**
 * 'preferred': the first replica, if it is eligible. 'online': whoever leads stays. 'unclean': as 'online', and rather
 * a replica that lacks data than no leader.
 */
export type Election = 'preferred' | 'online' | 'unclean';

export interface Elected {
  /** 0: nobody can lead. */
  readonly leader: number;
  /** Not in sync: what it lacks is lost, and it alone is in sync from now on. */
  readonly unclean: boolean;
}

type Electorate = Pick<PartitionInfo, 'leader'> & {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
};

/** Eligible is who is in sync and active; of several the first in the order of the replicas. */
export function electLeader(election: Election, electorate: Electorate, { isActive }: BrokerStates): Elected {
  const { leader, replicas, isr } = electorate;
  const isEligible = (id: number): boolean => isr.includes(id) && isActive(id);
  const preferred = replicas[0] ?? 0;
  if (election === 'preferred' && isEligible(preferred)) return { leader: preferred, unclean: false };
  if (isEligible(leader)) return { leader, unclean: false };
  const inSync = replicas.find(isEligible);
  if (inSync !== undefined) return { leader: inSync, unclean: false };
  const online = election === 'unclean' ? replicas.find(isActive) : undefined;
  return { leader: online ?? 0, unclean: online !== undefined };
}

/** How a partition of such a topic gets a leader when nobody asks for one. */
export function electionOf({ extra }: TopicConfig): Election {
  return extra['unclean.leader.election.enable']?.toLowerCase() === 'true' ? 'unclean' : 'online';
}
