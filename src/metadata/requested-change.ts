/**
 * What becomes of a partition when leader, lists or epoch are set as they are given. The result must be consistent:
 * leader in ISR or none, ISR and offline replicas among the replicas, the leader's epoch strictly growing from leader
 * to leader. Whether brokers are active is asked only of new replicas and where a leader must be found. What follows by
 * rule is `partition-change.ts`.
 */
import type { OperationAnswer } from './answer.js';
import { rejected } from './answer.js';
import type { Refusal } from './assignment.js';
import { checkLeader, checkReplicas, checkSubset } from './assignment.js';
import { brokerStates } from './broker-states.js';
import type { ReadableImage } from './image.js';
import { electLeader } from './leader-election.js';
import type { PartitionInfo } from './model.js';
import type { PartitionParts } from './next-partition.js';
import { nextPartition } from './next-partition.js';
import { completed, withIsr } from './reassignment.js';

/** What is absent stays as it is, or follows from what is given. */
export interface WantedChange {
  leader?: number;
  leaderEpoch?: number;
  replicas?: number[];
  isr?: number[];
  offlineReplicas?: number[];
  /** Even where the leader stays. */
  epochMustGrow?: boolean;
}

type Lists = Omit<PartitionParts, 'leader' | 'leaderEpoch'>;
type Leadership = Pick<PartitionInfo, 'leader' | 'leaderEpoch'>;

/** `current` itself when nothing changes. */
export function requestedChange(
  image: ReadableImage,
  current: PartitionInfo,
  wanted: WantedChange,
  timestamp: number,
): OperationAnswer<PartitionInfo> {
  const lists = wantsLists(wanted) ? changedLists(image, current, wanted) : { value: current };
  if ('error' in lists) return lists;
  const leadership = changedLeadership(image, current, lists.value, wanted);
  if ('error' in leadership) return leadership;
  // Member by member: to spread frozen records would take longer than all the rest.
  const { replicas, isr, offlineReplicas, addingReplicas, removingReplicas } = lists.value;
  const { leader, leaderEpoch } = leadership.value;
  const parts = { leader, leaderEpoch, replicas, isr, offlineReplicas, addingReplicas, removingReplicas };
  return { value: nextPartition(current, parts, timestamp) };
}

function wantsLists({ replicas, isr, offlineReplicas }: WantedChange): boolean {
  return replicas !== undefined || isr !== undefined || offlineReplicas !== undefined;
}

/**
 * Who leaves the replicas leaves the other lists, unless those are given too. A list of replicas that is given is
 * final: it ends a reassignment, as does an ISR that holds all of its target.
 */
function changedLists(image: ReadableImage, current: PartitionInfo, wanted: WantedChange): OperationAnswer<Lists> {
  const replicas = wanted.replicas ?? current.replicas;
  const staying = (ids: number[]): number[] => (wanted.replicas ? ids.filter((id) => replicas.includes(id)) : ids);
  const isr = wanted.isr ?? staying(current.isr);
  const refusal =
    (wanted.replicas && checkReplicas(image, replicas, current.replicas)) ??
    (wanted.isr ? checkSubset(isr, replicas, 'isr') : checkSomeStay(current.isr, isr)) ??
    (wanted.offlineReplicas && checkSubset(wanted.offlineReplicas, replicas, 'offlineReplicas'));
  if (refusal !== undefined) return refusal;
  const offlineReplicas = wanted.offlineReplicas
    ? withFenced(image, wanted.offlineReplicas, replicas)
    : staying(current.offlineReplicas);
  const assignment = wanted.replicas ? { replicas, isr } : completed(withIsr(current, isr));
  const stays = (id: number): boolean => assignment.replicas.includes(id);
  const ended = assignment.replicas !== replicas;
  return { value: { ...assignment, offlineReplicas: ended ? offlineReplicas.filter(stays) : offlineReplicas } };
}

/** The data lives on only where it was in sync. */
function checkSomeStay(isr: readonly number[], staying: readonly number[]): Refusal {
  if (isr.length === 0 || staying.length > 0) return undefined;
  return rejected('InvalidAssignment', 'none of the ISR is among the new replicas');
}

/** Whatever is set, replicas on fenced brokers are offline. */
function withFenced(image: ReadableImage, offline: number[], replicas: readonly number[]): number[] {
  const { isFenced } = brokerStates(image);
  const missing = replicas.filter((id) => isFenced(id) && !offline.includes(id));
  return missing.length === 0 ? offline : [...offline, ...missing];
}

function changedLeadership(
  image: ReadableImage,
  current: PartitionInfo,
  { replicas, isr }: Lists,
  wanted: WantedChange,
): OperationAnswer<Leadership> {
  const leader = wanted.leader ?? successor(image, current.leader, replicas, isr);
  if (leader === undefined) return rejected('InvalidAssignment', 'the leader leaves and no active replica is in sync');
  const reassigned = wanted.replicas === undefined && replicas.length < current.replicas.length;
  const epochGrows = leader !== current.leader || wanted.epochMustGrow === true || reassigned;
  const lowestEpoch = current.leaderEpoch + (epochGrows ? 1 : 0);
  const leaderEpoch = wanted.leaderEpoch ?? lowestEpoch;
  if (leaderEpoch < lowestEpoch) {
    return rejected('StaleEpoch', `leader epoch ${leaderEpoch} where at least ${lowestEpoch} is due`);
  }
  return checkLeader(leader, isr) ?? { value: { leader, leaderEpoch } };
}

/** A leader that leaves is followed by the first replica in sync; undefined where there is none that is active. */
function successor(image: ReadableImage, leader: number, replicas: number[], isr: number[]): number | undefined {
  if (leader === 0 || replicas.includes(leader)) return leader;
  const elected = electLeader('online', { leader: 0, replicas, isr }, brokerStates(image)).leader;
  return elected === 0 ? undefined : elected;
}
