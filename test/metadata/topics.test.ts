/** Topics: names, shapes, placement, settings, deletion. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { NewTopic, TopicConfig, TopicInfo } from '../../src/metadata/model.js';
import { defaultTopicConfig } from '../../src/metadata/model.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: topics');

const SMALL: NewTopic = { partitions: 1, replicationFactor: 1 };

test('a topic is created with its partitions; round-robin: replica j of partition i on broker (i + j) mod n', () => {
  const tester = createTester(3);
  const topic = tester.accept('create_topic', {
    name: 'orders',
    partitions: 4,
    replicationFactor: 2,
    strategy: 'roundRobin',
  });
  assert.equal(topic, {
    name: 'orders',
    numPartitions: 4,
    replicationFactor: 2,
    config: defaultTopicConfig(),
    createdAt: TIME,
    modifiedAt: TIME,
  });
  const partitions = tester.ask('list_partitions', { topic: 'orders' });
  assert.equal(
    partitions.map(({ partition, leader, replicas, isr, leaderEpoch }) => [
      partition,
      leader,
      replicas,
      isr,
      leaderEpoch,
    ]),
    [
      [0, 1, [1, 2], [1, 2], 1],
      [1, 2, [2, 3], [2, 3], 1],
      [2, 3, [3, 1], [3, 1], 1],
      [3, 1, [1, 2], [1, 2], 1],
    ],
  );
});

test('round-robin: dead, draining and unreachable brokers get no replicas', () => {
  const tester = createTester(5);
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
  tester.accept('update_broker', { id: 3, change: { status: 'draining' } });
  tester.accept('update_broker', { id: 4, change: { status: 'unreachable' } });
  const shape = { partitions: 1, strategy: 'roundRobin' as const };
  tester.accept('create_topic', { ...shape, name: 't', replicationFactor: 2 });
  assert.equal(tester.ask('get_partition', { topic: 't', partition: 0 })?.replicas, [2, 5]);
  assert.is(tester.reject('create_topic', { ...shape, name: 'u', replicationFactor: 3 }), 'NotEnoughBrokers');
});

test('an assignment may name fenced and draining brokers beside an active one, which alone is in sync', () => {
  const tester = createTester(4);
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
  tester.accept('update_broker', { id: 2, change: { status: 'draining' } });
  tester.accept('update_broker', { id: 3, change: { status: 'unreachable' } });
  const shape = { partitions: 1, replicationFactor: 4 };
  tester.accept('create_topic', { ...shape, name: 't', assignment: [[3, 2, 4, 1]] });
  const partition = tester.ask('get_partition', { topic: 't', partition: 0 });
  assert.equal(
    [partition?.leader, partition?.replicas, partition?.isr, partition?.offlineReplicas],
    [4, [3, 2, 4, 1], [4], [3, 1]],
  );
  for (const ids of [[1], [2], [3], [1, 2, 3]]) {
    const assigned = { partitions: 1, replicationFactor: ids.length, assignment: [ids] };
    assert.is(tester.reject('create_topic', { ...assigned, name: 'u' }), 'InvalidAssignment', ids.join());
  }
});

test('a name is 1 to 249 of letters, digits, dot, underscore and dash, and neither . nor ..', () => {
  const tester = createTester(1);
  for (const name of ['', '.', '..', 'a b', 'a:b', 'a/b', 'ä', 'a\n', 'x'.repeat(250)]) {
    assert.is(tester.reject('create_topic', { ...SMALL, name }), 'InvalidArgument', name);
  }
  for (const name of ['a', '...', '-', 'A.b_c-9', 'x'.repeat(249)]) tester.accept('create_topic', { ...SMALL, name });
});

test('a name is taken once, and so is one that differs only in dots and underscores', () => {
  const tester = createTester(1);
  tester.accept('create_topic', { ...SMALL, name: 'a.b_c' });
  assert.is(tester.reject('create_topic', { ...SMALL, name: 'a.b_c' }), 'TopicExists');
  assert.is(tester.reject('create_topic', { ...SMALL, name: 'a_b.c' }), 'InvalidArgument');
  assert.is(tester.ask('get_topic', { name: 'a_b.c' }), undefined);
  assert.is(tester.reject('delete_topic', { name: 'a_b.c' }), 'TopicNotFound');
  tester.accept('delete_topic', { name: 'a.b_c' });
  tester.accept('create_topic', { ...SMALL, name: 'a_b.c' });
});

test('counts out of range, unknown strategies and unknown assignments are refused', () => {
  const tester = createTester(3);
  for (const partitions of [0, -1, 1.5, 100_001]) {
    assert.is(tester.reject('create_topic', { name: 't', partitions, replicationFactor: 1 }), 'InvalidArgument');
  }
  for (const replicationFactor of [0, -1, 40_000]) {
    assert.is(tester.reject('create_topic', { name: 't', partitions: 1, replicationFactor }), 'InvalidArgument');
  }
  assert.is(tester.reject('create_topic', { ...SMALL, name: 't', strategy: 'range' as 'striped' }), 'InvalidArgument');
  const assignment = 'manual' as 'auto';
  assert.is(tester.reject('create_topic', { ...SMALL, name: 't', assignment }), 'InvalidArgument');
});

test('an assignment is one list for each partition, of as many distinct registered brokers as the factor', () => {
  const tester = createTester(3);
  const shape = { name: 't', partitions: 2, replicationFactor: 2 };
  for (const assignment of [
    [],
    [[1, 2]],
    [[1, 2], [3]],
    [
      [1, 2],
      [3, 3],
    ],
    [
      [1, 2],
      [3, 4],
    ],
  ]) {
    assert.is(tester.reject('create_topic', { ...shape, assignment }), 'InvalidAssignment', JSON.stringify(assignment));
  }
  assert.is(
    tester.reject('create_topic', {
      ...shape,
      assignment: [
        [1, 2],
        [0, 1],
      ],
    }),
    'InvalidArgument',
  );
  tester.accept('create_topic', {
    ...shape,
    assignment: [
      [3, 1],
      [2, 3],
    ],
  });
  assert.equal(
    tester.ask('list_partitions', { topic: 't' }).map(({ leader, replicas }) => [leader, replicas]),
    [
      [3, [3, 1]],
      [2, [2, 3]],
    ],
  );
});

test('an assignment of none creates only the topic', () => {
  const tester = createTester();
  tester.accept('create_topic', { name: 't', partitions: 2, replicationFactor: 2, assignment: 'none' });
  assert.equal(tester.ask('list_partitions', { topic: 't' }), []);
});

test('a deleted topic takes its partitions with it', () => {
  const tester = createTester(1);
  tester.accept('create_topic', { name: 't', partitions: 40, replicationFactor: 1 });
  tester.accept('delete_topic', { name: 't' });
  assert.equal(tester.ask('list_topics', {}), []);
  assert.equal(tester.ask('list_partitions', { topic: 't' }), []);
  assert.equal(Object.keys(tester.ask('metadata', {}).partitions), []);
  assert.is(tester.reject('delete_topic', { name: 't' }), 'TopicNotFound');
});

test('settings are merged, the other Kafka settings name by name', () => {
  const tester = createTester(1);
  tester.accept('create_topic', {
    ...SMALL,
    name: 't',
    config: { retentionMs: -1, extra: { 'cleanup.policy': 'compact' } },
  });
  const updated = tester.accept(
    'update_topic',
    { name: 't', config: { compressionType: 'zstd', extra: { 'flush.ms': '9' } } },
    TIME + 5,
  ) as TopicInfo;
  assert.equal(updated.config, {
    ...defaultTopicConfig(),
    retentionMs: -1,
    compressionType: 'zstd',
    extra: { 'cleanup.policy': 'compact', 'flush.ms': '9' },
  });
  assert.is(updated.modifiedAt, TIME + 5);
  assert.is(updated.createdAt, TIME);
  assert.is(tester.reject('update_topic', { name: 'u', config: {} }), 'TopicNotFound');
});

test('settings out of range are refused, and so are the typed ones among the others', () => {
  const tester = createTester(1);
  tester.accept('create_topic', { ...SMALL, name: 't' });
  const refused: Partial<TopicConfig>[] = [
    { retentionMs: -2 },
    { retentionBytes: 0.5 },
    { segmentMs: 0 },
    { segmentBytes: 13 },
    { segmentBytes: 2 ** 31 },
    { minInsyncReplicas: 0 },
    { compressionType: 'brotli' as 'gzip' },
    { extra: { 'a b': 'x' } },
    { extra: { a: 1 as unknown as string } },
    { extra: { a: 'x'.repeat(32_768) } },
    ...['retention.ms', 'retentionMs', 'compression.type', 'compressionType', 'min.insync.replicas'].map((name) => ({
      extra: { [name]: '1' },
    })),
  ];
  for (const config of refused) {
    assert.is(
      tester.reject('update_topic', { name: 't', config }),
      'InvalidArgument',
      JSON.stringify(config).slice(0, 80),
    );
  }
});

test('allocation shows what creation would do, and writes nothing', () => {
  const tester = createTester(3);
  const before = tester.machine.image();
  const shape = { partitions: 40, replicationFactor: 2 };
  for (const strategy of [undefined, 'striped', 'resource', 'roundRobin'] as const) {
    for (const placementSeed of [undefined, 0, 7, 0xffff_ffff]) {
      const wanted = { ...shape, ...(strategy && { strategy }) };
      const seeded = placementSeed === undefined ? {} : { placementSeed };
      const allocated = tester.ask('allocate_partitions', { topic: 't', ...wanted, ...seeded });
      assert.is(tester.machine.image(), before);
      const other = createTester(3);
      other.applyAny({ type: 'create_topic', data: { name: 't', ...wanted }, timestamp: 0, ...seeded });
      assert.equal(other.ask('list_partitions', { topic: 't' }), allocated);
    }
  }
});

test.run();
