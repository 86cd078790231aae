/**
 * How groups and offsets end: `delete_group`, `expire_offsets` (KIP-211), and offsets with their topic. A group goes
 * when it has neither members nor offsets and someone looks.
 */
import type { OperationAnswer } from '../answer.js';
import { malformed, rejected } from '../answer.js';
import type { ImageDraft } from '../image.js';
import type { InputReader } from '../input-reader.js';
import { OFFSETS_RETENTION_MS } from '../limits.js';
import type { TopicInfo } from '../model.js';
import type { OperationContext } from '../operation-handler.js';
import { findGroup, listGroups, putGroup, removeGroup } from './group-image.js';
import { groupNotFound, readGroupId } from './group-input.js';
import { GroupRecord } from './group-record.js';
import type { CommittedOffset } from './offsets.js';
import { offsetsOfTopic, withoutOffsets } from './offsets.js';
import { subscribedTopics } from './server-assignment.js';

export function deleteGroup(draft: ImageDraft, input: InputReader): OperationAnswer {
  const groupId = readGroupId(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findGroup(draft, groupId);
  if (record === undefined) return groupNotFound(groupId);
  const { state, members } = record.group;
  if (state !== 'Empty') return rejected('GroupNotEmpty', `group ${groupId} has ${members.length} members`);
  removeGroup(draft, record);
  return { value: null };
}

export function expireOffsets(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const groupId = readGroupId(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findGroup(draft, groupId);
  if (record === undefined) return groupNotFound(groupId);
  const { expired, groupEnds } = expiry(record, timestamp);
  if (groupEnds) {
    removeGroup(draft, record);
  } else {
    if (expired.length === 0) return { value: 0 };
    putGroup(draft, new GroupRecord(record.group, withoutOffsets(record.offsets, expired)));
  }
  return { value: expired.length };
}

/** What `expire_offsets` would come to at this time. */
export function expiry(record: GroupRecord, timestamp: number): { expired: CommittedOffset[]; groupEnds: boolean } {
  const isEmpty = record.group.state === 'Empty';
  const base = retentionBase(record);
  if (base === null) return { expired: [], groupEnds: false };
  const expired: CommittedOffset[] = [];
  let kept = 0;
  for (const shard of record.offsets) {
    for (const offset of shard.values()) {
      if (timestamp - base(offset) >= OFFSETS_RETENTION_MS) expired.push(offset);
      else kept += 1;
    }
  }
  return { expired, groupEnds: isEmpty && kept === 0 };
}

/**
 * From when on the retention of an offset counts; null: none expires. Kafka counts from when the group became empty
 * even for what is committed later, which would then be gone at the next look.
 */
function retentionBase({ group }: GroupRecord): ((offset: CommittedOffset) => number) | null {
  if (group.state === 'Empty') return ({ committedAt }) => Math.max(group.stateSince, committedAt);
  const topics = group.state === 'Stable' ? subscribedTopics(group) : null;
  if (topics === null) return null;
  return ({ topic, committedAt }) => (topics.has(topic) ? Number.POSITIVE_INFINITY : committedAt);
}

/** The topic is deleted: a later one of its name begins at other offsets. */
export function removeOffsetsOfTopic(draft: ImageDraft, { name, numPartitions }: TopicInfo): void {
  for (const record of listGroups(draft)) {
    const removed = offsetsOfTopic(record.offsets, name, numPartitions);
    if (removed.length > 0) putGroup(draft, new GroupRecord(record.group, withoutOffsets(record.offsets, removed)));
  }
}
