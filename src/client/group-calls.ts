/**
 * Consumer groups as applications use them: Kafka's classic protocol, one method a request. A call that waits for other
 * members is a write and then a read that the store answers once they have come; both within the caller's deadline.
 */
import { ClusterError } from '../errors.js';
import type {
  GroupDescription,
  GroupHeartbeat,
  GroupListing,
  GroupQueryValue,
  JoinedGroup,
} from '../metadata/groups/queries.js';
import type { CommitOffsets, JoinGroup, LeaveGroup, SyncGroup } from '../metadata/groups/operations.js';
import type { MetadataCalls, Sequel } from './metadata-calls.js';
import type { CallOptions, ReadOptions } from './options.js';
import { pick } from './pick.js';

export interface GroupApi {
  /**
   * Resolves once all members have joined the generation. The leader, who is told of all members, then assigns with
   * `sync`; everyone else syncs to hear its assignment. UnknownMember, Overloaded; InvalidArgument for protocols that
   * other members do not share. RebalanceInProgress: not all have come before the deadline, or another rebalance has
   * begun: join again. Whatever it rejects with after the member was taken in has its `details.memberId`.
   */
  join(request: JoinGroup, o?: CallOptions): Promise<JoinedGroup>;
  /**
   * Resolves once the leader has assigned. A leader without `assignments` leaves it to the server: under the protocols
   * 'range' and 'uniform', with the metadata `{"topics":["orders"]}`, members are assigned
   * `{"partitions":{"orders":[0,1]}}`. UnknownMember, IllegalGeneration; RebalanceInProgress asks for a new join.
   */
  sync(request: SyncGroup, o?: CallOptions): Promise<{ assignment: string }>;
  /**
   * A few times in `sessionTimeoutMs`: who is silent for so long is removed. UnknownMember, IllegalGeneration;
   * RebalanceInProgress asks for a new join.
   */
  heartbeat(request: GroupHeartbeat, o?: CallOptions): Promise<void>;
  /** UnknownMember. */
  leave(request: LeaveGroup, o?: CallOptions): Promise<void>;
  /**
   * All or none. Without a member only while the group has none; a group that does not exist is then created.
   * GroupNotFound, UnknownMember, IllegalGeneration, RebalanceInProgress, TopicNotFound, PartitionNotFound.
   */
  commitOffsets(request: CommitOffsets, o?: CallOptions): Promise<void>;
  /** By topic and partition; of an unknown group: empty. */
  fetchOffsets(groupId: string, o?: ReadOptions): Promise<GroupQueryValue['fetch_offsets']>;
  /** By id. */
  list(o?: ReadOptions): Promise<GroupListing[]>;
  describe(groupId: string, o?: ReadOptions): Promise<GroupDescription | undefined>;
  /** With its offsets. GroupNotFound, GroupNotEmpty. */
  delete(groupId: string, o?: CallOptions): Promise<void>;
}

export class GroupCalls implements GroupApi {
  readonly #calls: MetadataCalls;

  constructor(calls: MetadataCalls) {
    this.#calls = calls;
  }

  join(request: JoinGroup, o?: CallOptions): Promise<JoinedGroup> {
    const members = ['groupId', 'memberId', 'protocolType', 'protocols', ...TIMES] as const;
    const sequel = ({ groupId }: JoinGroup, { memberId }: { memberId: string }): Sequel => ({
      query: { type: 'await_join', groupId, memberId },
      failed: (error) => unfinished(error, memberId),
    });
    return this.#calls.writeThenRead('join_group', () => pick(request, members), sequel, o);
  }

  sync(request: SyncGroup, o?: CallOptions): Promise<{ assignment: string }> {
    const members = ['groupId', 'memberId', 'generation', 'assignments'] as const;
    const sequel = ({ groupId, memberId, generation }: SyncGroup): Sequel => ({
      query: { type: 'await_sync', groupId, memberId, generation },
      failed: (error) => unfinished(error, memberId),
    });
    return this.#calls.writeThenRead('sync_group', () => pick(request, members), sequel, o);
  }

  heartbeat(request: GroupHeartbeat, o?: CallOptions): Promise<void> {
    const members = ['groupId', 'memberId', 'generation'] as const;
    return this.#calls.read('group_heartbeat', () => pick(request, members), o).then(() => undefined);
  }

  leave(request: LeaveGroup, o?: CallOptions): Promise<void> {
    return this.#calls.write('leave_group', () => pick(request, ['groupId', 'memberId']), o).then(() => undefined);
  }

  commitOffsets(request: CommitOffsets, o?: CallOptions): Promise<void> {
    const members = ['groupId', 'memberId', 'generation', 'offsets'] as const;
    return this.#calls.write('commit_offsets', () => pick(request, members), o).then(() => undefined);
  }

  fetchOffsets(groupId: string, o?: ReadOptions): Promise<GroupQueryValue['fetch_offsets']> {
    return this.#calls.read('fetch_offsets', () => ({ groupId }), o);
  }

  list(o?: ReadOptions): Promise<GroupListing[]> {
    return this.#calls.read('list_groups', () => ({}), o);
  }

  describe(groupId: string, o?: ReadOptions): Promise<GroupDescription | undefined> {
    return this.#calls.read('describe_group', () => ({ groupId }), o);
  }

  delete(groupId: string, o?: CallOptions): Promise<void> {
    return this.#calls.write('delete_group', () => ({ groupId }), o).then(() => undefined);
  }
}

const TIMES = ['sessionTimeoutMs', 'rebalanceTimeoutMs'] as const;

/** The member is in the group, and what it waited for has not come: a new join, as this member, goes on from there. */
function unfinished({ code, message, details }: ClusterError, memberId: string): ClusterError {
  const isLate = (code === 'Timeout' || code === 'NoLeader') && details['permanent'] !== true;
  return isLate
    ? new ClusterError('RebalanceInProgress', 'the rebalance was not complete at the deadline', {
        memberId,
        cause: code,
      })
    : new ClusterError(code, message, { ...details, memberId });
}
