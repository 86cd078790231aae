/** Reassignments as operations: begun, seen, ended by reports, changed, cancelled, all or none. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PartitionInfo } from '../../src/metadata/model.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, encodeJson } from './metadata-tester.js';

const test = suite('metadata: reassignments');

const P0 = { topic: 't', partition: 0 };
const P1 = { topic: 't', partition: 1 };

/** Seven brokers; both partitions on 1, 2, 3. */
function withTopic(unclean = 'false'): MetadataTester {
  const tester = createTester(7);
  tester.accept('create_topic', {
    name: 't',
    partitions: 2,
    replicationFactor: 3,
    assignment: [
      [1, 2, 3],
      [1, 2, 3],
    ],
    config: { extra: { 'unclean.leader.election.enable': unclean } },
  });
  return tester;
}

/** Leader@epoch, replicas, ISR, and who is added and removed. */
function shown({ leader, leaderEpoch, replicas, isr, addingReplicas, removingReplicas }: PartitionInfo): string {
  const settled = `${leader}@${leaderEpoch} on ${replicas.join(' ')} in sync ${isr.join(' ')}`;
  return addingReplicas && removingReplicas
    ? `${settled} +${addingReplicas.join(' ')} -${removingReplicas.join(' ')}`
    : settled;
}

function reassign(tester: MetadataTester, replicas: number[] | null): string {
  const [changed] = tester.accept('alter_reassignments', { changes: [{ ...P0, replicas }] }) as PartitionInfo[];
  return shown(changed as PartitionInfo);
}

/** The leader's report. */
function report(tester: MetadataTester, isr: number[]): string {
  const { leader, leaderEpoch, partitionEpoch } = tester.ask('get_partition', P0) as PartitionInfo;
  const brokerEpoch = tester.ask('get_broker', { id: leader })?.brokerEpoch as number;
  const data = { ...P0, brokerId: leader, brokerEpoch, leaderEpoch, partitionEpoch, isr };
  return shown(tester.accept('alter_isr', data) as PartitionInfo);
}

function current(tester: MetadataTester): string {
  return shown(tester.ask('get_partition', P0) as PartitionInfo);
}

test('a partition moves: newcomers join, are reported in sync, and the others leave', () => {
  const tester = withTopic();
  assert.is(reassign(tester, [4, 5, 6]), '1@1 on 4 5 6 1 2 3 in sync 1 2 3 +4 5 6 -1 2 3');
  assert.equal(tester.ask('list_reassignments', {}), [tester.ask('get_partition', P0)]);
  assert.is(report(tester, [1, 2, 3, 4, 5]), '1@1 on 4 5 6 1 2 3 in sync 1 2 3 4 5 +4 5 6 -1 2 3');
  assert.is(report(tester, [1, 2, 3, 4, 5, 6]), '4@2 on 4 5 6 in sync 4 5 6');
  assert.equal(tester.ask('list_reassignments', {}), []);
  for (const id of [1, 2, 3]) assert.is(tester.reject('unregister_broker', { id }), 'InvalidAssignment', 'partition 1');
  tester.accept('alter_reassignments', { changes: [{ ...P1, replicas: [4] }] });
  tester.accept('update_isr', { ...P1, isr: [4, 1] });
  for (const id of [1, 2, 3]) tester.accept('unregister_broker', { id });
});

test('what needs nobody to catch up is done at once', () => {
  const tester = withTopic();
  assert.is(reassign(tester, [3, 1, 2]), '1@1 on 3 1 2 in sync 1 2 3', 'only in another order');
  assert.is(reassign(tester, [3, 2]), '3@2 on 3 2 in sync 2 3', 'without the leader');
  assert.is(reassign(tester, [3]), '3@3 on 3 in sync 3', 'without a follower');
});

test('an ISR that an operator sets ends a reassignment too, a replica list whatever is in sync', () => {
  const tester = withTopic();
  reassign(tester, [2, 4]);
  tester.accept('update_isr', { ...P0, isr: [1, 2, 4] });
  assert.is(current(tester), '2@2 on 2 4 in sync 2 4');
  reassign(tester, [5]);
  tester.accept('update_replica_list', { ...P0, replicas: [4, 5] });
  assert.is(current(tester), '4@3 on 4 5 in sync 4');
  assert.equal(tester.ask('list_reassignments', {}), []);
  reassign(tester, [4, 5, 6]);
  tester.accept('update_replica_list', { ...P0, replicas: [4, 5, 6] });
  assert.equal(tester.ask('list_reassignments', {}), [], 'also where nobody was to go');
});

test('cancelling leads back, and takes leadership from a newcomer', () => {
  const tester = withTopic();
  reassign(tester, [4, 5]);
  report(tester, [1, 3, 4]);
  tester.accept('update_leader', { ...P0, leader: 4, leaderEpoch: 2 });
  assert.is(reassign(tester, null), '1@3 on 1 2 3 in sync 1 3');
  assert.is(tester.reject('alter_reassignments', { changes: [{ ...P0, replicas: null }] }), 'InvalidAssignment');
});

test('where only newcomers are in sync, cancelling takes an unclean election', () => {
  const moved = (tester: MetadataTester): MetadataTester => {
    reassign(tester, [4, 5]);
    report(tester, [1, 4]);
    tester.accept('update_broker', { id: 1, change: { status: 'dead' } });
    assert.is(current(tester), '4@2 on 4 5 1 2 3 in sync 4 +4 5 -1 2 3');
    return tester;
  };
  const cancel = { changes: [{ ...P0, replicas: null }] };
  assert.is(moved(withTopic()).reject('alter_reassignments', cancel), 'InvalidAssignment');
  assert.is(reassign(moved(withTopic('true')), null), '2@3 on 1 2 3 in sync 2', '1 is dead');
  const tester = moved(withTopic('true'));
  tester.accept('update_broker', { id: 1, change: { status: 'alive' } });
  assert.is(reassign(tester, null), '1@3 on 1 2 3 in sync 1');
});

test('another target over a pending one drops nobody before it ends, and cancelling leads back to the first', () => {
  const tester = withTopic();
  reassign(tester, [4, 5]);
  report(tester, [1, 2, 3, 5]);
  assert.is(reassign(tester, [4, 6]), '1@1 on 4 6 5 1 2 3 in sync 1 2 3 5 +4 5 6 -1 2 3 5');
  assert.is(reassign(tester, [4, 6]), '1@1 on 4 6 5 1 2 3 in sync 1 2 3 5 +4 5 6 -1 2 3 5', 'the same again');
  assert.is(reassign(tester, null), '1@1 on 1 2 3 in sync 1 2 3'.replace('1@1', '1@2'), 'replicas have left');
  reassign(tester, [4, 5]);
  reassign(tester, [4, 6]);
  assert.is(report(tester, [1, 4, 5, 6]), '4@3 on 4 6 in sync 4 6');
});

test('a target that is all in sync already ends a pending reassignment at once', () => {
  const tester = withTopic();
  reassign(tester, [4, 5]);
  report(tester, [1, 2, 3, 4]);
  assert.is(reassign(tester, [2, 1, 3]), '1@2 on 2 1 3 in sync 1 2 3');
});

test('a reassignment goes on through fences: of a broker that is to go, of one that is to stay, and back', () => {
  const tester = withTopic();
  const set = (id: number, status: 'alive' | 'unreachable'): void => {
    tester.accept('update_broker', { id, change: { status } });
  };
  reassign(tester, [4, 5]);
  set(1, 'unreachable');
  assert.is(current(tester), '2@2 on 4 5 1 2 3 in sync 2 3 +4 5 -1 2 3');
  report(tester, [2, 3, 4]);
  set(4, 'unreachable');
  assert.is(current(tester), '2@2 on 4 5 1 2 3 in sync 2 3 +4 5 -1 2 3');
  assert.equal(tester.ask('get_partition', P0)?.offlineReplicas, [4, 1]);
  set(4, 'alive');
  report(tester, [2, 3, 5]);
  assert.is(report(tester, [2, 3, 5, 4]), '4@3 on 4 5 in sync 5 4');
  assert.equal(tester.ask('get_partition', P0)?.offlineReplicas, []);
});

test('brokers in any state may be the target; the move waits for them', () => {
  const tester = withTopic();
  tester.accept('update_broker', { id: 4, change: { status: 'unreachable' } });
  tester.accept('update_broker', { id: 5, change: { status: 'draining' } });
  reassign(tester, [4, 5]);
  assert.equal(tester.ask('get_partition', P0)?.offlineReplicas, [4]);
});

test('on the way there are no more replicas than a partition may have', () => {
  const most = 32_767;
  const tester = createTester();
  tester.machine.begin();
  for (let id = 1; id <= most + 1; id += 1) {
    const operation = { type: 'register_broker', data: { id, addr: 'a:1' }, timestamp: 1 };
    tester.machine.apply(encodeJson(operation), { index: id });
  }
  tester.machine.end();
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 1, assignment: [[1]] });
  const replicas = Array.from({ length: most }, (_, place) => place + 2);
  assert.is(tester.reject('alter_reassignments', { changes: [{ ...P0, replicas }] }), 'InvalidAssignment');
});

test('several change together or not at all', () => {
  const tester = withTopic();
  const before = tester.ask('list_partitions', { topic: 't' });
  const good = { ...P0, replicas: [4, 5] };
  const refused = (replicas: number[] | null, place: { topic: string; partition: number } = P1): string =>
    tester.reject('alter_reassignments', { changes: [good, { ...place, replicas }] });
  assert.is(refused([]), 'InvalidAssignment');
  assert.is(refused([4, 4]), 'InvalidAssignment');
  assert.is(refused([4, 9]), 'InvalidAssignment');
  assert.is(refused(null), 'InvalidAssignment');
  assert.is(refused([4], P0), 'InvalidArgument');
  assert.is(refused([4], { topic: 't', partition: 2 }), 'InvalidArgument');
  assert.is(refused([4], { topic: 'u', partition: 0 }), 'TopicNotFound');
  assert.equal(tester.ask('list_partitions', { topic: 't' }), before);
  const same = { ...P1, replicas: [1, 2, 3] };
  const changed = tester.accept('alter_reassignments', { changes: [same, good] }) as PartitionInfo[];
  assert.equal(changed.map(shown), ['1@1 on 1 2 3 in sync 1 2 3', '1@1 on 4 5 1 2 3 in sync 1 2 3 +4 5 -1 2 3']);
  assert.is(changed[0]?.partitionEpoch, 0, 'nothing to do');
  const { version } = tester.ask('metadata', {});
  tester.accept('alter_reassignments', { changes: [same, good] });
  assert.is(tester.ask('metadata', {}).version, version);
});

test.run();
