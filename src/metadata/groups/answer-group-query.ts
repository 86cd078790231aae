/** Answers every query of `queries.ts` from one image. Some have no answer before the group has moved on. */
import { unreachable } from '../../assert.js';
import { NotYet } from '../../state-machine/state-machine.js';
import type { OperationAnswer } from '../answer.js';
import type { Image } from '../image.js';
import type { InputReader } from '../input-reader.js';
import { findGroup, listGroups } from './group-image.js';
import {
  illegalGeneration,
  memberOf,
  readGeneration,
  readGroupId,
  readMemberId,
  rebalanceInProgress,
  unknownMember,
} from './group-input.js';
import type { Group, GroupMember } from './group-record.js';
import { listOffsets } from './offsets.js';
import type { GroupDescription, GroupListing, GroupQueryType, GroupQueryValue, JoinedGroup } from './queries.js';

const TYPES: Readonly<Record<GroupQueryType, true>> = {
  list_groups: true,
  describe_group: true,
  fetch_offsets: true,
  await_join: true,
  await_sync: true,
};

export const GROUP_QUERY_TYPES = Object.keys(TYPES) as GroupQueryType[];

export function answerGroupQuery(image: Image, type: GroupQueryType, input: InputReader): OperationAnswer | NotYet {
  switch (type) {
    case 'list_groups':
      return { value: listGroups(image).map(({ group }) => listingOf(group)) };
    case 'describe_group': {
      const record = findGroup(image, readGroupId(input));
      return { value: record === undefined ? undefined : describeGroup(record.group) };
    }
    case 'fetch_offsets':
      return { value: fetchOffsets(image, readGroupId(input)) };
    case 'await_join':
      return awaitJoin(image, readGroupId(input), readMemberId(input));
    case 'await_sync':
      return awaitSync(image, { groupId: readGroupId(input), memberId: readMemberId(input) }, readGeneration(input));
    default:
      return unreachable(type);
  }
}

function listingOf({ groupId, state, protocolType }: Group): GroupListing {
  return { groupId, state, protocolType };
}

/** Shows what Kafka's DescribeGroups shows. */
function describeGroup(group: Group): GroupDescription {
  return {
    ...listingOf(group),
    generation: group.generation,
    leader: group.leader,
    protocol: group.protocol,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      sessionTimeoutMs: member.sessionTimeoutMs,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      metadata: metadataOf(member, group),
      assignment: group.state === 'Stable' ? member.assignment : '',
    })),
  };
}

function metadataOf({ protocols }: GroupMember, { protocol }: Group): string {
  return protocols.find(({ name }) => name === protocol)?.metadata ?? '';
}

function fetchOffsets(image: Image, groupId: string): GroupQueryValue['fetch_offsets'] {
  const record = findGroup(image, groupId);
  if (record === undefined) return [];
  return listOffsets(record.offsets).map(({ topic, partition, offset, metadata }) => {
    return { topic, partition, offset, metadata };
  });
}

/** As Kafka answers a JoinGroup that it held back. A member that is not ready has missed a whole generation. */
function awaitJoin(image: Image, groupId: string, memberId: string): OperationAnswer<JoinedGroup> | NotYet {
  const found = memberOf(findGroup(image, groupId)?.group, memberId);
  if (found === undefined) return unknownMember(groupId, memberId);
  const { group, member } = found;
  if (group.state === 'PreparingRebalance') return member.ready ? new NotYet(groupId) : rebalanceInProgress(group);
  const { generation, protocol, leader } = group;
  const leads = memberId === leader;
  const members = leads
    ? group.members.map((each) => ({ memberId: each.memberId, metadata: metadataOf(each, group) }))
    : [];
  return { value: { memberId, generation, protocol, leader, members } };
}

function awaitSync(
  image: Image,
  { groupId, memberId }: { groupId: string; memberId: string },
  generation: number,
): OperationAnswer<{ assignment: string }> | NotYet {
  const found = memberOf(findGroup(image, groupId)?.group, memberId);
  if (found === undefined) return unknownMember(groupId, memberId);
  const { group, member } = found;
  if (generation > group.generation) return illegalGeneration(group, generation);
  if (generation < group.generation || group.state === 'PreparingRebalance') return rebalanceInProgress(group);
  if (group.state === 'CompletingRebalance') return new NotYet(groupId);
  return { value: { assignment: member.assignment } };
}
