/** MIT 6.5840, part 3C: crashes, and networks at their worst. One test for each of the lab's, with its name. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { drawChance, drawInteger } from '../../../src/random.js';
import { schedule } from '../../../src/simulation/event-queue.js';
import { appliedAt, appliedCommands, awaitAgreement, beginAgreement, checkOneLeader, next, one } from './agreement.js';
import {
  connect,
  crashServer,
  crashSoon,
  createCluster,
  disconnect,
  elapse,
  ELECTION_MS,
  idsOf,
  isUp,
  serverOf,
  start,
  startServer,
  stateOf,
  type Cluster,
} from './cluster.js';

const test = suite('MIT 6.5840 3C');

function restart(cluster: Cluster, ...ids: readonly number[]): void {
  for (const id of ids) if (isUp(cluster, id)) crashServer(cluster, id);
  for (const id of ids) startServer(cluster, id);
}

function startIfDown(cluster: Cluster, id: number): void {
  if (!isUp(cluster, id)) startServer(cluster, id);
}

/** Whatever is down starts; no crash is due any more. */
function startAll(cluster: Cluster): void {
  for (const server of cluster.servers) {
    server.effectsLeft = Number.POSITIVE_INFINITY;
    startIfDown(cluster, server.id);
  }
}

test('Persist1: all, then the leader, then a follower crash and start again; nothing is lost', () => {
  const cluster = createCluster(3);
  one(cluster, '11', 3);
  restart(cluster, 1, 2, 3);
  one(cluster, '12', 3);
  const first = checkOneLeader(cluster);
  restart(cluster, first);
  one(cluster, '13', 3);
  const second = checkOneLeader(cluster);
  crashServer(cluster, second);
  one(cluster, '14', 2);
  startServer(cluster, second);
  one(cluster, '15', 3);
  const follower = next(cluster, checkOneLeader(cluster));
  crashServer(cluster, follower);
  one(cluster, '16', 2);
  startServer(cluster, follower);
  one(cluster, '17', 3);
  assert.equal(appliedCommands(cluster, follower), ['11', '12', '13', '14', '15', '16', '17']);
});

test('Persist2: five servers crash and return in ever other majorities', () => {
  const cluster = createCluster(5);
  for (let round = 0; round < 5; round += 1) {
    one(cluster, `${round} all`, 5);
    const leader = checkOneLeader(cluster);
    const at = (steps: number): number => next(cluster, leader, steps);
    disconnect(cluster, at(1), at(2));
    one(cluster, `${round} without two`, 3);
    disconnect(cluster, at(0), at(3), at(4));
    restart(cluster, at(1), at(2));
    connect(cluster, at(1), at(2));
    elapse(cluster, ELECTION_MS);
    restart(cluster, at(3));
    connect(cluster, at(3));
    one(cluster, `${round} with two that were away`, 3);
    connect(cluster, at(4), at(0));
  }
  one(cluster, 'last', 5);
});

test('Persist3: the leader and a follower with its entry crash; the third, which lacks it, joins one of them', () => {
  const cluster = createCluster(3);
  one(cluster, '101', 3);
  const leader = checkOneLeader(cluster);
  const [second, third] = [next(cluster, leader), next(cluster, leader, 2)];
  disconnect(cluster, third);
  one(cluster, '102', 2);
  crashServer(cluster, leader);
  crashServer(cluster, second);
  connect(cluster, third);
  startServer(cluster, leader);
  one(cluster, '103', 2);
  startServer(cluster, second);
  one(cluster, '104', 3);
  assert.equal(appliedCommands(cluster, third), ['101', '102', '103', '104']);
});

/** A command to each that leads, and a short time, rarely longer; the last one that led is about to fall. */
function commandLeaders(cluster: Cluster, text: string): number | undefined {
  const leaders = idsOf(cluster).filter((id) => start(cluster, id, text) !== null);
  const long = drawChance(cluster.random, 0.1);
  elapse(cluster, drawInteger(cluster.random, 0, long ? ELECTION_MS / 2 : 13));
  return leaders.at(-1);
}

test('Figure8: the leader crashes, often in the middle, a thousand times; no committed entry is replaced', () => {
  const cluster = createCluster(5);
  one(cluster, 'first', 1);
  const up = (): number => idsOf(cluster).filter((id) => isUp(cluster, id)).length;
  for (let round = 0; round < 1000; round += 1) {
    const leader = commandLeaders(cluster, `round ${round}`);
    if (leader !== undefined) crashSoon(cluster, leader);
    if (up() < 3) startIfDown(cluster, drawInteger(cluster.random, 1, 6));
  }
  startAll(cluster);
  one(cluster, 'last', 5);
});

test('UnreliableAgree: two hundred commands over a network that loses and delays', () => {
  const cluster = createCluster(5, { unreliable: true });
  for (let round = 1; round < 50; round += 1) {
    const texts = [0, 1, 2, 3].map((place) => String(100 * round + place));
    const agreements = texts.map((text) => beginAgreement(cluster, text, 1));
    one(cluster, String(round), 1);
    agreements.forEach((agreement, place) => awaitAgreement(cluster, agreement, texts[place] ?? ''));
  }
  cluster.unreliable = false;
  one(cluster, '100', 5);
  assert.ok(appliedCommands(cluster, 1).length >= 49 * 5);
});

test('Figure8Unreliable: leaders cut off and back, answers seconds late; no committed entry is replaced', () => {
  const cluster = createCluster(5, { unreliable: true });
  one(cluster, 'first', 1);
  const connected = (): number => idsOf(cluster).filter((id) => serverOf(cluster, id).connected).length;
  for (let round = 0; round < 1000; round += 1) {
    if (round === 200) cluster.longReordering = true;
    const leader = commandLeaders(cluster, `round ${round}`);
    if (leader !== undefined && drawChance(cluster.random, 0.5)) disconnect(cluster, leader);
    if (connected() < 3) connect(cluster, drawInteger(cluster.random, 1, 6));
  }
  connect(cluster, ...idsOf(cluster));
  one(cluster, 'last', 5);
});

/** Clients that remember what was acknowledged to them, while servers crash, restart and are cut off. */
function churn(cluster: Cluster): string[] {
  const acknowledged: string[] = [];
  let stopped = false;
  const client = (name: number, count: number): void => {
    if (stopped) return;
    const text = `client ${name} command ${count}`;
    let index = 0;
    for (const id of idsOf(cluster)) index = start(cluster, id, text) ?? index;
    const look = (waits: readonly number[]): void => {
      if (idsOf(cluster).some((id) => appliedAt(cluster, id, index) === text)) acknowledged.push(text);
      else if (waits[0] !== undefined) {
        schedule(cluster.clock, waits[0], () => look(waits.slice(1)));
        return;
      }
      client(name, count + 1);
    };
    if (index === 0) schedule(cluster.clock, 79 + name, () => client(name, count + 1));
    else look([10, 20, 50, 100, 200]);
  };
  for (const name of [1, 2, 3]) client(name, 0);
  for (let round = 0; round < 20; round += 1) {
    const draw = (): number => drawInteger(cluster.random, 1, cluster.servers.length + 1);
    if (drawChance(cluster.random, 0.2)) disconnect(cluster, draw());
    if (drawChance(cluster.random, 0.5)) {
      const id = draw();
      startIfDown(cluster, id);
      connect(cluster, id);
    }
    const victim = draw();
    if (drawChance(cluster.random, 0.2)) crashSoon(cluster, victim);
    elapse(cluster, (ELECTION_MS * 7) / 10);
  }
  elapse(cluster, ELECTION_MS);
  cluster.unreliable = false;
  startAll(cluster);
  connect(cluster, ...idsOf(cluster));
  stopped = true;
  elapse(cluster, ELECTION_MS);
  return acknowledged;
}

for (const [name, unreliable] of [
  ['ReliableChurn', false],
  ['UnreliableChurn', true],
] as const) {
  test(`${name}: what was acknowledged while servers come and go is in every log`, () => {
    const cluster = createCluster(5, { unreliable });
    const acknowledged = churn(cluster);
    one(cluster, 'last', 5);
    assert.ok(acknowledged.length >= 20, `${acknowledged.length} acknowledged`);
    for (const id of idsOf(cluster)) {
      const applied = new Set(appliedCommands(cluster, id));
      assert.equal(
        acknowledged.filter((text) => !applied.has(text)),
        [],
        `server ${id} in term ${stateOf(cluster, id).term}`,
      );
    }
  });
}

test.run();
