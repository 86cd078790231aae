/**
 * The time-outs of consumer groups, in the node that leads: who was heard of when is soft state, never in the log; what
 * follows from silence is an operation. Made anew with each leadership, so that a new leader gives every member a full
 * session, and every rebalance its full time. Pure: times come in. Whoever hosts it hands it the heartbeats that have
 * arrived before it asks what is due, or a stall of its own would look like silence.
 */
import { must } from '../assert.js';
import type { ErrorValue } from '../errors.js';
import { findGroup } from '../metadata/groups/group-image.js';
import { illegalGeneration, rebalanceInProgress, unknownMember } from '../metadata/groups/group-input.js';
import type { Group, GroupMember, GroupRecord } from '../metadata/groups/group-record.js';
import type { GroupOperationData } from '../metadata/groups/operations.js';
import type { GroupHeartbeat } from '../metadata/groups/queries.js';
import { expiry } from '../metadata/groups/retention.js';
import type { Image } from '../metadata/image.js';

/** Kafka's offsets.retention.check.interval.ms. */
const RETENTION_CHECK_INTERVAL_MS = 600_000;
/** What was proposed and changed nothing since was lost, or will be found without effect. */
const PROPOSE_AGAIN_MS = 1_000;

type ProposedType = 'expire_group_members' | 'complete_rebalance' | 'expire_offsets';

/** To be proposed with a timestamp. */
export type GroupProposal = {
  [Type in ProposedType]: { readonly type: Type; readonly data: GroupOperationData[Type] };
}[ProposedType];

interface WatchedMember {
  ready: boolean;
  heardAt: number;
}

interface WatchedGroup {
  /** As it was seen last. */
  group: Group;
  /** When it began to wait for joins, and when its generation began. */
  joinSince: number;
  syncSince: number;
  readonly members: Map<string, WatchedMember>;
  /** Nothing is due before, unless the group changes. */
  checkAt: number;
}

/** The groups of one bucket of the image. */
interface WatchedBucket {
  /** As it was seen last. */
  readonly records: ReadonlyMap<string, GroupRecord>;
  /** Nothing is due before, unless it changes. */
  readonly checkAt: number;
}

/** All times but `timestamp` are on one clock that never goes back, in ms. */
export class GroupTimers {
  readonly #groups = new Map<string, WatchedGroup>();
  readonly #buckets: WatchedBucket[] = [];
  /** As they were seen last. */
  #seen: Image['groups'] | null = null;
  #nextDueAt = Number.NEGATIVE_INFINITY;
  #retentionCheckAt: number;

  constructor(now: number) {
    this.#retentionCheckAt = now + RETENTION_CHECK_INTERVAL_MS;
  }

  /** Nothing is due before, unless the groups change. */
  get nextDueAt(): number {
    return this.#nextDueAt;
  }

  /**
   * By the rules of Kafka's Heartbeat. Null: all is well. UnknownMember, IllegalGeneration; RebalanceInProgress asks
   * for a new join, and the member was heard nevertheless.
   */
  heartbeat(image: Image, { groupId, memberId, generation }: GroupHeartbeat, now: number): ErrorValue | null {
    const group = findGroup(image, groupId)?.group;
    const watched = group === undefined ? undefined : this.#watch(group, now);
    const member = watched?.members.get(memberId);
    if (group === undefined || member === undefined) return unknownMember(groupId, memberId).error;
    if (generation !== group.generation) return illegalGeneration(group, generation).error;
    member.heardAt = now;
    return group.state === 'PreparingRebalance' ? rebalanceInProgress(group).error : null;
  }

  /** `timestamp`: Unix ms. */
  due(image: Image, now: number, timestamp: number): GroupProposal[] {
    if (image.groups === this.#seen && now < this.#nextDueAt) return [];
    this.#seen = image.groups;
    const proposals: GroupProposal[] = [];
    image.groups.forEach((records, place) => {
      const known = this.#buckets[place];
      if (known?.records === records && now < known.checkAt) return;
      for (const groupId of known?.records.keys() ?? []) if (!records.has(groupId)) this.#groups.delete(groupId);
      let checkAt = Number.POSITIVE_INFINITY;
      for (const { group } of records.values()) {
        const watched = this.#watch(group, now);
        if (now >= watched.checkAt) proposals.push(...this.#check(watched, now));
        checkAt = Math.min(checkAt, watched.checkAt);
      }
      this.#buckets[place] = { records, checkAt };
    });
    if (now >= this.#retentionCheckAt) {
      this.#retentionCheckAt = now + RETENTION_CHECK_INTERVAL_MS;
      proposals.push(...dueOffsets(image, timestamp));
    }
    this.#nextDueAt = this.#buckets.reduce((next, { checkAt }) => Math.min(next, checkAt), this.#retentionCheckAt);
    return proposals;
  }

  #check(watched: WatchedGroup, now: number): GroupProposal[] {
    const proposal = dueOf(watched, now);
    watched.checkAt = proposal === null ? nextDeadline(watched) : now + PROPOSE_AGAIN_MS;
    return proposal === null ? [] : [proposal];
  }

  #watch(group: Group, now: number): WatchedGroup {
    const known = this.#groups.get(group.groupId);
    if (known?.group === group) return known;
    const watched = known ?? { group, joinSince: now, syncSince: now, members: new Map(), checkAt: now };
    if (known === undefined) this.#groups.set(group.groupId, watched);
    follow(watched, group, now);
    return watched;
  }
}

/**
 * As Kafka restarts its timers: a new generation, and the assignment of one, give every session a new start; so does
 * whatever a member has done.
 */
function follow(watched: WatchedGroup, group: Group, now: number): void {
  const { generation, state } = watched.group;
  const isNewGeneration = group.generation !== generation;
  const isNewState = isNewGeneration || group.state !== state;
  if (isNewGeneration) watched.syncSince = now;
  if (isNewState && group.state === 'PreparingRebalance') watched.joinSince = now;
  const isFresh = isNewGeneration || (isNewState && group.state === 'Stable');
  const before = new Map(watched.members);
  watched.members.clear();
  for (const { memberId, ready } of group.members) {
    const known = before.get(memberId);
    const isHeard = known === undefined || isFresh || (ready && !known.ready);
    watched.members.set(memberId, { ready, heardAt: isHeard ? now : known.heardAt });
  }
  watched.group = group;
  watched.checkAt = now;
}

/** One at a time: what it changes decides what is due next. */
function dueOf(watched: WatchedGroup, now: number): GroupProposal | null {
  const { groupId, generation, state, members } = watched.group;
  if (now >= rebalanceDeadline(watched)) {
    const phase = state === 'PreparingRebalance' ? 'join' : 'sync';
    return { type: 'complete_rebalance', data: { groupId, generation, phase } };
  }
  const silent = members.filter((member) => now >= sessionDeadline(watched, member)).map(({ memberId }) => memberId);
  if (silent.length === 0) return null;
  return { type: 'expire_group_members', data: { groupId, generation, memberIds: silent } };
}

function nextDeadline(watched: WatchedGroup): number {
  let next = rebalanceDeadline(watched);
  for (const member of watched.group.members) next = Math.min(next, sessionDeadline(watched, member));
  return next;
}

/** The longest that any member allows, as long as some have not joined or not synced. */
function rebalanceDeadline({ group, joinSince, syncSince }: WatchedGroup): number {
  if (group.members.every(({ ready }) => ready)) return Number.POSITIVE_INFINITY;
  const longest = group.members.reduce((most, { rebalanceTimeoutMs }) => Math.max(most, rebalanceTimeoutMs), 0);
  return (group.state === 'PreparingRebalance' ? joinSince : syncSince) + longest;
}

/** Who waits for the others has none. */
function sessionDeadline({ group, members }: WatchedGroup, { memberId, ready, sessionTimeoutMs }: GroupMember): number {
  if (ready && group.state !== 'Stable') return Number.POSITIVE_INFINITY;
  return must(members.get(memberId), 'every member is watched').heardAt + sessionTimeoutMs;
}

function dueOffsets(image: Image, timestamp: number): GroupProposal[] {
  const proposals: GroupProposal[] = [];
  for (const bucket of image.groups) {
    for (const record of bucket.values()) {
      const { expired, groupEnds } = expiry(record, timestamp);
      if (expired.length === 0 && !groupEnds) continue;
      proposals.push({ type: 'expire_offsets', data: { groupId: record.group.groupId } });
    }
  }
  return proposals;
}
