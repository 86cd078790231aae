/**
 * A consumer group as plain frozen data: members in the order in which they joined, the first remaining one leads when
 * the leader goes. Offsets stand beside it, so that a commit leaves the group its identity. How a group moves from
 * state to state is `rebalance.ts`. Kafka's state Dead is a group without a record.
 */
import type { OffsetTable } from './offsets.js';

/**
 * Empty: no members, perhaps offsets. PreparingRebalance: waits until every member has joined the coming generation.
 * CompletingRebalance: waits for the leader's assignment. Stable: every member may fetch its assignment.
 */
export type GroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';

/** A way to assign partitions, by the name that members agree on, and what this member has to say for it. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: string;
}

export interface GroupMember {
  readonly memberId: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** In order of preference, names distinct. */
  readonly protocols: readonly GroupProtocol[];
  /** The latest it was given, '' before the first; in force only while the group is Stable. */
  readonly assignment: string;
  /** It has done its part in the present state: joined while the group prepares, synced ever after. */
  readonly ready: boolean;
}

export interface Group {
  readonly groupId: string;
  readonly state: GroupState;
  /** Unix ms. */
  readonly stateSince: number;
  /** '' in a simple group, which only keeps offsets: none ever joined. */
  readonly protocolType: string;
  /** That of the generation; '' while there is none. */
  readonly protocol: string;
  /** 0 before the first, then +1 whenever a rebalance has all who take part. */
  readonly generation: number;
  /** '' without members. */
  readonly leader: string;
  readonly members: readonly GroupMember[];
}

export class GroupRecord {
  readonly group: Group;
  readonly offsets: OffsetTable;

  constructor(group: Group, offsets: OffsetTable) {
    this.group = group;
    this.offsets = offsets;
  }
}

export function emptyGroup(groupId: string, timestamp: number): Group {
  return frozenGroup({
    groupId,
    state: 'Empty',
    stateSince: timestamp,
    protocolType: '',
    protocol: '',
    generation: 0,
    leader: '',
    members: [],
  });
}

export function findMember(group: Group, memberId: string): GroupMember | undefined {
  return group.members.find((member) => member.memberId === memberId);
}

/** Members are frozen already. */
export function frozenGroup(group: Group): Group {
  Object.freeze(group.members);
  return Object.freeze(group);
}

export function frozenMember(member: GroupMember): GroupMember {
  if (!Object.isFrozen(member.protocols)) {
    member.protocols.forEach(Object.freeze);
    Object.freeze(member.protocols);
  }
  return Object.freeze(member);
}
