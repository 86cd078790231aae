/** Elections that are asked for: of which partitions, by which kind, how many. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PartitionInfo } from '../../src/metadata/model.js';
import type { ElectionKind } from '../../src/metadata/operations.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester } from './metadata-tester.js';

const test = suite('metadata: elections');

type Place = Pick<PartitionInfo, 'topic' | 'partition'>;

/** Topics b and a, of two partitions on 1 2 3 and 2 3 1 each. */
function withTopics(): MetadataTester {
  const tester = createTester(3);
  const lists = [
    [1, 2, 3],
    [2, 3, 1],
  ];
  for (const name of ['b', 'a']) {
    tester.accept('create_topic', { name, partitions: 2, replicationFactor: 3, assignment: lists });
  }
  return tester;
}

function elect(tester: MetadataTester, kind: ElectionKind, partitions?: readonly Place[]): string[] {
  const data = { kind, ...(partitions && { partitions }) };
  const elected = tester.accept('elect_leaders', data) as PartitionInfo[];
  return elected.map((one) => `${one.topic}:${one.partition} ${one.leader}@${one.leaderEpoch} ${one.isr.join(' ')}`);
}

function setStatuses(tester: MetadataTester, ...statuses: [id: number, status: 'alive' | 'dead' | 'draining'][]): void {
  for (const [id, status] of statuses) {
    tester.accept('update_broker', { id, change: { status } });
  }
}

const B0 = { topic: 'b', partition: 0 };
const A0 = { topic: 'a', partition: 0 };

test('a preferred election gives leadership back to first replicas that are in sync and alive', () => {
  const tester = withTopics();
  setStatuses(tester, [1, 'dead']);
  assert.equal(elect(tester, 'preferred'), [], 'fenced');
  setStatuses(tester, [1, 'alive']);
  assert.equal(elect(tester, 'preferred'), [], 'not in sync yet');
  for (const place of [B0, A0]) tester.accept('update_isr', { ...place, isr: [2, 3, 1] });
  const before = tester.ask('get_partition', { topic: 'b', partition: 1 });
  assert.equal(elect(tester, 'preferred', [B0, { topic: 'b', partition: 1 }]), ['b:0 1@3 2 3 1']);
  assert.is(tester.ask('get_partition', { topic: 'b', partition: 1 }), before, 'led by its first replica');
  assert.equal(elect(tester, 'preferred'), ['a:0 1@3 2 3 1'], 'all the others');
  assert.equal(elect(tester, 'preferred'), []);
});

test('all that change are told by topic and number', () => {
  const tester = withTopics();
  for (const topic of ['a', 'b']) {
    tester.accept('update_leader', { topic, partition: 1, leader: 3, leaderEpoch: 2 });
    tester.accept('update_leader', { topic, partition: 0, leader: 2, leaderEpoch: 2 });
  }
  assert.equal(
    elect(tester, 'preferred').map((text) => text.slice(0, 5)),
    ['a:0 1', 'a:1 2', 'b:0 1', 'b:1 2'],
  );
});

test('an unclean election takes whoever is alive, whatever the topic allows, and only where there is no leader', () => {
  const tester = withTopics();
  setStatuses(tester, [2, 'dead'], [3, 'dead'], [1, 'dead']);
  assert.equal(elect(tester, 'unclean'), [], 'nobody is alive');
  setStatuses(tester, [2, 'draining'], [3, 'alive']);
  assert.equal(elect(tester, 'online'), [], 'the topic does not allow it');
  assert.equal(elect(tester, 'preferred'), []);
  assert.equal(elect(tester, 'unclean', [B0]), ['b:0 3@3 3']);
  assert.equal(elect(tester, 'unclean', [B0]), [], 'there is one');
  setStatuses(tester, [1, 'alive']);
  assert.equal(elect(tester, 'unclean'), [], 'the last in sync are back and lead');
});

test('whoever an operator made leader stays one, alive or not, where none is missing', () => {
  const tester = withTopics();
  setStatuses(tester, [2, 'dead']);
  tester.accept('update_isr', { ...B0, isr: [1, 2, 3] });
  tester.accept('update_leader', { ...B0, leader: 2, leaderEpoch: 2 });
  assert.equal(elect(tester, 'unclean', [B0]), []);
  assert.equal(elect(tester, 'online', [B0]), []);
  tester.accept('update_leader', { topic: 'b', partition: 1, leader: 3, leaderEpoch: 7 });
  tester.accept('update_isr', { topic: 'b', partition: 1, isr: [2, 3] });
  tester.accept('update_leader', { topic: 'b', partition: 1, leader: 2, leaderEpoch: 8 });
  assert.equal(elect(tester, 'preferred', [{ topic: 'b', partition: 1 }]), [], 'the preferred one, fenced');
  assert.equal(elect(tester, 'preferred', [B0]), ['b:0 1@3 1 2 3']);
});

test('an online election is unclean only where the topic allows it', () => {
  const tester = withTopics();
  setStatuses(tester, [2, 'dead'], [3, 'dead'], [1, 'dead']);
  setStatuses(tester, [3, 'alive']);
  tester.accept('update_topic', { name: 'a', config: { extra: { 'unclean.leader.election.enable': 'true' } } });
  assert.equal(elect(tester, 'online', [A0, B0]), ['a:0 3@3 3']);
  tester.accept('update_leader', { ...A0, leader: 0, leaderEpoch: 7 });
  assert.equal(elect(tester, 'online'), ['a:0 3@8 3', 'a:1 3@5 3'], 'clean where somebody is in sync');
});

test('a partition that is not there, named twice or out of shape refuses all', () => {
  const tester = withTopics();
  tester.accept('update_leader', { ...B0, leader: 2, leaderEpoch: 2 });
  const refused = (partitions: readonly Place[]): string =>
    tester.reject('elect_leaders', { kind: 'preferred', partitions });
  assert.is(refused([B0, { topic: 'c', partition: 0 }]), 'TopicNotFound');
  assert.is(refused([B0, { topic: 'a', partition: 2 }]), 'InvalidArgument');
  assert.is(refused([B0, B0]), 'InvalidArgument');
  assert.is(refused(Array.from({ length: 10_001 }, () => B0)), 'InvalidArgument');
  assert.is(tester.reject('elect_leaders', { kind: 'any' as 'online' }), 'InvalidArgument');
});

test('one operation elects 10,000 at most, the next one the rest', () => {
  const tester = createTester(2);
  const assignment = Array.from({ length: 10_002 }, () => [1, 2]);
  tester.accept('create_topic', { name: 'large', partitions: 10_002, replicationFactor: 2, assignment });
  setStatuses(tester, [2, 'dead']);
  setStatuses(tester, [1, 'dead']);
  setStatuses(tester, [2, 'alive']);
  const counts = [1, 2, 3].map(() => elect(tester, 'unclean').length);
  assert.equal(counts, [10_000, 2, 0]);
});

test.run();
