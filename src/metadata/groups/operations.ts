/**
 * The operations of consumer groups, as they stand in the log: Kafka's requests of the same names, and what the
 * controller proposes when time has passed. Types only. Ids and limits: `group-input.ts`, `../limits.ts`.
 */
import type { GroupMember } from './group-record.js';
import type { CommittedOffset } from './offsets.js';

/**
 * Answer: `{ memberId }`, the given one, or a new one for ''; `await_join` tells the rest. A group that does not exist
 * is created. UnknownMember; InvalidArgument for a protocol type or protocols that other members do not share;
 * Overloaded when the group is full.
 */
export interface JoinGroup extends Pick<GroupMember, 'sessionTimeoutMs' | 'rebalanceTimeoutMs' | 'protocols'> {
  groupId: string;
  /** '' on the first join. */
  memberId: string;
  /** 'consumer' for consumers; one for all members of a group. */
  protocolType: string;
}
/**
 * Answer: null; `await_sync` tells the assignment. The leader gives every member's, '' to those it leaves out; without
 * `assignments` the server assigns (`server-assignment.ts`). UnknownMember, IllegalGeneration, RebalanceInProgress.
 */
export interface SyncGroup {
  groupId: string;
  memberId: string;
  generation: number;
  assignments?: readonly { memberId: string; assignment: string }[];
}
/** Answer: null. UnknownMember. */
export interface LeaveGroup {
  groupId: string;
  memberId: string;
}
/**
 * All or none. Answer: null. A member commits at its generation; without a member, and at generation -1 (default),
 * only while the group has no members; a group that does not exist is then created. GroupNotFound, UnknownMember,
 * IllegalGeneration, RebalanceInProgress; TopicNotFound, PartitionNotFound.
 */
export interface CommitOffsets {
  groupId: string;
  memberId?: string;
  generation?: number;
  offsets: readonly (Pick<CommittedOffset, 'topic' | 'partition' | 'offset'> & { metadata?: string })[];
}
/** Answer: null. With its offsets. GroupNotFound, GroupNotEmpty. */
export interface DeleteGroup {
  groupId: string;
}
/** Their sessions have ended. Answer: the ids of those removed. GroupNotFound, IllegalGeneration. */
export interface ExpireGroupMembers {
  groupId: string;
  generation: number;
  memberIds: readonly string[];
}
/**
 * The rebalance time-out has passed. 'join': the generation after `generation` begins with those who have joined;
 * 'sync': whoever has not synced at `generation` is removed. Answer: the ids of those removed. GroupNotFound,
 * IllegalGeneration.
 */
export interface CompleteRebalance {
  groupId: string;
  generation: number;
  phase: 'join' | 'sync';
}
/**
 * Removes offsets whose retention has passed at the operation's time, and the group when that leaves neither offsets
 * nor members. Answer: how many offsets. GroupNotFound.
 */
export interface ExpireOffsets {
  groupId: string;
}

/** The `data` of each, by its `type`. */
export interface GroupOperationData {
  join_group: JoinGroup;
  sync_group: SyncGroup;
  leave_group: LeaveGroup;
  commit_offsets: CommitOffsets;
  delete_group: DeleteGroup;
  expire_group_members: ExpireGroupMembers;
  complete_rebalance: CompleteRebalance;
  expire_offsets: ExpireOffsets;
}
