/**
 * Answers on their way from a metadata-store's thread to the host. A partition, which most operations come to, goes as
 * one flat list of its members: a clone of it by their names takes several times as long at both ends.
 */
import type { OperationAnswer } from './answer.js';
import type { PartitionInfo } from './model.js';

/** Before the ids of the replicas, of those in sync and of those offline, one behind the other. */
type PostedMembers = [
  topic: string,
  partition: number,
  leader: number,
  leaderEpoch: number,
  partitionEpoch: number,
  createdAt: number,
  modifiedAt: number,
  replicas: number,
  isr: number,
];
const MEMBERS = 9;

/** An answer itself is never a list. */
export function postAnswer(answer: OperationAnswer): unknown {
  if ('error' in answer || !isSettled(answer.value)) return answer;
  const { topic, partition, leader, replicas, isr, offlineReplicas } = answer.value;
  const { leaderEpoch, partitionEpoch, createdAt, modifiedAt } = answer.value;
  const members: PostedMembers = [
    topic,
    partition,
    leader,
    leaderEpoch,
    partitionEpoch,
    createdAt,
    modifiedAt,
    replicas.length,
    isr.length,
  ];
  const posted: unknown[] = members;
  for (const id of replicas) posted.push(id);
  for (const id of isr) posted.push(id);
  for (const id of offlineReplicas) posted.push(id);
  return posted;
}

/** Of what `postAnswer` gave. */
export function receiveAnswer(posted: unknown): OperationAnswer {
  if (!Array.isArray(posted)) return posted as OperationAnswer;
  const members = posted as PostedMembers;
  const [topic, partition, leader, leaderEpoch, partitionEpoch, createdAt, modifiedAt, replicas, isr] = members;
  const value: PartitionInfo = {
    topic,
    partition,
    leader,
    replicas: posted.slice(MEMBERS, MEMBERS + replicas) as number[],
    isr: posted.slice(MEMBERS + replicas, MEMBERS + replicas + isr) as number[],
    offlineReplicas: posted.slice(MEMBERS + replicas + isr) as number[],
    leaderEpoch,
    partitionEpoch,
    createdAt,
    modifiedAt,
  };
  return { value };
}

/** A partition, and not one of the few that are being reassigned: those have more members. */
function isSettled(value: unknown): value is PartitionInfo {
  return typeof value === 'object' && value !== null && 'leaderEpoch' in value && !('addingReplicas' in value);
}
