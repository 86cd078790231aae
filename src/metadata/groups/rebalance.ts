/**
 * The transitions of Kafka's classic protocol (KIP-62, ClassicGroup of Kafka 4.0) as functions from one group to the
 * next: members come, change and go, a generation begins, the leader's assignment settles it. Whatever needs no time
 * to pass completes at once: there is no `group.initial.rebalance.delay.ms`, since nobody who starts a cluster in a
 * test wants to wait three seconds for the first member.
 */
import { MAX_GENERATION } from '../limits.js';
import type { Group, GroupMember, GroupProtocol } from './group-record.js';
import { frozenGroup, frozenMember } from './group-record.js';

/** A member joins, or joins anew with other protocols or times. */
export function withJoined(group: Group, joined: Omit<GroupMember, 'ready'>, timestamp: number): Group {
  const preparing = prepared(group, timestamp);
  const member = frozenMember({ ...joined, ready: true });
  const known = preparing.members.some(({ memberId }) => memberId === member.memberId);
  const members = known
    ? preparing.members.map((each) => (each.memberId === member.memberId ? member : each))
    : [...preparing.members, member];
  return completedIfAllJoined({ ...preparing, members, leader: leaderOf(preparing.leader, members) }, timestamp);
}

/** Members leave or are removed. Those who stay have to join anew. */
export function withoutMembers(group: Group, removed: ReadonlySet<string>, timestamp: number): Group {
  const preparing = prepared(group, timestamp);
  const members = preparing.members.filter(({ memberId }) => !removed.has(memberId));
  return completedIfAllJoined({ ...preparing, members, leader: leaderOf(preparing.leader, members) }, timestamp);
}

/** A member has asked for its assignment; the leader's `assignments` settle the generation, null is anyone else's. */
export function withSynced(
  group: Group,
  memberId: string,
  assignments: ReadonlyMap<string, string> | null,
  timestamp: number,
): Group {
  const members = group.members.map((member) => {
    const ready = member.ready || member.memberId === memberId;
    const assignment = assignments === null ? member.assignment : (assignments.get(member.memberId) ?? '');
    return ready === member.ready && assignment === member.assignment
      ? member
      : frozenMember({ ...member, ready, assignment });
  });
  return frozenGroup(assignments === null ? { ...group, members } : moved({ ...group, members }, 'Stable', timestamp));
}

/** Whether a member of these protocols can be one of the group's: some protocol is known to all members. */
export function supportsProtocols(group: Group, protocolType: string, protocols: readonly GroupProtocol[]): boolean {
  if (group.members.length === 0) return true;
  const common = commonProtocols(group);
  return group.protocolType === protocolType && protocols.some(({ name }) => common.has(name));
}

export function sameProtocols(one: readonly GroupProtocol[], other: readonly GroupProtocol[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, metadata }, place) => name === other[place]?.name && metadata === other[place].metadata)
  );
}

/** Everyone's part in the generation before is over. */
function prepared(group: Group, timestamp: number): Group {
  if (group.state === 'PreparingRebalance') return group;
  const members = group.members.map((member) => (member.ready ? frozenMember({ ...member, ready: false }) : member));
  return moved({ ...group, members }, 'PreparingRebalance', timestamp);
}

function completedIfAllJoined(group: Group, timestamp: number): Group {
  return group.members.every(({ ready }) => ready) ? nextGeneration(group, timestamp) : frozenGroup(group);
}

/** Of the members who joined, all of them. Without members the group is empty. */
function nextGeneration(group: Group, timestamp: number): Group {
  // Kafka's is an int32.
  const generation = (group.generation % MAX_GENERATION) + 1;
  if (group.members.length === 0) return frozenGroup(moved({ ...group, generation, protocol: '' }, 'Empty', timestamp));
  const members = group.members.map((member) => frozenMember({ ...member, ready: false }));
  const protocol = selectProtocol(group);
  return frozenGroup(moved({ ...group, generation, protocol, members }, 'CompletingRebalance', timestamp));
}

/** Members vote for the first of their protocols that all know; of the most votes, the one voted for first. */
function selectProtocol(group: Group): string {
  const common = commonProtocols(group);
  const votes = new Map<string, number>();
  for (const { protocols } of group.members) {
    const choice = protocols.find(({ name }) => common.has(name))?.name;
    if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1);
  }
  let selected = '';
  for (const [name, count] of votes) if (count > (votes.get(selected) ?? 0)) selected = name;
  return selected;
}

function commonProtocols({ members }: Group): ReadonlySet<string> {
  const counts = new Map<string, number>();
  for (const { protocols } of members) {
    for (const { name } of protocols) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return new Set([...counts.keys()].filter((name) => counts.get(name) === members.length));
}

function leaderOf(leader: string, members: readonly GroupMember[]): string {
  return members.some(({ memberId }) => memberId === leader) ? leader : (members[0]?.memberId ?? '');
}

function moved(group: Group, state: Group['state'], timestamp: number): Group {
  return { ...group, state, stateSince: Math.max(group.stateSince, timestamp) };
}
