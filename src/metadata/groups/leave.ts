/**
 * Members go: by their own will (`leave_group`), or because the controller found that they were silent for a whole
 * session (`expire_group_members`) or kept a rebalance waiting for too long (`complete_rebalance`).
 */
import type { OperationAnswer } from '../answer.js';
import { malformed } from '../answer.js';
import type { ImageDraft } from '../image.js';
import type { InputReader } from '../input-reader.js';
import { MAX_GROUP_MEMBERS } from '../limits.js';
import type { OperationContext } from '../operation-handler.js';
import { findGroup, putGroup } from './group-image.js';
import {
  groupNotFound,
  illegalGeneration,
  readGeneration,
  readGroupId,
  readMemberId,
  unknownMember,
} from './group-input.js';
import type { Group, GroupMember } from './group-record.js';
import { findMember, GroupRecord } from './group-record.js';
import { withoutMembers } from './rebalance.js';

export function leaveGroup(draft: ImageDraft, input: InputReader, { timestamp }: OperationContext): OperationAnswer {
  const groupId = readGroupId(input);
  const memberId = readMemberId(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findGroup(draft, groupId);
  if (record === undefined || findMember(record.group, memberId) === undefined) return unknownMember(groupId, memberId);
  putGroup(draft, new GroupRecord(withoutMembers(record.group, new Set([memberId]), timestamp), record.offsets));
  return { value: null };
}

/** As in Kafka, a member that waits for the others does not expire: it has nothing to say until they have come. */
export function expireGroupMembers(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const silent = readMemberIds(input);
  return removeMembers(draft, input, context, ({ state }, { memberId, ready }) => {
    return silent.has(memberId) && (state === 'Stable' || !ready);
  });
}

/** Phase 'join': the generation begins without those who have not joined. 'sync': who has not synced has to go. */
export function completeRebalance(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const phase = input.choice('phase', ['join', 'sync']);
  return removeMembers(draft, input, context, ({ state }, { ready }) => {
    return !ready && (state === 'PreparingRebalance') === (phase === 'join');
  });
}

function readMemberIds(input: InputReader): ReadonlySet<unknown> {
  const ids = input.list('memberIds', MAX_GROUP_MEMBERS);
  for (const id of ids) if (typeof id !== 'string') input.report('memberIds', 'a list of texts', id);
  return new Set(ids);
}

function removeMembers(
  draft: ImageDraft,
  input: InputReader,
  { timestamp }: OperationContext,
  goes: (group: Group, member: GroupMember) => boolean,
): OperationAnswer {
  const groupId = readGroupId(input);
  const generation = readGeneration(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findGroup(draft, groupId);
  if (record === undefined) return groupNotFound(groupId);
  const { group, offsets } = record;
  if (generation !== group.generation) return illegalGeneration(group, generation);
  const removed = group.members.filter((member) => goes(group, member)).map(({ memberId }) => memberId);
  if (removed.length === 0) return { value: [] };
  putGroup(draft, new GroupRecord(withoutMembers(group, new Set(removed), timestamp), offsets));
  return { value: removed };
}
