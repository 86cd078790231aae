/** MIT 6.5840, part 3B: the log. One test for each of the lab's, with its name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastLogIndex } from '../../../src/raft/log.js';
import {
  appliedCommands,
  awaitAgreement,
  beginAgreement,
  checkOneLeader,
  countApplied,
  next,
  one,
  others,
} from './agreement.js';
import {
  connect,
  createCluster,
  disconnect,
  elapse,
  elapseUntil,
  ELECTION_MS,
  start,
  stateOf,
  type Cluster,
} from './cluster.js';

const test = suite('MIT 6.5840 3B');

function commands(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, place) => `${prefix}${place}`);
}

function startAll(cluster: Cluster, id: number, texts: readonly string[]): void {
  for (const text of texts) assert.is.not(start(cluster, id, text), null, text);
}

test('BasicAgree: nothing is committed before it is sent, and indexes follow on each other', () => {
  const cluster = createCluster(3);
  checkOneLeader(cluster);
  const first = one(cluster, '100', 3);
  for (let count = 1; count <= 3; count += 1) {
    assert.is(countApplied(cluster, first + count), 0);
    assert.is(one(cluster, String(100 * (count + 1)), 3), first + count);
  }
});

test('RPCBytes: a command crosses to each peer once', () => {
  const cluster = createCluster(3);
  one(cluster, '99', 3);
  cluster.bytes = 0;
  const texts = commands('x'.repeat(5000), 10);
  const first = one(cluster, texts[0] ?? '', 3);
  texts.slice(1).forEach((text, place) => assert.is(one(cluster, text, 3), first + place + 1));
  assert.ok(cluster.bytes <= 3 * 10 * 5000 + 50_000, `${cluster.bytes} bytes`);
});

test('FollowerFailure: agreement with two of three, then none with one', () => {
  const cluster = createCluster(3);
  one(cluster, '101', 3);
  const leader = checkOneLeader(cluster);
  disconnect(cluster, next(cluster, leader));
  one(cluster, '102', 2);
  elapse(cluster, ELECTION_MS);
  one(cluster, '103', 2);
  const left = checkOneLeader(cluster);
  disconnect(cluster, next(cluster, left), next(cluster, left, 2));
  const index = start(cluster, left, '104');
  elapse(cluster, 2 * ELECTION_MS);
  assert.is(countApplied(cluster, index ?? 0), 0);
});

test('LeaderFailure: the others go on without a leader cut off, which alone commits nothing', () => {
  const cluster = createCluster(3);
  one(cluster, '101', 3);
  const first = checkOneLeader(cluster);
  disconnect(cluster, first);
  one(cluster, '102', 2);
  elapse(cluster, ELECTION_MS);
  one(cluster, '103', 2);
  const second = checkOneLeader(cluster);
  const index = start(cluster, second, '104');
  disconnect(cluster, second);
  elapse(cluster, 2 * ELECTION_MS);
  assert.is(countApplied(cluster, index ?? 0), 0);
});

test('FailAgree: a follower that comes back takes part, and has all', () => {
  const cluster = createCluster(3);
  one(cluster, '101', 3);
  const back = next(cluster, checkOneLeader(cluster));
  disconnect(cluster, back);
  for (const text of ['102', '103']) one(cluster, text, 2);
  elapse(cluster, ELECTION_MS);
  for (const text of ['104', '105']) one(cluster, text, 2);
  connect(cluster, back);
  one(cluster, '106', 3);
  elapse(cluster, ELECTION_MS);
  one(cluster, '107', 3);
});

test('FailNoAgree: of five, three cut off: nothing is committed until they are back', () => {
  const cluster = createCluster(5);
  one(cluster, '10', 5);
  const leader = checkOneLeader(cluster);
  const away = [1, 2, 3].map((steps) => next(cluster, leader, steps));
  disconnect(cluster, ...away);
  const index = start(cluster, leader, '20');
  assert.is.not(index, null);
  elapse(cluster, 2 * ELECTION_MS);
  assert.is(countApplied(cluster, index ?? 0), 0);
  connect(cluster, ...away);
  assert.is.not(start(cluster, checkOneLeader(cluster), '30'), null);
  one(cluster, '1000', 5);
});

test('ConcurrentStarts: commands sent at one moment all commit, in one term', () => {
  const cluster = createCluster(3);
  const leader = checkOneLeader(cluster);
  const { term } = stateOf(cluster, leader);
  const texts = commands('command ', 5);
  startAll(cluster, leader, texts);
  elapseUntil(cluster, 'all applied', ELECTION_MS, () =>
    [1, 2, 3].every((id) => appliedCommands(cluster, id).length === texts.length),
  );
  assert.is(stateOf(cluster, leader).term, term);
  assert.equal(appliedCommands(cluster, leader), texts);
});

test('Rejoin: what a leader took in while cut off is gone once it has heard its successor', () => {
  const cluster = createCluster(3);
  one(cluster, '101', 3);
  const first = checkOneLeader(cluster);
  disconnect(cluster, first);
  startAll(cluster, first, ['102', '103', '104']);
  one(cluster, '103', 2);
  const second = checkOneLeader(cluster);
  disconnect(cluster, second);
  connect(cluster, first);
  one(cluster, '104', 2);
  connect(cluster, second);
  one(cluster, '105', 3);
  assert.equal(appliedCommands(cluster, first), ['101', '103', '104', '105']);
});

test('Backup: logs that part over fifty entries, twice, come together soon', () => {
  const cluster = createCluster(5);
  one(cluster, 'first', 5);
  const leader = checkOneLeader(cluster);
  const partner = next(cluster, leader);
  const three = others(cluster, leader, partner);
  disconnect(cluster, ...three);
  startAll(cluster, leader, commands('lost with two ', 50));
  elapse(cluster, ELECTION_MS / 2);
  disconnect(cluster, leader, partner);
  connect(cluster, ...three);
  for (const text of commands('kept by three ', 50)) one(cluster, text, 3);
  const second = checkOneLeader(cluster);
  const [third, fourth] = others(cluster, leader, partner, second);
  disconnect(cluster, third ?? 0);
  startAll(cluster, second, commands('lost with two again ', 50));
  elapse(cluster, ELECTION_MS / 2);
  disconnect(cluster, second, fourth ?? 0);
  connect(cluster, leader, partner, third ?? 0);
  for (const text of commands('kept by the first two and one ', 50)) one(cluster, text, 3);
  connect(cluster, second, fourth ?? 0);
  one(cluster, 'last', 5);
  assert.is(appliedCommands(cluster, leader).length, 102);
});

test('Count: an election, ten commands and an idle second cost few requests', () => {
  const cluster = createCluster(3);
  const leader = checkOneLeader(cluster);
  assert.ok(cluster.requests >= 1 && cluster.requests <= 30, `${cluster.requests} for an election`);
  cluster.requests = 0;
  const before = lastLogIndex(stateOf(cluster, leader).log);
  startAll(cluster, leader, commands('', 10));
  elapseUntil(cluster, 'ten commands', ELECTION_MS, () => countApplied(cluster, before + 10) === 3);
  assert.ok(cluster.requests <= (10 + 1 + 3) * 3, `${cluster.requests} for ten commands`);
  cluster.requests = 0;
  elapse(cluster, ELECTION_MS);
  assert.ok(cluster.requests <= 3 * 20, `${cluster.requests} while idle`);
  awaitAgreement(cluster, beginAgreement(cluster, 'after', 3), 'after');
});

test.run();
