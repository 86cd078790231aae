/**
 * Answers on their way from a metadata-store's thread to the host. A partition, which most operations come to, goes as
 * a list of its members: a clone of it by their names takes three times as long at both ends.
 */
import type { OperationAnswer } from './answer.js';
import type { PartitionInfo } from './model.js';

type PostedPartition = readonly [
  topic: string,
  partition: number,
  leader: number,
  replicas: number[],
  isr: number[],
  offlineReplicas: number[],
  leaderEpoch: number,
  createdAt: number,
  modifiedAt: number,
];

/** An answer itself is never a list. */
export function postAnswer(answer: OperationAnswer): unknown {
  if ('error' in answer || !isPartition(answer.value)) return answer;
  const { topic, partition, leader, replicas, isr, offlineReplicas, leaderEpoch, createdAt, modifiedAt } = answer.value;
  const posted: PostedPartition = [
    topic,
    partition,
    leader,
    replicas,
    isr,
    offlineReplicas,
    leaderEpoch,
    createdAt,
    modifiedAt,
  ];
  return posted;
}

/** Of what `postAnswer` gave. */
export function receiveAnswer(posted: unknown): OperationAnswer {
  if (!Array.isArray(posted)) return posted as OperationAnswer;
  const [topic, partition, leader, replicas, isr, offlineReplicas, leaderEpoch, createdAt, modifiedAt] =
    posted as unknown as PostedPartition;
  const value: PartitionInfo = {
    topic,
    partition,
    leader,
    replicas,
    isr,
    offlineReplicas,
    leaderEpoch,
    createdAt,
    modifiedAt,
  };
  return { value };
}

function isPartition(value: unknown): value is PartitionInfo {
  return typeof value === 'object' && value !== null && 'leaderEpoch' in value;
}
