/** What operations and queries of groups name, and how a name that leads nowhere is refused. */
import { rejected } from '../answer.js';
import type { Refusal } from '../assignment.js';
import type { InputReader } from '../input-reader.js';
import { MAX_GENERATION, MAX_GROUP_ID_LENGTH, MAX_MEMBER_ID_LENGTH } from '../limits.js';
import type { Group, GroupMember } from './group-record.js';
import { findMember } from './group-record.js';

const GROUP_ID = new RegExp(`^[^\\p{Cc}]{1,${MAX_GROUP_ID_LENGTH}}$`, 'u');

export function readGroupId(input: InputReader): string {
  const wanted = `1 to ${MAX_GROUP_ID_LENGTH} characters, none of them a control character`;
  return input.text('groupId', wanted, (text) => GROUP_ID.test(text));
}

export function readMemberId(input: InputReader): string {
  const wanted = `a text of at most ${MAX_MEMBER_ID_LENGTH} characters`;
  return input.text('memberId', wanted, (text) => text.length <= MAX_MEMBER_ID_LENGTH);
}

/** Of who has none. */
export const NO_GENERATION = -1;

export function readGeneration(input: InputReader): number {
  return input.integer('generation', NO_GENERATION, MAX_GENERATION);
}

/** Kafka's order: a member that the group does not know has no generation to be wrong about. */
export function memberOf(
  group: Group | undefined,
  memberId: string,
): { readonly group: Group; readonly member: GroupMember } | undefined {
  const member = group === undefined ? undefined : findMember(group, memberId);
  return group === undefined || member === undefined ? undefined : { group, member };
}

export function unknownMember(groupId: string, memberId: string): NonNullable<Refusal> {
  return rejected('UnknownMember', `group ${groupId} has no member '${memberId}': join with an empty member id`);
}

export function illegalGeneration({ groupId, generation }: Group, given: number): NonNullable<Refusal> {
  return rejected('IllegalGeneration', `group ${groupId} is at generation ${generation}, not ${given}`);
}

export function rebalanceInProgress({ groupId }: Group): NonNullable<Refusal> {
  return rejected('RebalanceInProgress', `group ${groupId} rebalances: join anew`);
}

export function groupNotFound(groupId: string): NonNullable<Refusal> {
  return rejected('GroupNotFound', `group ${groupId} does not exist`);
}
