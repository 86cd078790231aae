/**
 * Kafka's group coordinator once more, as plainly as its own code tells it: mutable groups, sets of members whose join
 * is held back and of members whose sync is due, copied whole before each operation and thrown away when a rule is
 * broken. Shares nothing with `src/metadata` but types. The server's assignors are not in it.
 */
import type { GroupOperationData } from '../../../src/metadata/groups/operations.js';

export type GroupOperation = {
  [Type in keyof GroupOperationData]: { type: Type; data: GroupOperationData[Type]; timestamp: number };
}[keyof GroupOperationData];

export type NaiveAnswer = { value: unknown } | { code: string };

const WEEK_MS = 7 * 24 * 3_600_000;

interface Member {
  memberId: string;
  sessionTimeoutMs: number;
  rebalanceTimeoutMs: number;
  protocols: { name: string; metadata: string }[];
  assignment: string;
}

interface Offset {
  offset: number;
  metadata: string;
  committedAt: number;
}

interface NaiveGroup {
  state: 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable';
  since: number;
  protocolType: string | null;
  protocolName: string | null;
  generation: number;
  leader: string | null;
  members: Member[];
  awaitingJoin: string[];
  pendingSync: string[];
  offsets: Record<string, Offset>;
}

class Refusal extends Error {}

function require(holds: boolean, code: string): asserts holds {
  if (!holds) throw new Refusal(code);
}

export class NaiveGroups {
  groups: Record<string, NaiveGroup> = {};
  /** Topics, by the number of their partitions. */
  readonly topics: Record<string, number>;

  constructor(topics: Record<string, number>) {
    this.topics = { ...topics };
  }

  apply(operation: GroupOperation, index: number): NaiveAnswer {
    const before = JSON.stringify(this.groups);
    try {
      return { value: this.#perform(operation, index) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.groups = JSON.parse(before) as Record<string, NaiveGroup>;
      return { code: error.message };
    }
  }

  deleteTopic(name: string): void {
    Reflect.deleteProperty(this.topics, name);
    for (const { offsets } of Object.values(this.groups)) {
      for (const id of Object.keys(offsets)) if (id.startsWith(`${name}:`)) Reflect.deleteProperty(offsets, id);
    }
  }

  #perform(operation: GroupOperation, index: number): unknown {
    const { timestamp: now } = operation;
    switch (operation.type) {
      case 'join_group':
        return { memberId: this.#join(operation.data, now, index) };
      case 'sync_group':
        return this.#sync(operation.data, now);
      case 'leave_group': {
        const group = this.groups[operation.data.groupId];
        require(group !== undefined && has(group, operation.data.memberId), 'UnknownMember');
        remove(group, operation.data.memberId);
        afterRemoval(group, now);
        return null;
      }
      case 'commit_offsets':
        return this.#commit(operation.data, now);
      case 'delete_group': {
        const group = this.groups[operation.data.groupId];
        require(group !== undefined, 'GroupNotFound');
        require(group.members.length === 0, 'GroupNotEmpty');
        Reflect.deleteProperty(this.groups, operation.data.groupId);
        return null;
      }
      case 'expire_group_members': {
        const { groupId, generation, memberIds } = operation.data;
        return this.#expire(groupId, generation, now, (group) => {
          // Who waits for the others has satisfied its heartbeat.
          return memberIds.filter((id) => {
            if (!has(group, id) || group.awaitingJoin.includes(id)) return false;
            return group.state !== 'CompletingRebalance' || group.pendingSync.includes(id);
          });
        });
      }
      case 'complete_rebalance': {
        const { groupId, generation, phase } = operation.data;
        return this.#expire(groupId, generation, now, (group) => {
          if (phase === 'sync') return group.state === 'PreparingRebalance' ? [] : group.pendingSync;
          if (group.state !== 'PreparingRebalance') return [];
          return group.members.map(({ memberId }) => memberId).filter((id) => !group.awaitingJoin.includes(id));
        });
      }
      case 'expire_offsets':
        return this.#expireOffsets(operation.data.groupId, now);
    }
  }

  #join(data: GroupOperationData['join_group'], now: number, index: number): string {
    const { groupId, memberId, protocolType, sessionTimeoutMs, rebalanceTimeoutMs } = data;
    const protocols = data.protocols.map((protocol) => ({ ...protocol }));
    require(isWellFormed(data), 'InvalidArgument');
    if (memberId !== '') require(this.groups[groupId] !== undefined, 'UnknownMember');
    const group = (this.groups[groupId] ??= emptyGroup(now));
    if (group.state !== 'Empty') {
      const known = protocols.some(({ name }) => group.members.every((member) => supports(member, name)));
      require(group.protocolType === protocolType && known, 'InvalidArgument');
    }
    if (memberId === '') {
      const id = `${protocolType}-${now}-${index}`;
      if (group.members.length === 0) group.protocolType = protocolType;
      group.leader ??= id;
      group.members.push({ memberId: id, sessionTimeoutMs, rebalanceTimeoutMs, protocols, assignment: '' });
      rejoin(group, id, now);
      return id;
    }
    this.#joinAgain(group, memberId, { protocols, sessionTimeoutMs, rebalanceTimeoutMs }, now);
    return memberId;
  }

  #joinAgain(group: NaiveGroup, memberId: string, change: Omit<Member, 'memberId' | 'assignment'>, now: number): void {
    const member = group.members.find((each) => each.memberId === memberId);
    require(member !== undefined, 'UnknownMember');
    const matches = JSON.stringify(member.protocols) === JSON.stringify(change.protocols);
    if (group.state === 'CompletingRebalance' && matches) return;
    if (group.state === 'Stable' && matches && group.leader !== memberId) return;
    Object.assign(member, change);
    rejoin(group, memberId, now);
  }

  #sync({ groupId, memberId, generation, assignments = [] }: GroupOperationData['sync_group'], now: number): null {
    const group = this.groups[groupId];
    require(group !== undefined && has(group, memberId), 'UnknownMember');
    require(group.generation === generation, 'IllegalGeneration');
    require(group.state !== 'PreparingRebalance', 'RebalanceInProgress');
    group.pendingSync = group.pendingSync.filter((id) => id !== memberId);
    if (group.state === 'CompletingRebalance' && group.leader === memberId) {
      const given = new Map(assignments.map((each) => [each.memberId, each.assignment]));
      for (const member of group.members) member.assignment = given.get(member.memberId) ?? '';
      move(group, 'Stable', now);
    }
    return null;
  }

  #commit(data: GroupOperationData['commit_offsets'], now: number): null {
    const { groupId, memberId = '', generation = -1, offsets } = data;
    require(this.groups[groupId] !== undefined || generation < 0, 'GroupNotFound');
    const group = this.groups[groupId] ?? emptyGroup(now);
    if (generation >= 0 || group.state !== 'Empty') {
      require(has(group, memberId), 'UnknownMember');
      require(generation === group.generation, 'IllegalGeneration');
      require(group.state !== 'CompletingRebalance', 'RebalanceInProgress');
    }
    for (const { topic, partition } of offsets) {
      require(topic in this.topics, 'TopicNotFound');
      require(partition < (this.topics[topic] ?? 0), 'PartitionNotFound');
    }
    for (const { topic, partition, offset, metadata = '' } of offsets) {
      this.groups[groupId] = group;
      group.offsets[`${topic}:${partition}`] = { offset, metadata, committedAt: now };
    }
    return null;
  }

  #expire(
    groupId: string,
    generation: number,
    now: number,
    choose: (group: NaiveGroup) => readonly string[],
  ): string[] {
    const group = this.groups[groupId];
    require(group !== undefined, 'GroupNotFound');
    require(group.generation === generation, 'IllegalGeneration');
    const chosen = new Set(choose(group));
    const removed = group.members.map(({ memberId }) => memberId).filter((id) => chosen.has(id));
    for (const id of removed) remove(group, id);
    if (removed.length > 0) afterRemoval(group, now);
    return removed;
  }

  #expireOffsets(groupId: string, now: number): number {
    const group = this.groups[groupId];
    require(group !== undefined, 'GroupNotFound');
    if (group.state !== 'Empty') return 0;
    let expired = 0;
    for (const [id, { committedAt }] of Object.entries(group.offsets)) {
      if (now - Math.max(group.since, committedAt) < WEEK_MS) continue;
      Reflect.deleteProperty(group.offsets, id);
      expired += 1;
    }
    if (Object.keys(group.offsets).length === 0) Reflect.deleteProperty(this.groups, groupId);
    return expired;
  }
}

function isWellFormed(data: GroupOperationData['join_group']): boolean {
  const distinct = new Set(data.protocols.map(({ name }) => name)).size === data.protocols.length;
  const inRange = data.sessionTimeoutMs >= 10 && data.rebalanceTimeoutMs >= 1;
  return inRange && distinct && data.protocols.length > 0 && data.protocolType !== '';
}

function emptyGroup(now: number): NaiveGroup {
  const none = { protocolType: null, protocolName: null, leader: null };
  return {
    ...none,
    state: 'Empty',
    since: now,
    generation: 0,
    members: [],
    awaitingJoin: [],
    pendingSync: [],
    offsets: {},
  };
}

function has(group: NaiveGroup, memberId: string): boolean {
  return group.members.some((member) => member.memberId === memberId);
}

function supports({ protocols }: Member, name: string): boolean {
  return protocols.some((protocol) => protocol.name === name);
}

function remove(group: NaiveGroup, memberId: string): void {
  group.members = group.members.filter((member) => member.memberId !== memberId);
  group.awaitingJoin = group.awaitingJoin.filter((id) => id !== memberId);
  group.pendingSync = group.pendingSync.filter((id) => id !== memberId);
  if (group.leader === memberId) group.leader = group.members[0]?.memberId ?? null;
}

/** Its join is held back until all have joined. */
function rejoin(group: NaiveGroup, memberId: string, now: number): void {
  if (group.state !== 'PreparingRebalance') prepareRebalance(group, now);
  if (!group.awaitingJoin.includes(memberId)) group.awaitingJoin.push(memberId);
  maybeCompleteJoin(group, now);
}

function afterRemoval(group: NaiveGroup, now: number): void {
  if (group.state !== 'PreparingRebalance') prepareRebalance(group, now);
  maybeCompleteJoin(group, now);
}

function prepareRebalance(group: NaiveGroup, now: number): void {
  group.pendingSync = [];
  group.awaitingJoin = [];
  move(group, 'PreparingRebalance', now);
}

function maybeCompleteJoin(group: NaiveGroup, now: number): void {
  if (group.members.length !== group.awaitingJoin.length) return;
  group.generation += 1;
  group.awaitingJoin = [];
  if (group.members.length === 0) {
    group.protocolName = null;
    move(group, 'Empty', now);
    return;
  }
  group.protocolName = selectProtocol(group);
  group.pendingSync = group.members.map(({ memberId }) => memberId);
  move(group, 'CompletingRebalance', now);
}

function selectProtocol({ members }: NaiveGroup): string | null {
  const votes = members.map(
    ({ protocols }) => protocols.find(({ name }) => members.every((member) => supports(member, name)))?.name ?? '',
  );
  const count = (name: string): number => votes.filter((vote) => vote === name).length;
  // The sort is stable: of two with as many votes the first voted for.
  return [...votes].sort((a, b) => count(b) - count(a))[0] ?? null;
}

function move(group: NaiveGroup, state: NaiveGroup['state'], now: number): void {
  group.state = state;
  group.since = Math.max(group.since, now);
}
