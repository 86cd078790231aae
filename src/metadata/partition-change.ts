/**
 * What a change makes of a partition, for every operation that changes one. The result is consistent: leader in ISR or
 * none, ISR and offline replicas among the replicas, the leader's epoch strictly growing from leader to leader, the
 * partition's with each change. A list of replicas given outright ends a reassignment that is under way.
 */
import type { OperationAnswer } from './answer.js';
import { rejected } from './answer.js';
import type { Refusal } from './assignment.js';
import { checkLeader, checkReplicas, checkSubset } from './assignment.js';
import type { ReadableImage } from './image.js';
import type { PartitionInfo } from './model.js';

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

type Lists = Pick<PartitionInfo, 'replicas' | 'isr' | 'offlineReplicas'>;
type Leadership = Pick<PartitionInfo, 'leader' | 'leaderEpoch'>;

/** `current` itself when nothing changes. */
export function changedPartition(
  image: ReadableImage,
  current: PartitionInfo,
  wanted: WantedChange,
  timestamp: number,
): OperationAnswer<PartitionInfo> {
  const lists = wantsLists(wanted) ? changedLists(image, current, wanted) : { value: current };
  if ('error' in lists) return lists;
  const leadership = changedLeadership(current, lists.value, wanted);
  if ('error' in leadership) return leadership;
  const { addingReplicas, removingReplicas } = current;
  const isMoving = addingReplicas !== undefined && removingReplicas !== undefined;
  const endsMoving = isMoving && wanted.replicas !== undefined;
  if (!endsMoving && isUnchanged(current, lists.value, leadership.value)) return { value: current };
  const next: PartitionInfo = {
    topic: current.topic,
    partition: current.partition,
    leader: leadership.value.leader,
    replicas: lists.value.replicas,
    isr: lists.value.isr,
    offlineReplicas: lists.value.offlineReplicas,
    leaderEpoch: leadership.value.leaderEpoch,
    partitionEpoch: current.partitionEpoch + 1,
    createdAt: current.createdAt,
    modifiedAt: Math.max(current.modifiedAt, timestamp),
  };
  if (isMoving && !endsMoving) {
    next.addingReplicas = addingReplicas;
    next.removingReplicas = removingReplicas;
  }
  return { value: next };
}

function wantsLists({ replicas, isr, offlineReplicas }: WantedChange): boolean {
  return replicas !== undefined || isr !== undefined || offlineReplicas !== undefined;
}

/** Who leaves the replicas leaves the other lists, unless those are given too. Lists that stay keep their identity. */
function changedLists(image: ReadableImage, current: PartitionInfo, wanted: WantedChange): OperationAnswer<Lists> {
  const replicas = wanted.replicas ?? current.replicas;
  const staying = (ids: number[]): number[] => (wanted.replicas ? ids.filter((id) => replicas.includes(id)) : ids);
  const isr = wanted.isr ?? staying(current.isr);
  const offlineReplicas = wanted.offlineReplicas ?? staying(current.offlineReplicas);
  const refusal =
    (wanted.replicas && checkReplicas(image, replicas, current.replicas)) ??
    (wanted.isr ? checkSubset(isr, replicas, 'isr') : checkSomeStay(current.isr, isr)) ??
    (wanted.offlineReplicas && checkSubset(offlineReplicas, replicas, 'offlineReplicas'));
  if (refusal !== undefined) return refusal;
  return { value: { replicas, isr, offlineReplicas } };
}

/** The data lives on only where it was in sync. */
function checkSomeStay(isr: readonly number[], staying: readonly number[]): Refusal {
  if (isr.length === 0 || staying.length > 0) return undefined;
  return rejected('InvalidAssignment', 'none of the ISR is among the new replicas');
}

/** A leader that leaves is followed by the first replica in sync, at the next epoch. */
function changedLeadership(
  current: PartitionInfo,
  { replicas, isr }: Lists,
  wanted: WantedChange,
): OperationAnswer<Leadership> {
  const leaves = current.leader !== 0 && !replicas.includes(current.leader);
  const leader = wanted.leader ?? (leaves ? replicas.find((id) => isr.includes(id)) : current.leader);
  if (leader === undefined) return rejected('InvalidAssignment', 'the leader leaves and no replica is in sync');
  const epochGrows = leader !== current.leader || wanted.epochMustGrow === true;
  const lowestEpoch = current.leaderEpoch + (epochGrows ? 1 : 0);
  const leaderEpoch = wanted.leaderEpoch ?? lowestEpoch;
  if (leaderEpoch < lowestEpoch || !Number.isSafeInteger(leaderEpoch)) {
    return rejected('StaleEpoch', `leader epoch ${leaderEpoch} where at least ${lowestEpoch} is due`);
  }
  return checkLeader(leader, isr) ?? { value: { leader, leaderEpoch } };
}

function isUnchanged(current: PartitionInfo, lists: Lists, { leader, leaderEpoch }: Leadership): boolean {
  return (
    leader === current.leader &&
    leaderEpoch === current.leaderEpoch &&
    equalLists(lists.replicas, current.replicas) &&
    equalLists(lists.isr, current.isr) &&
    equalLists(lists.offlineReplicas, current.offlineReplicas)
  );
}

function equalLists(a: readonly number[], b: readonly number[]): boolean {
  return a === b || (a.length === b.length && a.every((id, place) => id === b[place]));
}
