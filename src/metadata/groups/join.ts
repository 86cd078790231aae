/**
 * Members come: `join_group` by the rules of Kafka's JoinGroup. The answer is the member's id alone; what it joined,
 * `await_join` tells once the generation is complete.
 */
import type { OperationAnswer } from '../answer.js';
import { malformed, rejected } from '../answer.js';
import type { Refusal } from '../assignment.js';
import type { ImageDraft } from '../image.js';
import type { InputReader } from '../input-reader.js';
import {
  MAX_GROUP_MEMBERS,
  MAX_GROUP_PROTOCOLS,
  MAX_MEMBER_ID_LENGTH,
  MAX_PROTOCOL_METADATA_LENGTH,
  MAX_REBALANCE_TIMEOUT_MS,
  MAX_SESSION_TIMEOUT_MS,
  MIN_SESSION_TIMEOUT_MS,
} from '../limits.js';
import type { OperationContext } from '../operation-handler.js';
import { findGroup, putGroup } from './group-image.js';
import { readGroupId, readMemberId, unknownMember } from './group-input.js';
import type { Group, GroupMember, GroupProtocol } from './group-record.js';
import { emptyGroup, findMember, GroupRecord } from './group-record.js';
import { NO_OFFSETS } from './offsets.js';
import { sameProtocols, supportsProtocols, withJoined } from './rebalance.js';

interface JoinRequest extends Pick<GroupMember, 'memberId' | 'sessionTimeoutMs' | 'rebalanceTimeoutMs' | 'protocols'> {
  readonly groupId: string;
  readonly protocolType: string;
}

export function joinGroup(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const request = readJoin(input);
  if (input.problem !== undefined) return malformed(input.problem);
  const { groupId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs, protocols } = request;
  const record = findGroup(draft, groupId);
  const group = record?.group ?? emptyGroup(groupId, context.timestamp);
  const known = findMember(group, request.memberId);
  const refusal = refuseJoin(group, request, known);
  if (refusal !== undefined) return refusal;
  const memberId = known?.memberId ?? newMemberId(group, protocolType, context);
  if (known !== undefined && !bringsNews(group, known, request)) return { value: { memberId } };
  const { assignment } = known ?? { assignment: '' };
  const member = { memberId, sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment };
  const joined = withJoined({ ...group, protocolType }, member, context.timestamp);
  putGroup(draft, new GroupRecord(joined, record?.offsets ?? NO_OFFSETS));
  return { value: { memberId } };
}

function readJoin(input: InputReader): JoinRequest {
  const isName = (text: string): boolean => text !== '' && text.length <= MAX_MEMBER_ID_LENGTH;
  const request = {
    groupId: readGroupId(input),
    memberId: readMemberId(input),
    sessionTimeoutMs: input.integer('sessionTimeoutMs', MIN_SESSION_TIMEOUT_MS, MAX_SESSION_TIMEOUT_MS),
    rebalanceTimeoutMs: input.integer('rebalanceTimeoutMs', 1, MAX_REBALANCE_TIMEOUT_MS),
    protocolType: input.text('protocolType', `a name of at most ${MAX_MEMBER_ID_LENGTH} characters`, isName),
    protocols: input.readers('protocols', MAX_GROUP_PROTOCOLS).map(readProtocol),
  };
  const names = new Set(request.protocols.map(({ name }) => name));
  if (names.size === 0 || names.size < request.protocols.length) {
    input.report('protocols', 'at least one protocol, of distinct names', input.value('protocols'));
  }
  return request;
}

export function readProtocol(input: InputReader): GroupProtocol {
  return {
    name: input.text(
      'name',
      `a name of at most ${MAX_MEMBER_ID_LENGTH} characters`,
      (text) => text !== '' && text.length <= MAX_MEMBER_ID_LENGTH,
    ),
    metadata: input.text(
      'metadata',
      `a text of at most ${MAX_PROTOCOL_METADATA_LENGTH} characters`,
      (text) => text.length <= MAX_PROTOCOL_METADATA_LENGTH,
    ),
  };
}

function refuseJoin(group: Group, request: JoinRequest, known: GroupMember | undefined): Refusal {
  const { groupId, memberId, protocolType, protocols } = request;
  if (known === undefined && group.members.length >= MAX_GROUP_MEMBERS) {
    return rejected('Overloaded', `group ${groupId} has ${MAX_GROUP_MEMBERS} members already`);
  }
  if (!supportsProtocols(group, protocolType, protocols)) {
    return rejected('InvalidArgument', `group ${groupId} has members that know none of these protocols`);
  }
  return known === undefined && memberId !== '' ? unknownMember(groupId, memberId) : undefined;
}

/**
 * A member that joins again with nothing new has missed an answer. The leader's rejoin says that what it assigns from
 * has changed.
 */
function bringsNews(group: Group, known: GroupMember, request: JoinRequest): boolean {
  switch (group.state) {
    case 'CompletingRebalance':
      return !sameProtocols(known.protocols, request.protocols);
    case 'Stable':
      return known.memberId === group.leader || !sameProtocols(known.protocols, request.protocols);
    case 'PreparingRebalance':
      return !known.ready || !sameProtocols(known.protocols, request.protocols) || !sameTimes(known, request);
    case 'Empty':
      return true;
  }
}

function sameTimes(one: JoinRequest | GroupMember, other: JoinRequest): boolean {
  return one.sessionTimeoutMs === other.sessionTimeoutMs && one.rebalanceTimeoutMs === other.rebalanceTimeoutMs;
}

/**
 * Of the log index and the time, where Kafka takes a UUID: a repeat of the same write must come to the same member on
 * every node, and no other write has its index.
 */
function newMemberId(group: Group, protocolType: string, { index, timestamp }: OperationContext): string {
  const first = `${protocolType}-${timestamp}-${index}`;
  let memberId = first;
  // A state that was restored into another log may hold the id already.
  for (let count = 2; findMember(group, memberId) !== undefined; count += 1) memberId = `${first}-${count}`;
  return memberId;
}
