/** The controller's passes over all partitions: what they propose, how much at once, and that it is accepted. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ElectionPass } from '../../src/controller/election-pass.js';
import { balanceLeaders } from '../../src/controller/leader-balance.js';
import { electLeaderless } from '../../src/controller/unclean-elections.js';
import type { Image } from '../../src/metadata/image.js';
import type { PartitionInfo } from '../../src/metadata/model.js';
import type { MetadataTester } from '../metadata/metadata-tester.js';
import { createTester } from '../metadata/metadata-tester.js';

const test = suite('controller: election passes');

function setStatus(tester: MetadataTester, id: number, status: 'alive' | 'dead'): void {
  tester.accept('update_broker', { id, change: { status } });
}

/** Applies what a pass proposes; those elected, and whether there may be more. */
function run(tester: MetadataTester, pass: (image: Image) => ElectionPass): [elected: string[], hasMore: boolean] {
  const { operations, hasMore } = pass(tester.machine.image());
  const elected = operations.flatMap((operation) => {
    const answer = tester.applyAny(operation);
    if ('error' in answer) throw new Error(answer.error.message);
    return answer.value as PartitionInfo[];
  });
  return [elected.map(({ topic, partition, leader }) => `${topic}:${partition} ${leader}`), hasMore];
}

const lists = [
  [1, 2, 3],
  [2, 3, 1],
];
const spec = { partitions: 2, replicationFactor: 3, assignment: lists };

test('preferred replicas lead again once they are in sync again, not before', () => {
  const tester = createTester(3);
  for (const name of ['b', 'a']) tester.accept('create_topic', { name, ...spec });
  assert.equal(run(tester, balanceLeaders), [[], false]);
  setStatus(tester, 1, 'dead');
  assert.equal(run(tester, balanceLeaders), [[], false], 'fenced');
  setStatus(tester, 1, 'alive');
  assert.equal(run(tester, balanceLeaders), [[], false], 'alive, not in sync');
  for (const topic of ['a', 'b']) tester.accept('update_isr', { topic, partition: 0, isr: [2, 3, 1] });
  const image = tester.machine.image();
  assert.equal(balanceLeaders(image), balanceLeaders(image), 'proposing changes nothing');
  assert.equal(run(tester, balanceLeaders), [['a:0 1', 'b:0 1'], false]);
  assert.equal(run(tester, balanceLeaders), [[], false]);
});

test('a pass proposes a thousand elections at most, and says that there may be more', () => {
  const tester = createTester(2);
  const assignment = Array.from({ length: 2_001 }, () => [1, 2]);
  const partitions = Array.from({ length: 2_001 }, (_, partition) => ({ topic: 't', partition, replicas: [2, 1] }));
  tester.accept('create_topic', { name: 't', partitions: 2_001, replicationFactor: 2, assignment });
  tester.accept('alter_reassignments', { changes: partitions });
  const passes = [1, 2, 3, 4].map(() => run(tester, balanceLeaders));
  assert.equal(
    passes.map(([elected, hasMore]) => [elected.length, hasMore]),
    [
      [1_000, true],
      [1_000, true],
      [1, false],
      [0, false],
    ],
  );
  const numbers = passes.flatMap(([elected]) => elected.map((text) => Number(text.split(/[: ]/)[1])));
  assert.equal(
    numbers,
    partitions.map(({ partition }) => partition),
    'in order',
  );
});

test('partitions without a leader get one where their topic allows it since, or somebody in sync is alive', () => {
  const tester = createTester(3);
  for (const name of ['strict', 'lax', 'left']) tester.accept('create_topic', { name, ...spec });
  for (const id of [2, 3, 1]) setStatus(tester, id, 'dead');
  setStatus(tester, 3, 'alive');
  assert.equal(run(tester, electLeaderless), [[], false]);
  tester.accept('update_topic', { name: 'lax', config: { extra: { 'unclean.leader.election.enable': 'true' } } });
  assert.equal(run(tester, electLeaderless), [['lax:0 3', 'lax:1 3'], false]);
  setStatus(tester, 1, 'alive');
  tester.accept('update_leader', { topic: 'left', partition: 1, leader: 0, leaderEpoch: 20 });
  assert.equal(run(tester, electLeaderless), [['left:1 1'], false]);
  assert.equal(run(tester, electLeaderless), [[], false]);
});

test('what a pass proposed is looked at again when it is applied', () => {
  const tester = createTester(3);
  tester.accept('create_topic', { name: 't', ...spec });
  for (const id of [2, 3, 1]) setStatus(tester, id, 'dead');
  setStatus(tester, 3, 'alive');
  const extra = (enable: string): void => {
    tester.accept('update_topic', { name: 't', config: { extra: { 'unclean.leader.election.enable': enable } } });
  };
  extra('true');
  const { operations } = electLeaderless(tester.machine.image());
  extra('false');
  assert.equal(
    operations.map((operation) => tester.applyAny(operation)),
    [{ value: [] }],
  );
});

test.run();
