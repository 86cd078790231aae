/**
 * `commit_offsets` by the rules of Kafka's OffsetCommit: a member commits at its generation, and whoever is no member
 * only while the group has none. All or nothing, since one call has one answer.
 */
import type { OperationAnswer } from '../answer.js';
import { malformed, rejected } from '../answer.js';
import type { Refusal } from '../assignment.js';
import type { ImageDraft, ReadableImage } from '../image.js';
import { findPartition, findTopic } from '../image.js';
import type { InputReader } from '../input-reader.js';
import { MAX_OFFSET_METADATA_LENGTH, MAX_OFFSETS_PER_COMMIT, MAX_PARTITIONS_PER_TOPIC } from '../limits.js';
import { partitionId } from '../model.js';
import type { OperationContext } from '../operation-handler.js';
import { readTopicName, topicNotFound } from '../topic-name.js';
import { findGroup, putGroup } from './group-image.js';
import {
  groupNotFound,
  illegalGeneration,
  NO_GENERATION,
  readGeneration,
  readGroupId,
  readMemberId,
  rebalanceInProgress,
  unknownMember,
} from './group-input.js';
import type { Group } from './group-record.js';
import { emptyGroup, findMember, GroupRecord } from './group-record.js';
import type { CommittedOffset } from './offsets.js';
import { NO_OFFSETS, withOffsets } from './offsets.js';

interface Committer {
  readonly memberId: string;
  readonly generation: number;
}

export function commitOffsets(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const groupId = readGroupId(input);
  const committer = readCommitter(input);
  const offsets = input
    .readers('offsets', MAX_OFFSETS_PER_COMMIT)
    .map((each): CommittedOffset => ({ ...readOffset(each), committedAt: timestamp }));
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findGroup(draft, groupId);
  if (record === undefined && committer.generation >= 0) return groupNotFound(groupId);
  const group = record?.group ?? emptyGroup(groupId, timestamp);
  const refusal = refuseCommitter(group, committer) ?? refusePartitions(draft, offsets);
  if (refusal !== undefined) return refusal;
  const before = record?.offsets ?? NO_OFFSETS;
  const after = withOffsets(before, offsets);
  if (after !== before) putGroup(draft, new GroupRecord(group, after));
  return { value: null };
}

function readCommitter(input: InputReader): Committer {
  return {
    memberId: input.has('memberId') ? readMemberId(input) : '',
    generation: input.has('generation') ? readGeneration(input) : NO_GENERATION,
  };
}

/** Worthless if the input has a problem. */
export function readOffset(input: InputReader): Omit<CommittedOffset, 'committedAt'> {
  const wanted = `a text of at most ${MAX_OFFSET_METADATA_LENGTH} characters`;
  return {
    topic: readTopicName(input, 'topic'),
    partition: input.integer('partition', 0, MAX_PARTITIONS_PER_TOPIC - 1),
    offset: input.integer('offset', 0, Number.MAX_SAFE_INTEGER),
    metadata: input.has('metadata')
      ? input.text('metadata', wanted, (text) => text.length <= MAX_OFFSET_METADATA_LENGTH)
      : '',
  };
}

function refuseCommitter(group: Group, { memberId, generation }: Committer): Refusal {
  if (generation === NO_GENERATION && group.state === 'Empty') return undefined;
  if (findMember(group, memberId) === undefined) return unknownMember(group.groupId, memberId);
  if (generation !== group.generation) return illegalGeneration(group, generation);
  // It has joined and does not know yet whether it keeps what it read from.
  return group.state === 'CompletingRebalance' ? rebalanceInProgress(group) : undefined;
}

/** As Kafka's brokers do, before the coordinator sees the commit. */
function refusePartitions(image: ReadableImage, offsets: readonly CommittedOffset[]): Refusal {
  for (const { topic, partition } of offsets) {
    const record = findTopic(image, topic);
    if (record === undefined) return topicNotFound(topic);
    if (findPartition(record, partition) !== undefined) continue;
    return rejected('PartitionNotFound', `partition ${partitionId(topic, partition)} does not exist`);
  }
  return undefined;
}
