/** Pages of brokers, topics and partitions: which rows, of how many, and what counts as a problem. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type {
  BrowsedBroker,
  BrowsedPartition,
  BrowsedTopic,
  BrowseMembers,
  BrowsePage,
} from '../../src/metadata/browse.js';
import { createTester, type MetadataTester } from './metadata-tester.js';

const test = suite('metadata: browse');

function pageOf<Row>(tester: MetadataTester, members: BrowseMembers): BrowsePage<Row> {
  return tester.ask('browse', members) as BrowsePage<Row>;
}

const partitionsOf = (tester: MetadataTester, more: Partial<BrowseMembers>): [number, string[]] => {
  const { total, rows } = pageOf<BrowsedPartition>(tester, { of: 'partitions', ...more });
  return [total, rows.map(({ topic, partition }) => `${topic}:${partition}`)];
};

/** Topic a on brokers 1 and 2, b (70 partitions: three chunks) on 1, c on 3 and 1. */
function threeTopics(): MetadataTester {
  const tester = createTester(3);
  const create = (name: string, partitions: number, replicas: number[]): void => {
    const assignment = Array.from({ length: partitions }, () => replicas);
    tester.accept('create_topic', { name, partitions, replicationFactor: replicas.length, assignment });
  };
  create('c', 2, [3, 1]);
  create('b', 70, [1]);
  create('a', 3, [1, 2]);
  return tester;
}

test('rows in order, in pages that leave nothing out and nothing twice', () => {
  const tester = threeTopics();
  const all: string[] = [];
  for (let offset = 0; offset < 80; offset += 7) {
    const [total, rows] = partitionsOf(tester, { offset, limit: 7 });
    assert.is(total, 75);
    all.push(...rows);
  }
  const expected = [3, 70, 2].flatMap((count, place) =>
    Array.from({ length: count }, (_, partition) => `${'abc'.charAt(place)}:${partition}`),
  );
  assert.equal(all, expected);
  assert.equal(partitionsOf(tester, { topic: 'b', offset: 68 }), [70, ['b:68', 'b:69']]);
  assert.equal(partitionsOf(tester, { topic: 'nothing' }), [0, []]);
  assert.equal(partitionsOf(tester, { find: 'c' }), [2, ['c:0', 'c:1']]);
  assert.is(partitionsOf(tester, {})[1].length, 50, 'without a limit');
});

test('only problems: partitions out of sync and without a leader, and topics with such', () => {
  const tester = threeTopics();
  assert.equal(partitionsOf(tester, { onlyProblems: true }), [0, []]);
  tester.accept('update_broker', { id: 3, change: { status: 'dead' } });
  assert.equal(partitionsOf(tester, { onlyProblems: true }), [2, ['c:0', 'c:1']]);
  assert.equal(partitionsOf(tester, { onlyProblems: true, offset: 1 }), [2, ['c:1']]);
  const [row] = pageOf<BrowsedPartition>(tester, { of: 'partitions', topic: 'c' }).rows;
  assert.equal([row?.leader, row?.isr, row?.problems], [1, [1], ['underReplicatedPartitions']]);
  const topics = pageOf<BrowsedTopic>(tester, { of: 'topics', onlyProblems: true });
  assert.equal(topics, {
    total: 1,
    rows: [
      {
        ...{ name: 'c', partitions: 2, replicationFactor: 2, minInsyncReplicas: 1 },
        problems: { underReplicatedPartitions: 2 },
      },
    ],
  });
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
  assert.is(partitionsOf(tester, { onlyProblems: true })[0], 75);
  assert.equal(pageOf<BrowsedPartition>(tester, { of: 'partitions', topic: 'b', limit: 1 }).rows[0]?.problems, [
    'offlinePartitions',
    'underMinIsrPartitions',
  ]);
});

test('brokers by id, found by address or id', () => {
  const tester = createTester(3);
  tester.accept('update_broker', { id: 2, change: { status: 'draining' } });
  const idsOf = (more: Partial<BrowseMembers>): number[] =>
    pageOf<BrowsedBroker>(tester, { of: 'brokers', ...more }).rows.map(({ id }) => id);
  assert.equal(idsOf({}), [1, 2, 3]);
  assert.equal(idsOf({ offset: 1, limit: 1 }), [2]);
  assert.equal(idsOf({ onlyProblems: true }), [2]);
  assert.equal(idsOf({ find: '3' }).includes(3), true);
});

test('what is out of shape is refused by name', () => {
  const { machine } = createTester(1);
  for (const [members, problem] of [
    [{ of: 'groups' }, 'query.of'],
    [{ of: 'topics', limit: 201 }, 'query.limit'],
    [{ of: 'topics', offset: -1 }, 'query.offset'],
    [{ of: 'topics', onlyProblems: 'yes' }, 'query.onlyProblems'],
  ] as const) {
    const answer = JSON.stringify(machine.query({ type: 'browse', ...members }));
    assert.match(answer, problem);
    assert.match(answer, 'InvalidArgument');
  }
});

test.run();
