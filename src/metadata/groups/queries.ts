/**
 * The questions about consumer groups, with the shapes of their answers. Types only; `answer-group-query.ts` answers
 * them.
 */
import type { GroupState } from './group-record.js';
import type { CommittedOffset } from './offsets.js';

export interface GroupListing {
  groupId: string;
  state: GroupState;
  /** '' in a group that only keeps offsets. */
  protocolType: string;
}

export interface GroupDescription extends GroupListing {
  generation: number;
  /** '' without members. */
  leader: string;
  /** '' before the members have agreed on one. */
  protocol: string;
  /** In the order in which they joined. */
  members: GroupMemberDescription[];
}

export interface GroupMemberDescription {
  memberId: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  /** What it said for the group's protocol; '' before there is one. */
  metadata: string;
  /** '' unless the group is Stable. */
  assignment: string;
}

/** What a member has joined. */
export interface JoinedGroup {
  memberId: string;
  generation: number;
  protocol: string;
  leader: string;
  /** For the leader, who is to assign; empty for anyone else. */
  members: { memberId: string; metadata: string }[];
}

/** What a member tells the leader's controller, a few times in its session. */
export interface GroupHeartbeat {
  groupId: string;
  memberId: string;
  generation: number;
}

export interface GroupQueryMembers {
  list_groups: object;
  describe_group: { groupId: string };
  fetch_offsets: { groupId: string };
  /**
   * Is answered once the generation that the member has joined is complete. UnknownMember: it was removed meanwhile;
   * RebalanceInProgress: it has to join anew.
   */
  await_join: { groupId: string; memberId: string };
  /**
   * Is answered once the leader of the generation has assigned. UnknownMember; RebalanceInProgress: the generation is
   * over, join anew; IllegalGeneration: it is not there yet.
   */
  await_sync: { groupId: string; memberId: string; generation: number };
}

export type GroupQueryType = keyof GroupQueryMembers;

export interface GroupQueryValue {
  /** By id, in code-unit order. */
  list_groups: GroupListing[];
  describe_group: GroupDescription | undefined;
  /** By topic and partition; of an unknown group: empty. */
  fetch_offsets: Omit<CommittedOffset, 'committedAt'>[];
  await_join: JoinedGroup;
  await_sync: { assignment: string };
}
