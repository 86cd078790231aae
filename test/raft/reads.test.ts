/**
 * Linearizable reads by ReadIndex (thesis 6.4): from the commit index at which a quorum round began after the read
 * came.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { RaftMessage } from '../../src/raft/messages.js';
import {
  createNetwork,
  deliver,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  settle,
  stateOf,
  turn,
  type Network,
} from './support/network.js';

const test = suite('reads');

function led(ids: readonly number[] = [1, 2, 3], limits = {}): Network {
  const network = createNetwork(ids, limits);
  elect(network, 1);
  return network;
}

function read(network: Network, id: number, ...ids: readonly number[]): void {
  turn(network, id, ...ids.map((each) => ({ kind: 'read', id: each }) as const));
}

function readsOf(network: Network, id: number): [number, number | null][] {
  return nodeOf(network, id).reads.map((answer) => [answer.id, answer.index]);
}

function heartbeatsTo(network: Network, id: number): RaftMessage[] {
  return network.queue.filter(({ kind, to }) => kind === 'heartbeat' && to.id === id);
}

test('a read is answered with the commit index after one quorum round, shared by all that wait', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  read(network, 1, 1, 2, 3);
  assert.is(heartbeatsTo(network, 2).length, 1);
  assert.equal(readsOf(network, 1), []);
  settle(network);
  assert.equal(readsOf(network, 1), [
    [1, 2],
    [2, 2],
    [3, 2],
  ]);
});

test('one voter alone confirms at once', () => {
  const network = led([1]);
  read(network, 1, 5);
  assert.equal(readsOf(network, 1), [[5, 1]]);
});

test('a new leader answers no read before it has committed in its term', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  isolate(network, 1);
  network.loses = ({ from, to, kind }) => from.id === 1 || to.id === 1 || kind === 'appendResponse';
  elect(network, 2);
  assert.is(stateOf(network, 2).role, 'leader');
  read(network, 2, 1);
  fireAndSettle(network, 2, 'heartbeat');
  assert.equal(readsOf(network, 2), []);
  isolate(network, 1);
  fireAndSettle(network, 2, 'heartbeat');
  fireAndSettle(network, 2, 'heartbeat');
  assert.equal(readsOf(network, 2), [[1, 3]]);
});

test('a read that comes while a round runs waits for the next one', () => {
  const network = led();
  read(network, 1, 1);
  const first = network.queue.splice(0);
  read(network, 1, 2);
  for (const message of first) deliver(network, message);
  const answers = network.queue.splice(0);
  for (const message of answers) deliver(network, message);
  assert.equal(
    readsOf(network, 1).map(([id]) => id),
    [1],
  );
  settle(network);
  assert.equal(
    readsOf(network, 1).map(([id]) => id),
    [1, 2],
  );
});

test('answers to an earlier round, late or doubled, confirm nothing', () => {
  const network = led();
  read(network, 1, 1);
  settle(network);
  isolate(network, 2, 3);
  proposeAndSettle(network, 1, 'unseen');
  read(network, 1, 2);
  const header = { kind: 'heartbeatResponse', to: memberOf(1), term: 1, round: 1 } as const;
  for (const id of [2, 3, 2]) deliver(network, { ...header, from: memberOf(id) });
  assert.equal(
    readsOf(network, 1).map(([id]) => id),
    [1],
  );
});

test('a minority, a doubled answer and a learner confirm nothing', () => {
  const network = led([1, 2, 3, 4, 5]);
  turn(network, 1, { kind: 'changeMembership', id: 9, change: { kind: 'addLearner', member: memberOf(6) } });
  settle(network);
  isolate(network, 3, 4, 5);
  read(network, 1, 1);
  assert.equal(heartbeatsTo(network, 6), [], 'a learner is not asked');
  settle(network);
  const header = { kind: 'heartbeatResponse', to: memberOf(1), term: 1, round: 1 } as const;
  for (const id of [2, 2, 6]) deliver(network, { ...header, from: memberOf(id) });
  assert.equal(readsOf(network, 1), []);
  deliver(network, { ...header, from: memberOf(3) });
  assert.equal(readsOf(network, 1).length, 1);
});

test('lost heartbeats of a round are made good by the next heartbeat', () => {
  const network = led();
  isolate(network, 1);
  read(network, 1, 1);
  settle(network);
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  assert.is(readsOf(network, 1).length, 1);
});

test('a leader that was replaced without knowing cannot confirm a read; it refuses it when it steps down', () => {
  const network = led();
  isolate(network, 1);
  elect(network, 2);
  proposeAndSettle(network, 2, 'newer');
  read(network, 1, 1, 2);
  settle(network);
  assert.equal(readsOf(network, 1), []);
  heal(network);
  fireAndSettle(network, 2, 'heartbeat');
  assert.equal(readsOf(network, 1), [
    [1, null],
    [2, null],
  ]);
});

test('a follower asks the leader once for all reads of a turn', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  read(network, 3, 7, 8);
  assert.is(network.queue.filter(({ kind }) => kind === 'readIndexRequest').length, 1);
  settle(network);
  assert.equal(readsOf(network, 3), [
    [7, 2],
    [8, 2],
  ]);
});

test('a follower asks again after a loss, and the answer to both questions counts once', () => {
  const network = led();
  network.loses = ({ kind }) => kind === 'readIndexRequest';
  read(network, 3, 7);
  settle(network);
  heal(network);
  for (let count = 0; count < 8; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.equal(readsOf(network, 3), [[7, 1]]);
});

test('a question asked twice waits once at the leader', () => {
  const network = led();
  const request = { kind: 'readIndexRequest', to: memberOf(1), from: memberOf(3), term: 1, id: 4 } as const;
  isolate(network, 2, 3);
  for (let count = 0; count < 5; count += 1) deliver(network, request);
  assert.is((stateOf(network, 1).reads.running?.reads.length ?? 0) + stateOf(network, 1).reads.waiting.length, 1);
});

test('without a leader reads are refused at once; when the leader changes, those it was asked for', () => {
  const network = createNetwork([1, 2, 3]);
  read(network, 3, 1);
  assert.equal(readsOf(network, 3), [[1, null]]);
  elect(network, 1);
  isolate(network, 1);
  read(network, 3, 2);
  settle(network);
  elect(network, 2);
  assert.equal(readsOf(network, 3), [
    [1, null],
    [2, null],
  ]);
});

test('a follower that loses its leader refuses what it has asked', () => {
  const network = led();
  isolate(network, 1);
  read(network, 3, 2);
  settle(network);
  fire(network, 3, 'election');
  assert.equal(readsOf(network, 3), [[2, null]]);
});

test('who is asked but does not lead says so', () => {
  const network = led();
  deliver(network, { kind: 'readIndexRequest', to: memberOf(2), from: memberOf(3), term: 1, id: 4 });
  const [answer] = network.queue;
  assert.is(answer?.kind === 'readIndexResponse' && answer.index === undefined, true);
});

test('more reads than the limit are refused', () => {
  const network = led([1, 2, 3], { maxWaitingReads: 2 });
  isolate(network, 1);
  read(network, 1, 1);
  read(network, 1, 2, 3, 4);
  assert.equal(readsOf(network, 1), [[4, null]]);
});

test('rounds of a term are never used again', () => {
  const network = led();
  const rounds: number[] = [];
  for (const id of [1, 2, 3]) {
    read(network, 1, id);
    for (const message of network.queue)
      if (message.kind === 'heartbeat' && message.to.id === 2) rounds.push(message.round);
    settle(network);
  }
  assert.equal(rounds, [1, 2, 3]);
});

test.run();
