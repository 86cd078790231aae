/** A leader's report of who is in sync: KRaft's checks, in their order, and what an accepted one does. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PartitionInfo } from '../../src/metadata/model.js';
import type { AlterIsr } from '../../src/metadata/operations.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: alter ISR');

const PLACE = { topic: 't', partition: 0 };

/** Five brokers; partition 0 on 1, 2, 3, which 2 leads, at leader epoch 3 and partition epoch 2. */
function withTopic(): MetadataTester {
  const tester = createTester(5);
  tester.accept('create_topic', { name: 't', partitions: 2, replicationFactor: 3, assignment: 'none' });
  tester.accept('create_partition', { ...PLACE, replicas: [1, 2, 3], isr: [2, 1] });
  tester.accept('update_leader', { ...PLACE, leader: 1, leaderEpoch: 2 });
  tester.accept('update_leader', { ...PLACE, leader: 2, leaderEpoch: 3 });
  return tester;
}

function report(tester: MetadataTester, isr: number[], other: Partial<AlterIsr> = {}): AlterIsr {
  const { leader, leaderEpoch, partitionEpoch } = tester.ask('get_partition', PLACE) as PartitionInfo;
  const brokerId = other.brokerId ?? leader;
  const brokerEpoch = tester.ask('get_broker', { id: brokerId })?.brokerEpoch ?? 0;
  return { ...PLACE, brokerId, brokerEpoch, leaderEpoch, partitionEpoch, isr, ...other };
}

test('an accepted report sets the ISR as it is given, without another epoch of the leader', () => {
  const tester = withTopic();
  const changed = tester.accept('alter_isr', report(tester, [3, 2, 1]), TIME + 1) as PartitionInfo;
  const { isr, leader, leaderEpoch, partitionEpoch, modifiedAt } = changed;
  assert.equal([isr, leader, leaderEpoch, partitionEpoch, modifiedAt], [[3, 2, 1], 2, 3, 3, TIME + 1]);
  const shrunk = tester.accept('alter_isr', report(tester, [2])) as PartitionInfo;
  assert.equal([shrunk.isr, shrunk.leaderEpoch, shrunk.partitionEpoch], [[2], 3, 4]);
});

test('a report of what is known already changes nothing', () => {
  const tester = withTopic();
  const before = tester.ask('get_partition', PLACE);
  assert.is(tester.accept('alter_isr', report(tester, [2, 1])), before);
});

test('each check has its code', () => {
  const tester = withTopic();
  tester.accept('update_broker', { id: 3, change: { status: 'draining' } });
  const TABLE: readonly [other: Partial<AlterIsr>, code: string][] = [
    [{ brokerId: 9 }, 'BrokerNotFound'],
    [{ brokerEpoch: 1 }, 'StaleEpoch'],
    [{ brokerEpoch: 3 }, 'StaleEpoch'],
    [{ topic: 'u' }, 'TopicNotFound'],
    [{ partition: 1 }, 'PartitionNotFound'],
    [{ partition: 2 }, 'InvalidArgument'],
    [{ leaderEpoch: 4 }, 'StaleEpoch'],
    [{ leaderEpoch: 2 }, 'StaleEpoch'],
    [{ partitionEpoch: 3 }, 'StaleEpoch'],
    [{ partitionEpoch: 1 }, 'StaleEpoch'],
    [{ brokerId: 1 }, 'InvalidArgument'],
    [{ brokerId: 1, partitionEpoch: 9 }, 'StaleEpoch'],
    [{ brokerId: 1, partitionEpoch: 1 }, 'InvalidArgument'],
    [{ isr: [2, 2] }, 'InvalidArgument'],
    [{ isr: [2, 4] }, 'InvalidArgument'],
    [{ isr: [1] }, 'InvalidArgument'],
    [{ isr: [] }, 'InvalidArgument'],
    [{ isr: [2, 3] }, 'IneligibleReplica'],
  ];
  for (const [other, code] of TABLE) {
    assert.is(tester.reject('alter_isr', report(tester, [2], other)), code, JSON.stringify(other));
  }
});

test('of several flaws the one checked first is told', () => {
  const tester = withTopic();
  tester.accept('update_broker', { id: 3, change: { status: 'unreachable' } });
  const flawed = { brokerId: 1, brokerEpoch: 9, partition: 1, leaderEpoch: 2, partitionEpoch: 1, isr: [2, 3, 9] };
  const repairs: readonly [Partial<AlterIsr>, string][] = [
    [{}, 'StaleEpoch: broker'],
    [{ brokerEpoch: 1 }, 'PartitionNotFound: partition t:1'],
    [{ partition: 0 }, 'StaleEpoch: the partition'],
    [{ leaderEpoch: 3 }, 'InvalidArgument: broker 1 does not lead'],
    [{ brokerId: 2, brokerEpoch: 2 }, 'StaleEpoch: the partition'],
    [{ partitionEpoch: 3 }, 'InvalidArgument: 9 in isr'],
    [{ isr: [2, 3] }, 'IneligibleReplica: broker 3'],
  ];
  let given = report(tester, [], flawed);
  for (const [repair, told] of repairs) {
    given = { ...given, ...repair };
    const answer = tester.apply('alter_isr', given);
    const found = 'error' in answer ? `${answer.error.code}: ${answer.error.message}` : 'accepted';
    assert.ok(found.startsWith(told), `${found} where ${told} is due`);
  }
  tester.accept('alter_isr', { ...given, isr: [2] });
});

test('a partition that was deleted and created anew takes no report of the old one', () => {
  const tester = withTopic();
  const old = report(tester, [2]);
  tester.accept('delete_topic', { name: 't' });
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 3, assignment: [[2, 1, 3]] });
  assert.is(tester.reject('alter_isr', old), 'StaleEpoch');
});

test('a broker that registered anew takes no report of its earlier run', () => {
  const tester = createTester(2);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 1, assignment: [[2]] });
  const old = report(tester, [2], { brokerId: 2 });
  tester.accept('delete_topic', { name: 't' });
  tester.accept('unregister_broker', { id: 2 });
  tester.accept('register_broker', { id: 2, addr: 'b:1' });
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 1, assignment: [[2]] });
  assert.is(tester.reject('alter_isr', old), 'StaleEpoch');
});

test.run();
