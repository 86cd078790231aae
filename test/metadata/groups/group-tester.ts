/** A metadata machine with short ways to play the members of one group. */
import { must } from '../../../src/assert.js';
import type { GroupProtocol } from '../../../src/metadata/groups/group-record.js';
import type { GroupDescription, JoinedGroup } from '../../../src/metadata/groups/queries.js';
import { NotYet } from '../../../src/state-machine/state-machine.js';
import type { MetadataTester } from '../metadata-tester.js';
import { createTester } from '../metadata-tester.js';

export const GROUP = 'orders-readers';
export const SESSION_MS = 10_000;
export const REBALANCE_MS = 60_000;

const TEXT: readonly GroupProtocol[] = [{ name: 'text', metadata: '' }];

export interface GroupTester {
  readonly metadata: MetadataTester;
  /** The member's id. */
  join(memberId?: string, protocols?: readonly GroupProtocol[]): string;
  rejectJoin(memberId: string, protocols?: readonly GroupProtocol[], protocolType?: string): string;
  /** What its join comes to now: 'not yet', an error's code, or what it joined. */
  joined(memberId: string): JoinedGroup | string;
  sync(memberId: string, generation: number, assignments?: Readonly<Record<string, string>>): void;
  rejectSync(memberId: string, generation: number): string;
  /** What its sync comes to now: 'not yet', an error's code, or its assignment in quotes. */
  assigned(memberId: string, generation: number): string;
  leave(memberId: string): void;
  describe(): GroupDescription;
  /** State and generation. */
  state(): string;
  /** Members join and the leader assigns each its own id; the group is stable then. */
  settle(count: number): string[];
}

/** With a topic `orders` of 6 partitions and a topic `payments` of 2. */
export function createGroupTester(): GroupTester {
  const metadata = createTester(1);
  metadata.accept('create_topic', { name: 'orders', partitions: 6, replicationFactor: 1 });
  metadata.accept('create_topic', { name: 'payments', partitions: 2, replicationFactor: 1 });
  const joinData = (memberId: string, protocols: readonly GroupProtocol[], protocolType = 'consumer') => {
    const times = { sessionTimeoutMs: SESSION_MS, rebalanceTimeoutMs: REBALANCE_MS };
    return { groupId: GROUP, memberId, ...times, protocolType, protocols };
  };
  const ask = (query: object): unknown => {
    const answer = metadata.machine.query(query);
    if (answer instanceof NotYet) return 'not yet';
    return 'error' in answer ? answer.error.code : answer.value;
  };
  const tester: GroupTester = {
    metadata,
    join: (memberId = '', protocols = TEXT) =>
      (metadata.accept('join_group', joinData(memberId, protocols)) as { memberId: string }).memberId,
    rejectJoin: (memberId, protocols = TEXT, protocolType = 'consumer') =>
      metadata.reject('join_group', joinData(memberId, protocols, protocolType)),
    joined: (memberId) => ask({ type: 'await_join', groupId: GROUP, memberId }) as JoinedGroup | string,
    sync(memberId, generation, assignments) {
      const listed = Object.entries(assignments ?? {}).map(([to, assignment]) => ({ memberId: to, assignment }));
      const given = assignments === undefined ? {} : { assignments: listed };
      metadata.accept('sync_group', { groupId: GROUP, memberId, generation, ...given });
    },
    rejectSync: (memberId, generation) => metadata.reject('sync_group', { groupId: GROUP, memberId, generation }),
    assigned(memberId, generation) {
      const answer = ask({ type: 'await_sync', groupId: GROUP, memberId, generation });
      return typeof answer === 'string' ? answer : JSON.stringify((answer as { assignment: string }).assignment);
    },
    leave(memberId) {
      metadata.accept('leave_group', { groupId: GROUP, memberId });
    },
    describe() {
      const description = metadata.ask('describe_group', { groupId: GROUP });
      return must(description, 'the group exists');
    },
    state() {
      const { state, generation } = tester.describe();
      return `${state} ${generation}`;
    },
    settle(count) {
      const ids = Array.from({ length: count }, () => tester.join());
      for (const id of ids.slice(0, -1)) tester.join(id);
      const { generation, leader } = tester.describe();
      tester.sync(leader, generation, Object.fromEntries(ids.map((id) => [id, id])));
      for (const id of ids) if (id !== leader) tester.sync(id, generation);
      return ids;
    },
  };
  return tester;
}
