/** Partitions: creation one by one and in batches, leaders, ISR, replica lists, and the general update. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PartitionInfo } from '../../src/metadata/model.js';
import { isInIsr, isLeader, isReplica, partitionId } from '../../src/metadata/model.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: partitions');

/** Four brokers, a topic of two partitions and three replicas; partition 0 is on 1, 2, 3. */
function withTopic(assignment: 'auto' | 'none' = 'auto'): MetadataTester {
  const tester = createTester(4);
  tester.accept('create_topic', { name: 't', partitions: 2, replicationFactor: 3, assignment, strategy: 'roundRobin' });
  return tester;
}

const P0 = { topic: 't', partition: 0 };

function get(tester: MetadataTester): PartitionInfo {
  return tester.ask('get_partition', P0) as PartitionInfo;
}

test('a partition is created at leader epoch 1 and partition epoch 0, led by the first in sync', () => {
  const tester = withTopic('none');
  const created = tester.accept('create_partition', { ...P0, replicas: [3, 1, 2], isr: [2, 1] });
  assert.equal(created, {
    ...P0,
    leader: 2,
    replicas: [3, 1, 2],
    isr: [2, 1],
    offlineReplicas: [],
    leaderEpoch: 1,
    partitionEpoch: 0,
    createdAt: TIME,
    modifiedAt: TIME,
  });
  assert.equal(get(tester), created);
  tester.accept('create_partition', { topic: 't', partition: 1, replicas: [3, 1, 2], leader: 0 });
  assert.is(tester.ask('get_partition', { topic: 't', partition: 1 })?.leader, 0);
});

test('a partition needs its topic, a number within its count, and a free place', () => {
  const tester = withTopic('none');
  const replicas = [1, 2, 3];
  assert.is(tester.reject('create_partition', { topic: 'u', partition: 0, replicas }), 'TopicNotFound');
  assert.is(tester.reject('create_partition', { topic: 't', partition: 2, replicas }), 'InvalidArgument');
  assert.is(tester.reject('create_partition', { topic: 't', partition: -1, replicas }), 'InvalidArgument');
  tester.accept('create_partition', { ...P0, replicas });
  assert.is(tester.reject('create_partition', { ...P0, replicas }), 'PartitionExists');
});

test('a new partition has as many replicas as the factor, all distinct and registered, at least one active', () => {
  const tester = withTopic('none');
  for (const replicas of [[], [1, 2], [1, 2, 2], [1, 2, 5], [1, 2, 3, 4]]) {
    assert.is(tester.reject('create_partition', { ...P0, replicas }), 'InvalidAssignment', replicas.join());
  }
  tester.accept('update_broker', { id: 3, change: { status: 'dead' } });
  assert.is(tester.reject('create_partition', { ...P0, replicas: [1, 2, 3], isr: [1, 3] }), 'IneligibleReplica');
  assert.is(tester.reject('create_partition', { ...P0, replicas: [1, 2, 3], leader: 3 }), 'InvalidAssignment');
  assert.is(tester.reject('create_partition', { ...P0, replicas: [1, 2, 4], isr: [1, 3] }), 'InvalidAssignment');
  assert.is(tester.reject('create_partition', { ...P0, replicas: [1, 2, 4], isr: [1, 1] }), 'InvalidAssignment');
  assert.is(
    tester.reject('create_partition', { ...P0, replicas: [1, 2, 4], isr: [1], leader: 2 }),
    'InvalidAssignment',
  );
});

test('a batch of partitions is created whole or not at all', () => {
  const tester = withTopic('none');
  const good = { ...P0, replicas: [1, 2, 3] };
  const other = { topic: 't', partition: 1, replicas: [2, 3, 4] };
  assert.is(tester.reject('batch_create_partitions', { partitions: [good, good] }), 'PartitionExists');
  assert.is(
    tester.reject('batch_create_partitions', { partitions: [good, { ...other, replicas: [1] }] }),
    'InvalidAssignment',
  );
  assert.equal(tester.ask('list_partitions', { topic: 't' }), []);
  const created = tester.accept('batch_create_partitions', { partitions: [other, good] }) as PartitionInfo[];
  assert.equal(
    created.map(({ partition }) => partition),
    [1, 0],
  );
  assert.equal(tester.ask('list_partitions', { topic: 't' }), [...created].reverse());
  assert.is(tester.ask('metadata', {}).version, 6, 'four brokers, a topic, a batch');
});

test('a leader is in the ISR or 0, and its epoch strictly grows', () => {
  const tester = withTopic();
  const changed = tester.accept('update_leader', { ...P0, leader: 3, leaderEpoch: 5 }, TIME + 1) as PartitionInfo;
  assert.is(changed.leader, 3);
  assert.is(changed.leaderEpoch, 5);
  assert.is(changed.modifiedAt, TIME + 1);
  assert.is(tester.reject('update_leader', { ...P0, leader: 2, leaderEpoch: 5 }), 'StaleEpoch');
  assert.is(tester.reject('update_leader', { ...P0, leader: 3, leaderEpoch: 5 }), 'StaleEpoch');
  assert.is(tester.reject('update_leader', { ...P0, leader: 4, leaderEpoch: 6 }), 'InvalidAssignment');
  tester.accept('update_leader', { ...P0, leader: 3, leaderEpoch: 6 });
  tester.accept('update_leader', { ...P0, leader: 0, leaderEpoch: 7 });
  tester.accept('update_isr', { ...P0, isr: [2] });
  assert.is(tester.reject('update_leader', { ...P0, leader: 1, leaderEpoch: 8 }), 'InvalidAssignment');
});

test('an ISR is of distinct replicas and holds the leader', () => {
  const tester = withTopic();
  for (const isr of [[], [2, 3], [1, 4], [1, 1]]) {
    assert.is(tester.reject('update_isr', { ...P0, isr }), 'InvalidAssignment', isr.join());
  }
  const changed = tester.accept('update_isr', { ...P0, isr: [3, 1] }) as PartitionInfo;
  assert.equal([changed.isr, changed.leader, changed.leaderEpoch], [[3, 1], 1, 1]);
});

test('who leaves the replica list leaves the ISR; a leader that leaves is replaced by the first in sync', () => {
  const tester = withTopic();
  tester.accept('update_isr', { ...P0, isr: [1, 3] });
  const kept = tester.accept('update_replica_list', { ...P0, replicas: [4, 1, 3, 2] }) as PartitionInfo;
  assert.equal([kept.leader, kept.leaderEpoch, kept.isr], [1, 1, [1, 3]]);
  const changed = tester.accept('update_replica_list', { ...P0, replicas: [4, 2, 3] }) as PartitionInfo;
  assert.equal([changed.leader, changed.leaderEpoch, changed.isr], [3, 2, [3]]);
  assert.is(tester.reject('update_replica_list', { ...P0, replicas: [4, 2] }), 'InvalidAssignment');
});

test('a replica list may have any count, of distinct registered brokers; new ones must be alive', () => {
  const tester = withTopic();
  tester.accept('update_broker', { id: 4, change: { status: 'draining' } });
  tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
  assert.is(tester.reject('update_replica_list', { ...P0, replicas: [1, 2, 4] }), 'InvalidAssignment');
  for (const replicas of [[], [1, 1], [1, 9]]) {
    assert.is(tester.reject('update_replica_list', { ...P0, replicas }), 'InvalidAssignment', replicas.join());
  }
  assert.is(tester.reject('update_replica_list', { ...P0, replicas: [1] }), 'InvalidAssignment', 'in sync no longer');
  tester.accept('update_replica_list', { ...P0, replicas: [1, 3] });
  assert.equal([get(tester).replicas, get(tester).leader], [[1, 3], 3]);
});

test('an update of several members must be consistent as a whole', () => {
  const tester = withTopic();
  const change = { replicas: [4, 3], isr: [4], leader: 4, offlineReplicas: [3] };
  const changed = tester.accept('update_partition', { ...P0, change }) as PartitionInfo;
  assert.equal(
    [changed.replicas, changed.isr, changed.leader, changed.offlineReplicas, changed.leaderEpoch],
    [[4, 3], [4], 4, [3], 2],
  );
  assert.is(tester.reject('update_partition', { ...P0, change: { isr: [3] } }), 'InvalidAssignment');
  assert.is(tester.reject('update_partition', { ...P0, change: { offlineReplicas: [1] } }), 'InvalidAssignment');
  assert.is(tester.reject('update_partition', { ...P0, change: { leader: 0, leaderEpoch: 2 } }), 'StaleEpoch');
  assert.is(tester.reject('update_partition', { ...P0, change: { leaderEpoch: 1 } }), 'StaleEpoch');
});

test('an update that changes nothing leaves the version and the record', () => {
  const tester = withTopic();
  const before = get(tester);
  const { version } = tester.ask('metadata', {});
  tester.accept('update_partition', { ...P0, change: { leader: 1, isr: [1, 2, 3] } }, TIME + 9);
  assert.is(get(tester), before);
  assert.is(tester.ask('metadata', {}).version, version);
});

test('every operation that changes a partition moves its epoch by one, and no other does', () => {
  const tester = withTopic();
  const epochs = (): number[] => tester.ask('list_partitions', { topic: 't' }).map((each) => each.partitionEpoch);
  const moves = [
    () => tester.accept('update_leader', { ...P0, leader: 2, leaderEpoch: 2 }),
    () => tester.accept('update_leader', { ...P0, leader: 2, leaderEpoch: 9 }),
    () => tester.accept('update_isr', { ...P0, isr: [2, 1] }),
    () => tester.accept('update_replica_list', { ...P0, replicas: [1, 2, 4] }),
    () => tester.accept('update_partition', { ...P0, change: { offlineReplicas: [1] } }),
    () => tester.accept('update_partition', { ...P0, change: { replicas: [2, 1], leader: 1, isr: [1] } }),
  ];
  for (const [place, move] of moves.entries()) {
    move();
    assert.equal(epochs(), [place + 1, 0]);
  }
  tester.reject('update_leader', { ...P0, leader: 2, leaderEpoch: 2 });
  tester.accept('update_isr', { ...P0, isr: [1] });
  tester.accept('update_topic', { name: 't', config: { retentionMs: 1 } });
  assert.equal(epochs(), [moves.length, 0]);
});

test('changes of what does not exist are refused', () => {
  const tester = withTopic('none');
  assert.is(tester.reject('update_isr', { ...P0, isr: [1] }), 'PartitionNotFound');
  assert.is(tester.reject('update_isr', { ...P0, partition: 99, isr: [1] }), 'InvalidArgument');
  assert.is(tester.reject('update_leader', { ...P0, topic: 'u', leader: 1, leaderEpoch: 2 }), 'TopicNotFound');
});

test('helpers name a partition and tell the parts that brokers play in it', () => {
  const partition = { ...get(withTopic()), isr: [1, 3] };
  assert.is(partitionId('t', 12), 't:12');
  assert.equal(
    [1, 2, 4, 0].map((id) => [isLeader(partition, id), isReplica(partition, id), isInIsr(partition, id)]),
    [
      [true, true, true],
      [false, true, false],
      [false, false, false],
      [false, false, false],
    ],
  );
  assert.not(isLeader({ ...partition, leader: 0 }, 0));
});

test.run();
