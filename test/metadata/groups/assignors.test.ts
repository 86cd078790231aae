/** The assignors of KIP-848, by the examples in Kafka's documentation and by what must hold of every assignment. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Assignment, Subscriber } from '../../../src/metadata/groups/assignors.js';
import { assignRange, assignUniform } from '../../../src/metadata/groups/assignors.js';
import { createGroupTester } from './group-tester.js';

const sizesOf = (sizes: Readonly<Record<string, number>>) => (topic: string) => sizes[topic];
const shown = (assigned: ReadonlyMap<string, Assignment>): Record<string, Assignment> => Object.fromEntries(assigned);

const range = suite('assignors: range');

range('topics of one size are cut alike: members get the same partitions of each', () => {
  const subscribers = ['m1', 'm0'].map((memberId) => ({ memberId, topics: ['t1', 't2'] }));
  assert.equal(shown(assignRange(subscribers, sizesOf({ t1: 3, t2: 3 }))), {
    m0: { t1: [0, 1], t2: [0, 1] },
    m1: { t1: [2], t2: [2] },
  });
});

range('each topic is shared by its own subscribers alone', () => {
  const subscribers: Subscriber[] = [
    { memberId: 'a', topics: ['t1', 't2'] },
    { memberId: 'b', topics: ['t3'] },
    { memberId: 'c', topics: ['t2', 't3'] },
  ];
  assert.equal(shown(assignRange(subscribers, sizesOf({ t1: 3, t2: 3, t3: 2 }))), {
    a: { t1: [0, 1, 2], t2: [0, 1] },
    b: { t3: [0] },
    c: { t2: [2], t3: [1] },
  });
});

range('more members than partitions: the last get none; topics that do not exist are passed over', () => {
  const subscribers = ['a', 'b', 'c'].map((memberId) => ({ memberId, topics: ['t', 'nothing'] }));
  assert.equal(shown(assignRange(subscribers, sizesOf({ t: 2 }))), { a: { t: [0] }, b: { t: [1] }, c: {} });
});

range('names that objects treat specially are topics like any other', () => {
  const assigned = assignRange([{ memberId: '__proto__', topics: ['__proto__'] }], () => 1);
  assert.equal(Object.entries(assigned.get('__proto__') ?? {}), [['__proto__', [0]]]);
});

range.run();

const uniform = suite('assignors: uniform');

uniform('all partitions count alike, whatever their topic', () => {
  const subscribers = ['a', 'b'].map((memberId) => ({ memberId, topics: ['t1', 't2', 't3'] }));
  const loads = [...assignUniform(subscribers, sizesOf({ t1: 1, t2: 1, t3: 1 })).values()].map(loadOf);
  assert.equal(loads.sort(), [1, 2], 'where range gives all three to the first');
});

uniform('a member that comes takes no more than its share; what the others keep is theirs', () => {
  const before: Subscriber[] = [
    { memberId: 'a', topics: ['t'], owned: { t: [0, 2, 4] } },
    { memberId: 'b', topics: ['t'], owned: { t: [1, 3, 5] } },
  ];
  const assigned = assignUniform([...before, { memberId: 'c', topics: ['t'] }], sizesOf({ t: 6 }));
  assert.equal(shown(assigned), { a: { t: [0, 2] }, b: { t: [1, 3] }, c: { t: [4, 5] } });
});

uniform('when a member goes only its partitions move', () => {
  const left: Subscriber[] = [
    { memberId: 'a', topics: ['t'], owned: { t: [0, 1] } },
    { memberId: 'c', topics: ['t'], owned: { t: [4, 5] } },
  ];
  assert.equal(shown(assignUniform(left, sizesOf({ t: 6 }))), { a: { t: [0, 1, 2] }, c: { t: [3, 4, 5] } });
});

uniform('what is owned twice, is no partition, or is no longer subscribed to is not kept', () => {
  const subscribers: Subscriber[] = [
    { memberId: 'a', topics: ['t'], owned: { t: [0, 1, 9], old: [0] } },
    { memberId: 'b', topics: ['t'], owned: { t: [0] } },
  ];
  assert.equal(shown(assignUniform(subscribers, sizesOf({ t: 2, old: 1 }))), { a: { t: [0] }, b: { t: [1] } });
});

uniform('unequal subscriptions: those who can take less leave room for others', () => {
  const subscribers: Subscriber[] = [
    { memberId: 'a', topics: ['t1'] },
    { memberId: 'b', topics: ['t1', 't2'] },
  ];
  const assigned = assignUniform(subscribers, sizesOf({ t1: 4, t2: 4 }));
  assert.equal(shown(assigned), { a: { t1: [0, 1, 2, 3] }, b: { t2: [0, 1, 2, 3] } });
});

const memberIds = ['a', 'b', 'c', 'd', 'e'];
const sizes = fc.record({ t1: fc.nat(12), t2: fc.nat(12), t3: fc.nat(3), constructor: fc.nat(2) });
const names = ['t1', 't2', 't3', 'constructor', 'nothing'];
const subscribersOf = (topics: fc.Arbitrary<string[]>) =>
  fc
    .uniqueArray(fc.constantFrom(...memberIds), { minLength: 1 })
    .chain((ids) => fc.tuple(...ids.map((memberId) => topics.map((list) => ({ memberId, topics: list })))));
const anyTopics = fc.uniqueArray(fc.constantFrom(...names), { maxLength: 4 });

uniform('every partition that someone subscribes to has one owner, who subscribes to it, under both', () => {
  fc.assert(
    fc.property(subscribersOf(anyTopics), sizes, (subscribers, partitions) => {
      for (const assign of [assignRange, assignUniform]) {
        const assigned = assign(subscribers, (topic) => own(partitions, topic));
        assert.equal([...assigned.keys()].sort(), subscribers.map(({ memberId }) => memberId).sort());
        const wanted = new Set(subscribers.flatMap(({ topics }) => topics));
        const all = [...wanted].flatMap((topic) =>
          Array.from({ length: own(partitions, topic) ?? 0 }, (_, partition) => `${topic}:${partition}`),
        );
        const given = subscribers.flatMap(({ memberId, topics }) =>
          Object.entries(assigned.get(memberId) ?? {}).flatMap(([topic, list]) => {
            assert.ok(topics.includes(topic));
            assert.equal(
              [...list],
              [...list].sort((a, b) => a - b),
            );
            return list.map((partition) => `${topic}:${partition}`);
          }),
        );
        assert.equal(given.sort(), all.sort());
        const turned = subscribers.map((each) => ({ ...each, topics: [...each.topics].reverse() })).reverse();
        const reversed = assign(turned, (topic) => own(partitions, topic));
        assert.is(
          JSON.stringify([...reversed]),
          JSON.stringify([...assigned]),
          'the order of subscribers and of their topics does not matter',
        );
      }
    }),
    { numRuns: 300, seed: 3 },
  );
});

uniform('loads differ by one at most where all subscribe alike, and nothing moves that need not', () => {
  fc.assert(
    fc.property(anyTopics, sizes, fc.shuffledSubarray(memberIds, { minLength: 1 }), fc.nat(4), (...drawn) => {
      const [topics, partitions, ids, count] = drawn;
      const count1 = (topic: string): number | undefined => own(partitions, topic);
      const first = assignUniform(
        ids.map((memberId) => ({ memberId, topics })),
        count1,
      );
      assertBalanced(first);
      const present = memberIds.slice(0, count + 1);
      const owning = present.map((memberId) => ({ memberId, topics, owned: first.get(memberId) ?? {} }));
      const second = assignUniform(owning, count1);
      assertBalanced(second);
      const total = [...second.values()].reduce((sum, each) => sum + loadOf(each), 0);
      const most = Math.ceil(total / present.length);
      const owned = owning.map((each) => loadOf(each.owned)).sort((a, b) => b - a);
      // At best, those who own most keep the larger shares.
      const larger = total % present.length === 0 ? present.length : total % present.length;
      const best = owned.reduce((sum, load, place) => sum + Math.min(load, place < larger ? most : most - 1), 0);
      const kept = present.reduce((sum, memberId) => sum + keptOf(first.get(memberId), second.get(memberId)), 0);
      assert.is(kept, best);
    }),
    { numRuns: 300, seed: 4 },
  );
});

uniform('no partition could move to make two of its subscribers more equal, where subscriptions differ', () => {
  fc.assert(
    fc.property(subscribersOf(anyTopics), sizes, (subscribers, partitions) => {
      const assigned = assignUniform(subscribers, (topic) => own(partitions, topic));
      for (const from of subscribers) {
        for (const topic of Object.keys(assigned.get(from.memberId) ?? {})) {
          for (const to of subscribers.filter(({ topics }) => topics.includes(topic))) {
            const difference = loadOf(assigned.get(from.memberId)) - loadOf(assigned.get(to.memberId));
            assert.ok(difference <= 1, `${from.memberId} could give of ${topic} to ${to.memberId}`);
          }
        }
      }
    }),
    { numRuns: 300, seed: 5 },
  );
});

function own(partitions: Readonly<Record<string, number>>, topic: string): number | undefined {
  return Object.hasOwn(partitions, topic) ? partitions[topic] : undefined;
}

function loadOf(assignment: Assignment = {}): number {
  return Object.values(assignment).reduce((sum, list) => sum + list.length, 0);
}

function keptOf(before: Assignment = {}, after: Assignment = {}): number {
  return Object.entries(before).reduce((sum, [topic, list]) => {
    const now = Object.hasOwn(after, topic) ? (after[topic] ?? []) : [];
    return sum + list.filter((partition) => now.includes(partition)).length;
  }, 0);
}

function assertBalanced(assigned: ReadonlyMap<string, Assignment>): void {
  const loads = [...assigned.values()].map(loadOf);
  assert.ok(Math.max(...loads) - Math.min(...loads) <= 1, `loads ${loads.join(', ')}`);
}

uniform.run();

const server = suite('assignors: by the server');

const subscription = (...topics: string[]) => JSON.stringify({ topics });

server('a leader that gives no assignments leaves them to the protocol of the group', () => {
  const group = createGroupTester();
  const both = ['range', 'uniform'].map((name) => ({ name, metadata: subscription('orders', 'payments', 'nothing') }));
  const [first, second] = [group.join('', both), group.join('', both)];
  group.join(first, both);
  group.sync(first, 2);
  assert.equal(
    [first, second].map((id) => group.assigned(id, 2)),
    [
      { orders: [0, 1, 2], payments: [0] },
      { orders: [3, 4, 5], payments: [1] },
    ].map((partitions) => JSON.stringify(JSON.stringify({ partitions }))),
  );
});

server('uniform keeps what members had', () => {
  const group = createGroupTester();
  const protocols = [{ name: 'uniform', metadata: subscription('orders') }];
  const first = group.join('', protocols);
  group.sync(first, 1, { [first]: '{"partitions":{"orders":[5]}}' });
  const second = group.join('', protocols);
  group.join(first, protocols);
  group.sync(first, 2);
  assert.match(group.assigned(first, 2), '[2,4,5]');
  assert.match(group.assigned(second, 2), '[0,1,3]');
});

server('the empty list is an assignment of nothing; so is its absence under a protocol of the members own', () => {
  const group = createGroupTester();
  const id = group.join('', [{ name: 'range', metadata: subscription('orders') }]);
  group.sync(id, 1, {});
  assert.is(group.assigned(id, 1), '""');
  const other = createGroupTester();
  const stranger = other.join('', [{ name: 'mine', metadata: subscription('orders') }]);
  other.sync(stranger, 1);
  assert.is(other.assigned(stranger, 1), '""');
});

server('metadata that the server cannot read is refused, and the leader may still assign', () => {
  for (const metadata of ['', 'orders', '[]', '{"topics":"orders"}', '{"topics":[1]}', '{}', 'null']) {
    const group = createGroupTester();
    const id = group.join('', [{ name: 'range', metadata }]);
    assert.is(group.rejectSync(id, 1), 'InvalidArgument', metadata);
    group.sync(id, 1, { [id]: 'mine' });
    assert.is(group.state(), 'Stable 1');
  }
});

server('more partitions than one operation may assign are refused', () => {
  const group = createGroupTester();
  for (const name of ['x', 'y', 'z']) {
    group.metadata.accept('create_topic', { name, partitions: 100_000, replicationFactor: 1, assignment: 'none' });
  }
  const id = group.join('', [{ name: 'range', metadata: subscription('x', 'y', 'z') }]);
  assert.is(group.rejectSync(id, 1), 'InvalidArgument');
});

server.run();
