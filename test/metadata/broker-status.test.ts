/** What a broker's status does to its partitions: fenced, drained, back, and what of it concerns nobody else. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { BrokerStatus, PartitionInfo } from '../../src/metadata/model.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: broker status');

/** Leader@epoch, ISR, offline replicas. */
function shown({ leader, leaderEpoch, isr, offlineReplicas }: PartitionInfo): string {
  const offline = offlineReplicas.length > 0 ? ` off ${offlineReplicas.join(' ')}` : '';
  return `${leader}@${leaderEpoch} in sync ${isr.join(' ')}${offline}`;
}

function all(tester: MetadataTester, topic = 't'): string[] {
  return tester.ask('list_partitions', { topic }).map(shown);
}

function set(tester: MetadataTester, id: number, status: BrokerStatus, timestamp = TIME): void {
  tester.accept('update_broker', { id, change: { status } }, timestamp);
}

/** Four brokers, partitions led by 1, 2, 3 and 1; the last has no other replica. */
function withTopic(unclean = 'false'): MetadataTester {
  const tester = createTester(4);
  tester.accept('create_topic', {
    name: 't',
    partitions: 3,
    replicationFactor: 3,
    assignment: [
      [1, 2, 3],
      [2, 3, 4],
      [3, 1, 2],
    ],
    config: { extra: { 'unclean.leader.election.enable': unclean } },
  });
  tester.accept('create_topic', {
    name: 'single',
    partitions: 1,
    replicationFactor: 1,
    assignment: [[1]],
    config: { extra: { 'unclean.leader.election.enable': unclean } },
  });
  return tester;
}

test('a fenced broker leaves its leaderships and ISRs, and its replicas are offline', () => {
  for (const status of ['unreachable', 'dead'] as const) {
    const tester = withTopic();
    set(tester, 1, status);
    assert.equal(all(tester), ['2@2 in sync 2 3 off 1', '2@1 in sync 2 3 4', '3@1 in sync 3 2 off 1'], status);
    assert.equal(all(tester, 'single'), ['0@2 in sync 1 off 1'], 'the last in sync stays so');
  }
});

test('a fence changes each partition of the broker once, and no other', () => {
  const tester = withTopic();
  const other = tester.ask('get_partition', { topic: 't', partition: 1 });
  const { version } = tester.ask('metadata', {});
  set(tester, 1, 'unreachable', TIME + 5);
  const partitions = tester.ask('list_partitions', { topic: 't' });
  assert.equal(
    partitions.map(({ partitionEpoch, modifiedAt }) => [partitionEpoch, modifiedAt - TIME]),
    [
      [1, 5],
      [0, 0],
      [1, 5],
    ],
  );
  assert.is(partitions[1], other);
  assert.is(tester.ask('metadata', {}).version, version + 1, 'one operation');
});

test('a broker that comes back leads what has no leader, and is not in sync before its leader says so', () => {
  const tester = withTopic();
  set(tester, 1, 'unreachable');
  set(tester, 1, 'alive');
  assert.equal(all(tester), ['2@2 in sync 2 3', '2@1 in sync 2 3 4', '3@1 in sync 3 2']);
  assert.equal(all(tester, 'single'), ['1@3 in sync 1']);
});

test('draining moves leaderships away, and the replicas stay online', () => {
  const tester = withTopic();
  set(tester, 1, 'draining');
  assert.equal(all(tester), ['2@2 in sync 2 3', '2@1 in sync 2 3 4', '3@1 in sync 3 2']);
  assert.equal(all(tester, 'single'), ['0@2 in sync 1']);
  const partitions = [
    ...tester.ask('list_partitions', { topic: 't' }),
    ...tester.ask('list_partitions', { topic: 'single' }),
  ];
  assert.not(
    partitions.some(({ leader }) => leader === 1),
    'it leads nothing, and may go',
  );
  set(tester, 1, 'unreachable');
  assert.equal(all(tester)[0], '2@2 in sync 2 3 off 1', 'gone');
  set(tester, 1, 'draining');
  assert.equal(all(tester)[0], '2@2 in sync 2 3', 'online, and still no leader');
  assert.equal(all(tester, 'single'), ['0@2 in sync 1']);
  set(tester, 1, 'alive');
  assert.equal(all(tester, 'single'), ['1@3 in sync 1']);
});

test('the one fenced last is the one that can lead again', () => {
  const tester = withTopic();
  for (const id of [2, 3, 1]) set(tester, id, 'unreachable');
  assert.is(all(tester)[0], '0@2 in sync 1 off 1 2 3');
  set(tester, 2, 'alive');
  assert.is(all(tester)[0], '0@2 in sync 1 off 1 3', '2 may lack data');
  set(tester, 1, 'alive');
  assert.is(all(tester)[0], '1@3 in sync 1 off 3');
});

test('where the topic allows it a replica that may lack data leads rather than none', () => {
  const tester = withTopic('true');
  for (const id of [2, 3, 1]) set(tester, id, 'unreachable');
  assert.is(all(tester)[0], '0@2 in sync 1 off 1 2 3', 'nobody is left');
  set(tester, 3, 'alive');
  assert.is(all(tester)[0], '3@3 in sync 3 off 1 2', 'unclean');
  set(tester, 1, 'alive');
  assert.is(all(tester)[0], '3@3 in sync 3 off 2', 'what 1 had more is lost');
  set(tester, 3, 'draining');
  assert.is(all(tester)[0], '1@4 in sync 1 off 2', 'unclean again, since 3 may not lead');
});

test('another status that means the same, or another member, leaves partitions alone', () => {
  const tester = withTopic();
  set(tester, 1, 'unreachable');
  const before = tester.ask('get_partition', { topic: 't', partition: 0 });
  set(tester, 1, 'dead');
  tester.accept('update_broker', { id: 1, change: { rack: 'r', resources: { cpuCores: 1 } } });
  assert.is(tester.ask('get_partition', { topic: 't', partition: 0 }), before);
});

test('what an operator says is offline stays so, until its broker comes back', () => {
  const tester = withTopic();
  tester.accept('update_partition', { topic: 't', partition: 0, change: { offlineReplicas: [3] } });
  set(tester, 2, 'draining');
  set(tester, 2, 'alive');
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [1, 2, 3] });
  tester.accept('update_broker', { id: 3, change: { status: 'draining' } });
  assert.is(all(tester)[0], '1@1 in sync 1 2 off 3', 'draining is no coming back');
  set(tester, 3, 'alive');
  tester.accept('update_isr', { topic: 't', partition: 0, isr: [1, 2, 3] });
  set(tester, 1, 'unreachable');
  assert.is(all(tester)[0], '2@2 in sync 2 3 off 1 3');
  tester.accept('update_partition', { topic: 't', partition: 0, change: { offlineReplicas: [] } });
  assert.is(all(tester)[0], '2@2 in sync 2 3 off 1', 'a fenced broker has no other replicas');
  tester.accept('update_partition', { topic: 't', partition: 0, change: { offlineReplicas: [3, 2] } });
  assert.is(all(tester)[0], '2@2 in sync 2 3 off 3 2 1');
  set(tester, 3, 'dead');
  set(tester, 3, 'alive');
  assert.is(all(tester)[0], '2@2 in sync 2 off 1 2');
});

test.run();
