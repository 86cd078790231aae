/** What is not as it should be: each reason by a case, any history against a count by hand, what asking again reads. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { healthOf, type MetadataHealth, type MetadataReason } from '../../src/metadata/health.js';
import { emptyImage, PARTITIONS_PER_CHUNK, TopicRecord, type Image } from '../../src/metadata/image.js';
import { defaultTopicConfig, type ClusterMetadata, type PartitionInfo } from '../../src/metadata/model.js';
import { createTester } from './metadata-tester.js';

const test = suite('metadata: health');

const reasonsOf = ({ problems }: MetadataHealth): [MetadataReason, number, string[]][] =>
  problems.map(({ reason, count, names }) => [reason, count, names]);

test('all is well: counts, and no problem', () => {
  const tester = createTester(4);
  assert.equal(tester.ask('health', {}), { brokers: 4, topics: 0, partitions: 0, problems: [] });
  tester.accept('update_broker', { id: 4, change: { status: 'dead' } });
  tester.accept('create_topic', { name: 't', partitions: 4, replicationFactor: 3, config: { minInsyncReplicas: 3 } });
  tester.accept('update_broker', { id: 4, change: { status: 'draining' } });
  tester.accept('create_topic', { name: 'none', partitions: 4, replicationFactor: 1, assignment: 'none' });
  assert.equal(tester.ask('health', {}), { brokers: 4, topics: 2, partitions: 4, problems: [] });
});

test('fenced and dead brokers; a partition out of sync, under its min ISR, without a leader', () => {
  const tester = createTester(3);
  const assignment = [
    [1, 2],
    [2, 3],
    [3, 1],
  ];
  tester.accept('create_topic', { name: 't', partitions: 3, replicationFactor: 2, assignment });
  tester.accept('update_broker', { id: 3, change: { status: 'unreachable' } });
  tester.accept('update_broker', { id: 2, change: { status: 'dead' } });
  assert.equal(reasonsOf(tester.ask('health', {})), [
    ['fencedBrokers', 2, ['2', '3']],
    ['offlinePartitions', 1, ['t:1']],
    ['underReplicatedPartitions', 3, ['t:0', 't:1', 't:2']],
    ['underMinIsrPartitions', 1, ['t:1']],
  ]);
  tester.accept('update_isr', { topic: 't', partition: 2, isr: [3, 1] });
  tester.accept('update_topic', { name: 't', config: { minInsyncReplicas: 2 } });
  const health = tester.ask('health', {});
  assert.equal(reasonsOf(health), [
    ['fencedBrokers', 2, ['2', '3']],
    ['offlinePartitions', 1, ['t:1']],
    ['underReplicatedPartitions', 2, ['t:0', 't:1']],
    ['underMinIsrPartitions', 2, ['t:0', 't:1']],
  ]);
  assert.equal(
    health.problems.map(({ detail }) => detail),
    [
      '2 brokers are fenced: 2, 3',
      '1 partition has no leader: t:1',
      '2 partitions are under-replicated: t:0, t:1',
      '2 partitions are under their min ISR: t:0, t:1',
    ],
  );
});

test('replicas that a reassignment adds need not be in sync yet', () => {
  const tester = createTester(4);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 2, assignment: [[1, 2]] });
  tester.accept('alter_reassignments', { changes: [{ topic: 't', partition: 0, replicas: [2, 3] }] });
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [1, 2] });
  assert.equal(reasonsOf(tester.ask('health', {})), []);
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [1] });
  assert.equal(reasonsOf(tester.ask('health', {})), [['underReplicatedPartitions', 1, ['t:0']]]);
});

test('of many only some are named, and how many there are is told', () => {
  const tester = createTester(2);
  tester.accept('create_topic', { name: 't', partitions: 100, replicationFactor: 2 });
  for (let partition = 0; partition < 90; partition += 1) {
    tester.accept('update_leader', { topic: 't', partition, leader: 0, leaderEpoch: 2 });
  }
  const [problem] = tester.ask('health', {}).problems;
  assert.is(problem?.count, 90);
  assert.is(problem?.names.length, 10);
  assert.match(problem?.detail ?? '', /^90 partitions have no leader: t:\d+, .*, …$/);
});

/** Counted by hand, all of it. */
function recount({ brokers, topics, partitions }: ClusterMetadata): Map<MetadataReason, Set<string>> {
  const found = new Map<MetadataReason, Set<string>>();
  const find = (reason: MetadataReason, name: string): void => {
    found.set(reason, (found.get(reason) ?? new Set()).add(name));
  };
  for (const { id, status } of Object.values(brokers)) {
    if (status === 'dead' || status === 'unreachable') find('fencedBrokers', String(id));
  }
  for (const [name, { topic, leader, isr, replicas }] of Object.entries(partitions)) {
    if (leader === 0) find('offlinePartitions', name);
    if (isr.length < replicas.length) find('underReplicatedPartitions', name);
    const leastInSync = topics[topic]?.config.minInsyncReplicas ?? 0;
    if (leader === 0 || isr.length < leastInSync) find('underMinIsrPartitions', name);
  }
  return found;
}

test('any history, asked after each operation, against a count by hand', () => {
  const topic = fc.constantFrom('large', 'small');
  const partition = fc.nat(69);
  const broker = fc.integer({ min: 1, max: 3 });
  const isr = fc.uniqueArray(broker, { minLength: 1 });
  const status = fc.constantFrom('alive' as const, 'alive' as const, 'dead' as const, 'unreachable' as const);
  const plain = { noNullPrototype: true };
  const anyOperation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ type: fc.constant('update_isr'), data: fc.record({ topic, partition, isr }) }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant('update_leader'),
        data: fc.record({ topic, partition, leader: fc.nat(3), leaderEpoch: fc.integer({ min: 2, max: 9 }) }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('update_topic'),
        data: fc.record({ name: topic, config: fc.record({ minInsyncReplicas: broker }, plain) }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('update_broker'),
        data: fc.record({ id: broker, change: fc.record({ status }) }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('delete_topic'), data: fc.record({ name: topic }) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant('create_topic'),
        data: fc.record({ name: topic, partitions: fc.constantFrom(3, 70), replicationFactor: broker }),
      }),
    },
  );
  const seen = new Set<MetadataReason>();
  fc.assert(
    fc.property(fc.array(anyOperation, { minLength: 20, maxLength: 60 }), (operations) => {
      const tester = createTester(3);
      tester.accept('create_topic', { name: 'large', partitions: 70, replicationFactor: 3 });
      tester.accept('create_topic', { name: 'small', partitions: 3, replicationFactor: 3 });
      for (const operation of operations) {
        tester.applyAny(operation);
        const state = tester.machine.dump();
        const { brokers, topics, partitions, problems } = tester.ask('health', {});
        assert.equal(
          [brokers, topics, partitions],
          [state.brokers, state.topics, state.partitions].map((records) => Object.keys(records).length),
        );
        const expected = recount(state);
        assert.equal(
          new Map(problems.map(({ reason, count }) => [reason, count])),
          new Map(problems.map(({ reason }) => [reason, expected.get(reason)?.size])),
        );
        assert.is(problems.length, expected.size);
        for (const { reason, count, names } of problems) {
          seen.add(reason);
          assert.is(new Set(names).size, Math.min(count, 10));
          assert.ok(names.every((name) => expected.get(reason)?.has(name)));
        }
      }
    }),
    { numRuns: 30 },
  );
  assert.is(seen.size, 4, 'every reason was met');
});

test('asking again reads what has changed since, and nothing else', () => {
  let reads = 0;
  const partitionOf = (topic: string, partition: number): PartitionInfo => {
    const lists = { replicas: [1], isr: [1], offlineReplicas: [] };
    const others = { leaderEpoch: 1, partitionEpoch: 0, createdAt: 0, modifiedAt: 0 };
    return Object.defineProperty({ topic, partition, leader: 1, ...lists, ...others }, 'leader', {
      get: () => {
        reads += 1;
        return 1;
      },
    });
  };
  const chunkOf = (topic: string, first: number): PartitionInfo[] =>
    Array.from({ length: PARTITIONS_PER_CHUNK }, (_, place) => partitionOf(topic, first + place));
  const config = defaultTopicConfig();
  const infoOf = (name: string): TopicRecord['info'] => {
    return { name, numPartitions: 160, replicationFactor: 1, config, createdAt: 0, modifiedAt: 0 };
  };
  const recordOf = (name: string): TopicRecord =>
    new TopicRecord(
      infoOf(name),
      [0, 1, 2, 3, 4].map((chunk) => chunkOf(name, chunk * PARTITIONS_PER_CHUNK)),
    );
  const first = recordOf('a');
  const topics = emptyImage().topics.map((bucket, at) => (at < 2 ? new Map([[`${at}`, recordOf(`${at}`)]]) : bucket));
  const image: Image = { ...emptyImage(), topics: [new Map([['a', first]]), ...topics.slice(1)] };
  const readsOf = (asked: Image): number => {
    reads = 0;
    healthOf(asked);
    return reads;
  };
  const whole = readsOf(image);
  assert.ok(whole >= 320);
  assert.is(readsOf(image), 0);
  assert.is(readsOf({ ...image, version: 7 }), 0);
  const changed = new TopicRecord(first.info, [...first.chunks.slice(0, 4), chunkOf('a', 128)]);
  assert.is(readsOf({ ...image, topics: [new Map([['a', changed]]), ...image.topics.slice(1)] }), whole / 10);
});

test.run();
