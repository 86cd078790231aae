/**
 * What a change makes of a partition, for every operation that changes one. The result is consistent: leader in ISR or none,
 * ISR and offline replicas among the replicas, the leader's epoch strictly growing from leader to leader.
 */
import type { OperationAnswer } from './answer.js';
import { rejected } from './answer.js';
import { checkLeader, checkReplicas, checkSubset } from './assignment.js';
import type { Image } from './image.js';
import type { PartitionInfo } from './model.js';

/** What is absent stays as it is, or follows from what is given. */
export interface WantedChange {
  leader?: number;
  leaderEpoch?: number;
  replicas?: readonly number[];
  isr?: readonly number[];
  offlineReplicas?: readonly number[];
  /** Even where the leader stays. */
  epochMustGrow?: boolean;
}

export function changedPartition(
  image: Image,
  current: PartitionInfo,
  wanted: WantedChange,
): OperationAnswer<PartitionInfo> {
  const replicas = wanted.replicas ?? current.replicas;
  const stays = (id: number): boolean => replicas.includes(id);
  const isr = wanted.isr ?? current.isr.filter(stays);
  const offlineReplicas = wanted.offlineReplicas ?? current.offlineReplicas.filter(stays);
  const refusal =
    (wanted.replicas === undefined ? undefined : checkReplicas(image, replicas, current.replicas)) ??
    checkSubset(isr, replicas, 'isr') ??
    checkSubset(offlineReplicas, replicas, 'offlineReplicas');
  if (refusal !== undefined) return refusal;
  if (wanted.isr === undefined && current.isr.length > 0 && isr.length === 0) {
    return rejected('InvalidAssignment', `none of the ISR [${current.isr.join(', ')}] is among the new replicas`);
  }

  const leaderLeaves = current.leader !== 0 && !stays(current.leader);
  const successor = leaderLeaves ? replicas.find((id) => isr.includes(id)) : current.leader;
  const leader = wanted.leader ?? successor;
  if (leader === undefined) return rejected('InvalidAssignment', 'the leader leaves and no replica is in sync');

  const epochGrows = leader !== current.leader || wanted.epochMustGrow === true;
  const lowestEpoch = current.leaderEpoch + (epochGrows ? 1 : 0);
  const leaderEpoch = wanted.leaderEpoch ?? lowestEpoch;
  if (leaderEpoch < lowestEpoch || !Number.isSafeInteger(leaderEpoch)) {
    return rejected('StaleEpoch', `leader epoch ${leaderEpoch} where at least ${lowestEpoch} is due`);
  }
  const leaderRefusal = checkLeader(leader, isr);
  if (leaderRefusal !== undefined) return leaderRefusal;
  return {
    value: {
      ...current,
      leader,
      leaderEpoch,
      replicas: [...replicas],
      isr: [...isr],
      offlineReplicas: [...offlineReplicas],
    },
  };
}

export function equalPartitions(a: PartitionInfo, b: PartitionInfo): boolean {
  return (
    a.leader === b.leader &&
    a.leaderEpoch === b.leaderEpoch &&
    equalLists(a.replicas, b.replicas) &&
    equalLists(a.isr, b.isr) &&
    equalLists(a.offlineReplicas, b.offlineReplicas)
  );
}

function equalLists(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, place) => id === b[place]);
}
