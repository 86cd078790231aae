/** More partitions for a topic: placed here or where it is said, beside those that are there. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PartitionInfo } from '../../src/metadata/model.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: add partitions');

test('new partitions come behind those that are there, and the topic counts them', () => {
  const tester = createTester(3);
  tester.accept('create_topic', { name: 't', partitions: 31, replicationFactor: 2 });
  const before = tester.ask('list_partitions', { topic: 't' });
  const added = tester.accept('add_partitions', { topic: 't', total: 66 }, TIME + 5) as PartitionInfo[];
  assert.equal(
    added.map(({ partition }) => partition),
    Array.from({ length: 35 }, (_, place) => 31 + place),
  );
  const after = tester.ask('list_partitions', { topic: 't' });
  assert.equal(after, [...before, ...added]);
  assert.is(after[30], before[30]);
  const { numPartitions, modifiedAt, createdAt } = tester.ask('get_topic', { name: 't' }) ?? {};
  assert.equal([numPartitions, modifiedAt, createdAt], [66, TIME + 5, TIME]);
  for (const { replicas, isr, leader, leaderEpoch } of added) {
    assert.equal([replicas.length, isr, leader, leaderEpoch], [2, replicas, replicas[0], 1]);
  }
  const leaderships = [1, 2, 3].map((id) => after.filter(({ leader }) => leader === id).length);
  assert.ok(Math.max(...leaderships) - Math.min(...leaderships) <= 3, `led by each: ${leaderships.join()}`);
});

test('their replicas may be given; fenced ones are not in sync, and not all may be', () => {
  const tester = createTester(4);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 2 });
  tester.accept('update_broker', { id: 3, change: { status: 'unreachable' } });
  tester.accept('update_broker', { id: 4, change: { status: 'draining' } });
  const refused = (assignment: number[][]): string =>
    tester.reject('add_partitions', { topic: 't', total: 3, assignment });
  const good = [3, 1];
  for (const bad of [[1], [1, 1], [1, 9], [3, 4], [1, 2, 3]]) {
    assert.is(refused([good, bad]), 'InvalidAssignment', bad.join());
  }
  assert.is(refused([good]), 'InvalidAssignment');
  assert.is(refused([good, good, good]), 'InvalidAssignment');
  const added = tester.accept('add_partitions', {
    topic: 't',
    total: 3,
    assignment: [good, [4, 2]],
  }) as PartitionInfo[];
  assert.equal(
    added.map(({ leader, isr, offlineReplicas }) => [leader, isr, offlineReplicas]),
    [
      [1, [1], [3]],
      [2, [2], []],
    ],
  );
  tester.accept('delete_topic', { name: 't' });
  for (const id of [1, 2, 3, 4]) tester.accept('unregister_broker', { id });
});

test('a total that is not more than there are, or too many, is refused', () => {
  const tester = createTester(1);
  tester.accept('create_topic', { name: 't', partitions: 3, replicationFactor: 1 });
  for (const total of [0, 2, 3, 100_001]) {
    assert.is(tester.reject('add_partitions', { topic: 't', total }), 'InvalidArgument', String(total));
  }
  assert.is(tester.reject('add_partitions', { topic: 'u', total: 4 }), 'TopicNotFound');
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
  assert.is(tester.reject('add_partitions', { topic: 't', total: 4 }), 'NotEnoughBrokers');
});

test('partitions that were never created stay so', () => {
  const tester = createTester(1);
  tester.accept('create_topic', { name: 't', partitions: 2, replicationFactor: 1, assignment: 'none' });
  const added = tester.accept('add_partitions', { topic: 't', total: 3 });
  assert.equal(tester.ask('list_partitions', { topic: 't' }), added);
  tester.accept('create_partition', { topic: 't', partition: 0, replicas: [1] });
});

test.run();
