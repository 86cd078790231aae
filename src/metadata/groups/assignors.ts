/**
 * The two assignors of KIP-848, `range` and `uniform`, as functions of who subscribes to what and how many partitions
 * there are: for the state machine, and for a group's leader in user code. The same input gives the same assignment
 * everywhere, whatever the order of subscribers and topics.
 */
import { must } from '../../assert.js';
import { compareCodeUnits } from '../code-units.js';

/** Partitions by topic, ascending. */
export type Assignment = Readonly<Record<string, readonly number[]>>;

export interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
  /** What it was assigned last: `assignUniform` takes away no more of it than balance asks for. */
  readonly owned?: Assignment;
}

/** Undefined or 0: there is no such topic, and who subscribes to it gets nothing of it. */
export type PartitionCount = (topic: string) => number | undefined;

interface Member {
  readonly memberId: string;
  readonly topics: ReadonlySet<string>;
  readonly owned: Assignment;
  /** Of all topics. */
  load: number;
}

interface Topic {
  readonly name: string;
  /** Of each partition. */
  readonly owners: (Member | undefined)[];
  /** By id. */
  readonly members: Member[];
}

/**
 * Each topic in contiguous ranges over its subscribers in the order of their ids, the first ones by one longer: members
 * with the same subscriptions get the same partitions of all topics of one size.
 */
export function assignRange(subscribers: readonly Subscriber[], partitionsOf: PartitionCount): Map<string, Assignment> {
  const members = membersOf(subscribers);
  const topics = topicsOf(members, partitionsOf);
  for (const { owners, members: sharers } of topics) {
    const least = Math.floor(owners.length / sharers.length);
    const longer = owners.length % sharers.length;
    let next = 0;
    sharers.forEach((member, place) => {
      const end = next + least + (place < longer ? 1 : 0);
      owners.fill(member, next, end);
      next = end;
    });
  }
  return assignmentOf(members, topics);
}

/** Rounds in which partitions move: where subscriptions differ, one round need not balance everything. */
const MAX_ROUNDS = 16;

/**
 * As many partitions to each member as its subscriptions allow, by at most one more to some; and as much as that leaves
 * of what each has. Balance comes first, as in KIP-848.
 */
export function assignUniform(
  subscribers: readonly Subscriber[],
  partitionsOf: PartitionCount,
): Map<string, Assignment> {
  const members = membersOf(subscribers);
  const topics = topicsOf(members, partitionsOf);
  for (const topic of topics) keepOwned(topic);
  for (const topic of topics) fill(topic);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (topics.map(balance).every((moves) => moves === 0)) break;
  }
  return assignmentOf(members, topics);
}

/** Of two who say that they own a partition, the first does. */
function keepOwned({ name, owners, members }: Topic): void {
  for (const member of members) {
    const owned = Object.hasOwn(member.owned, name) ? (member.owned[name] ?? []) : [];
    for (const partition of owned) {
      if (partition < owners.length && owners[partition] === undefined) take(owners, partition, member);
    }
  }
}

function fill({ owners, members }: Topic): void {
  const due = leastLoaded(members);
  for (let partition = 0; partition < owners.length; partition += 1) {
    if (owners[partition] === undefined) take(owners, partition, due.next().value);
  }
}

/** From who has most to who has least, until they differ by no more than one. How many have moved. */
function balance({ owners, members }: Topic): number {
  const held = new Map<Member, number[]>(members.map((member) => [member, []]));
  owners.forEach((owner, partition) => held.get(must(owner, 'all are assigned'))?.push(partition));
  const due = leastLoaded(members);
  let moves = 0;
  for (const from of mostLoaded(members, (member) => held.get(member)?.length !== 0)) {
    const to = due.next().value;
    if (from.load - to.load <= 1) break;
    from.load -= 1;
    take(owners, must(held.get(from)?.pop(), 'it holds some'), to);
    moves += 1;
  }
  return moves;
}

function take(owners: (Member | undefined)[], partition: number, member: Member): void {
  owners[partition] = member;
  member.load += 1;
}

/** Who is due for one more partition, again and again; each takes it before the next is asked for. */
function* leastLoaded(members: readonly Member[]): Generator<Member, never, void> {
  const sorted = [...members].sort((a, b) => a.load - b.load);
  let level = must(sorted[0], 'a topic has subscribers').load;
  for (let end = 0; ; level += 1) {
    while (sorted[end]?.load === level) end += 1;
    yield* sorted.slice(0, end);
  }
}

/** Who is to give one partition away, again and again, among those that hold any; each gives before the next. */
function* mostLoaded(members: readonly Member[], holds: (member: Member) => boolean): Generator<Member, void, void> {
  const sorted = [...members].sort((a, b) => b.load - a.load);
  let level = must(sorted[0], 'a topic has subscribers').load;
  for (let end = 0; ; level -= 1) {
    while (end < sorted.length && must(sorted[end], 'in bounds').load >= level) end += 1;
    const givers = sorted.slice(0, end).filter(holds);
    if (givers.length === 0 && end === sorted.length) return;
    yield* givers;
  }
}

function membersOf(subscribers: readonly Subscriber[]): Member[] {
  return [...subscribers]
    .sort((a, b) => compareCodeUnits(a.memberId, b.memberId))
    .map(({ memberId, topics, owned = {} }) => ({ memberId, topics: new Set(topics), owned, load: 0 }));
}

/** By name; those with partitions. */
function topicsOf(members: readonly Member[], partitionsOf: PartitionCount): Topic[] {
  const topics = new Map<string, Topic>();
  for (const member of members) {
    for (const name of member.topics) {
      let topic = topics.get(name);
      if (topic === undefined) {
        topic = { name, owners: new Array<undefined>(partitionsOf(name) ?? 0).fill(undefined), members: [] };
        topics.set(name, topic);
      }
      topic.members.push(member);
    }
  }
  return [...topics.values()]
    .filter(({ owners }) => owners.length > 0)
    .sort((a, b) => compareCodeUnits(a.name, b.name));
}

/** Records are built entry by entry, so that '__proto__' is a topic like any other. */
function assignmentOf(members: readonly Member[], topics: readonly Topic[]): Map<string, Assignment> {
  const lists = new Map(members.map((member) => [member, new Map<string, number[]>()]));
  for (const { name, owners } of topics) {
    owners.forEach((owner, partition) => {
      const partitions = must(lists.get(must(owner, 'all are assigned')), 'one of the members');
      const list = partitions.get(name);
      if (list === undefined) partitions.set(name, [partition]);
      else list.push(partition);
    });
  }
  return new Map([...lists].map(([{ memberId }, partitions]) => [memberId, Object.fromEntries(partitions)]));
}
