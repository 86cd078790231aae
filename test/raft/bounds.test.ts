/** Every limit of the core: at it, and one beyond. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { defaultRaftLimits, type RaftLimits } from '../../src/raft/limits.js';
import type { Input, RaftMessage } from '../../src/raft/messages.js';
import { canonicalState } from '../../src/raft/state-copy.js';
import { change, configurationAt } from './support/membership.js';
import { chunk } from './support/snapshots.js';
import {
  createNetwork,
  elect,
  fire,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  propose,
  settle,
  stateOf,
  turn,
  type Network,
} from './support/network.js';

const test = suite('bounds');

function led(limits: Partial<RaftLimits> = {}): Network {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  return network;
}

function requests(network: Network): number[] {
  return network.queue.flatMap((message) => (message.kind === 'readIndexRequest' ? [message.id] : []));
}

function heartbeat(): RaftMessage {
  return { kind: 'heartbeat', to: memberOf(3), from: memberOf(1), term: 1, commitIndex: 0, round: 0 };
}

test('the defaults', () => {
  const kib = 1_024;
  assert.equal(defaultRaftLimits, {
    maxAppendBytes: 256 * kib,
    maxInflightAppends: 64,
    maxInflightBytes: 4_096 * kib,
    snapshotChunkBytes: 256 * kib,
    maxUnappliedBytes: 16_384 * kib,
    trailingEntries: 10_000,
    maxRetainedBytes: 3_072 * kib,
    promotionLagEntries: 1_000,
    maxWaitingReads: 100_000,
    maxForwardedReadGroups: 16,
    maxElectionSoonAttempts: 6,
  });
});

test('a follower holds so many reads for its next question, and refuses what is more', () => {
  const network = led({ maxWaitingReads: 2 });
  turn(network, 3, ...[1, 2, 3].map((id) => ({ kind: 'read', id }) as const));
  assert.equal(nodeOf(network, 3).reads, [{ id: 3, index: null }]);
  settle(network);
  turn(network, 1, { kind: 'timer', timer: 'heartbeat' });
  settle(network);
  assert.equal(nodeOf(network, 3).reads.slice(1), [
    { id: 1, index: 1 },
    { id: 2, index: 1 },
  ]);
});

test('so many questions are on their way at a time; more reads join the next', () => {
  const network = led({ maxForwardedReadGroups: 2 });
  for (const id of [1, 2, 3, 4]) turn(network, 3, { kind: 'read', id });
  assert.equal(requests(network), [1, 2]);
  assert.equal(stateOf(network, 3).forwarded.waiting, [3, 4]);
  settle(network);
  assert.equal(
    nodeOf(network, 3).reads.map(({ id, index }) => [id, index]),
    [1, 2, 3, 4].map((id) => [id, 1]),
  );
});

test('a question is asked again with the fourth heartbeat without an answer, and then with the eighth', () => {
  const network = led();
  isolate(network, 1);
  turn(network, 3, { kind: 'read', id: 1 });
  const asked: number[] = [];
  for (let count = 1; count <= 8; count += 1) {
    network.queue.length = 0;
    turn(network, 3, { kind: 'message', message: heartbeat() });
    if (requests(network).length > 0) asked.push(count);
  }
  assert.equal(asked, [4, 8]);
});

test('an answer ends the question that it answers, and no other', () => {
  const network = led();
  isolate(network, 1);
  turn(network, 3, { kind: 'read', id: 1 });
  turn(network, 3, { kind: 'read', id: 2 });
  const answer = { kind: 'readIndexResponse', to: memberOf(3), from: memberOf(1), term: 1, id: 2, index: 5 } as const;
  turn(network, 3, { kind: 'message', message: answer });
  assert.equal(nodeOf(network, 3).reads, [{ id: 2, index: 5 }]);
  assert.equal(
    stateOf(network, 3).forwarded.asked.map(({ ids }) => ids),
    [[1]],
  );
});

test('the same number asked by another member is another read; asked again in its round, it is the same', () => {
  const network = led();
  isolate(network, 2, 3);
  const request = (from: number, id: number): void => {
    const message = { kind: 'readIndexRequest', to: memberOf(1), from: memberOf(from), term: 1, id } as const;
    turn(network, 1, { kind: 'message', message });
  };
  request(2, 7);
  for (const [from, id] of [
    [2, 7],
    [2, 8],
    [3, 7],
    [3, 7],
  ] as const)
    request(from, id);
  const { running, waiting } = stateOf(network, 1).reads;
  assert.equal(running?.reads, [{ id: 7, from: memberOf(2) }]);
  assert.equal(waiting, [
    { id: 8, from: memberOf(2) },
    { id: 7, from: memberOf(3) },
  ]);
  request(2, 8);
  assert.is(stateOf(network, 1).reads.waiting.length, 2);
});

test('appends on their way are bounded by number and by bytes', () => {
  for (const [limits, most] of [
    [{ maxInflightAppends: 2 }, 2],
    [{ maxInflightBytes: 6 }, 3],
    [{ maxInflightBytes: 7 }, 4],
  ] as const) {
    const network = led(limits);
    isolate(network, 2, 3);
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f']) propose(network, 1, text);
    const sent = network.queue.filter(({ kind, to }) => kind === 'appendEntries' && to.id === 2);
    assert.is(sent.length, most, JSON.stringify(limits));
  }
});

test('elections soon end with the last attempt, and leave it to the normal time-out', () => {
  const network = led({ maxElectionSoonAttempts: 2 });
  isolate(network, 2);
  turn(network, 2, { kind: 'peerDown', member: memberOf(1) });
  const refusal = { kind: 'preVoteResponse', to: memberOf(2), from: memberOf(3), term: 1, granted: false } as const;
  const attempts: (number | undefined)[] = [];
  for (let count = 0; count < 4; count += 1) {
    attempts.push(stateOf(network, 2).electionSoon?.attempt);
    fire(network, 2, 'electionSoon');
    turn(network, 2, { kind: 'message', message: refusal });
  }
  assert.equal(attempts, [0, 1, 2, undefined]);
  assert.ok(nodeOf(network, 2).timers.has('election') && !nodeOf(network, 2).timers.has('electionSoon'));
});

test('while a snapshot is restored the state machine may say that it has applied it, and no more', () => {
  const network = led();
  const whole = chunk({ snapshot: { ...chunk().snapshot, index: 9 }, done: true });
  turn(network, 3, { kind: 'message', message: whole });
  assert.throws(() => turn(network, 3, { kind: 'pull', bytes: 1, appliedIndex: 10 }), /applied 10 of 9/);
  turn(network, 3, { kind: 'pull', bytes: 1, appliedIndex: 9 });
  assert.is(stateOf(network, 3).applying.appliedIndex, 9);
});

test('a learner goes at once, and nobody has to be there for it', () => {
  const network = led();
  assert.is(change(network, 1, { kind: 'addLearner', member: memberOf(4) }), null);
  isolate(network, 3);
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(4) }), null);
  assert.equal(configurationAt(network, 1), [[1, 2, 3], []]);
});

test('two followers of one leader are alike but for their names', () => {
  const network = led();
  proposeAndSettle(network, 1, 'a');
  const swapped = (id: number): number => (id === 1 ? 1 : 5 - id);
  const plain = { node: (id: number) => id, member: (id: { id: number }) => `m${id.id}`, payload: String };
  const names = { ...plain, node: swapped, member: ({ id }: { id: number }) => `m${swapped(id)}` };
  for (const id of [2, 3]) {
    assert.is(canonicalState(stateOf(network, id), names), canonicalState(stateOf(network, 5 - id), plain));
    assert.is.not(canonicalState(stateOf(network, id), plain), canonicalState(stateOf(network, 5 - id), plain));
  }
  const shown = JSON.parse(canonicalState(stateOf(network, 2), { ...plain, payload: () => 'P' })) as unknown[];
  assert.is(shown[0], 'm2');
  assert.match(JSON.stringify(shown), '[1,"P"]');
});

test('each of the reads of a running round is known when it is asked again', () => {
  const network = led();
  isolate(network, 2, 3);
  const ask = (id: number): Input => {
    const message = { kind: 'readIndexRequest', to: memberOf(1), from: memberOf(2), term: 1, id } as const;
    return { kind: 'message', message };
  };
  turn(network, 1, ask(7), ask(8));
  turn(network, 1, ask(7), ask(8));
  assert.equal([stateOf(network, 1).reads.running?.reads.length, stateOf(network, 1).reads.waiting.length], [2, 0]);
});

test.run();
