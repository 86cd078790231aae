/**
 * `copyState` and `canonicalState` see every field: each leaf of a state in which every field is filled is changed in
 * turn.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Input, RaftMessage } from '../../src/raft/messages.js';
import { canonicalState, copyState, type CanonicalNames } from '../../src/raft/state-copy.js';
import type { RaftState, WaitingRead } from '../../src/raft/state.js';
import { step } from '../../src/raft/step.js';
import { takeReady } from '../../src/raft/take-ready.js';
import { isObject, leaves, valueAt, withOther, type Path } from './support/leaves.js';
import {
  configurationOf,
  createNetwork,
  deliverOne,
  elect,
  heal,
  memberOf,
  proposeAndSettle,
  stateOf,
  textPayloads,
  turn,
  type Network,
} from './support/network.js';

const test = suite('state copy');

/** No node is ever in such a state; but no field is empty. */
function fullState(): RaftState {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a', 'b');
  turn(network, 1, { kind: 'changeMembership', id: 3, change: { kind: 'addLearner', member: memberOf(4) } });
  const state = stateOf(network, 1);
  const snapshot = { index: 1, term: 1, configuration: configurationOf([1, 2, 3], [4]) };
  const heartbeat: RaftMessage = {
    kind: 'heartbeat',
    to: memberOf(2),
    from: memberOf(1),
    term: 1,
    commitIndex: 1,
    round: 2,
  };
  for (const peer of state.peers) {
    peer.vote = true;
    peer.ackedRound = 2;
    peer.inflight.push({ lastIndex: 3, bytes: 4 });
    peer.transfer = { snapshot, offset: 2, phase: 'sent' };
  }
  Object.assign(state, {
    snapshot,
    configurations: [{ index: 0, configuration: snapshot.configuration }],
    electionSoon: { attempt: 1, armed: true },
    reads: { round: 2, running: { index: 2, reads: [{ id: 6, from: memberOf(2) }] }, waiting: [{ id: 7, from: null }] },
    forwarded: { waiting: [8], asked: [{ ids: [9, 10], heartbeats: 1 }] },
    transfer: { id: 11, to: memberOf(2), ordered: true },
    receiving: { snapshot, from: memberOf(2), term: 1, offset: 4, restoring: true },
  });
  Object.assign(state.persistence, { truncateFrom: 3, pending: { sequence: 9, term: 1, vote: memberOf(1), index: 2 } });
  Object.assign(state.outputs, {
    messages: [heartbeat],
    readAnswers: [{ id: 12, index: 3 }],
    answers: [{ id: 13, refused: 'timeout' }],
    timers: [{ action: 'start', timer: 'election', attempt: 0 }],
    snapshotReads: [{ to: memberOf(2), index: 1, offset: 0, length: 5 }],
    snapshotWrites: [{ snapshot, offset: 0, bytes: new Uint8Array([1, 2]), done: true }],
  });
  return state;
}

/** What a canonical state leaves out, because it only counts, or follows from the rest. */
function isLeftOut(state: RaftState, path: Path): boolean {
  const key = path.at(-1) ?? '';
  if (['sequence', 'admission', 'admissions', 'firstIndex', 'count'].includes(key)) return true;
  if (key === 'id') return !('incarnation' in (valueAt(state, path.slice(0, -1)) as object));
  return path[0] === 'limits' || path.includes('ids') || (path[0] === 'forwarded' && path[1] === 'waiting');
}

test('the full state has no empty field', () => {
  const state = fullState();
  const empty = leaves(state).filter((path) => isObject(valueAt(state, path)) || valueAt(state, path) === null);
  assert.equal(
    empty.map((path) => path.join('.')),
    ['reads.waiting.0.from'],
  );
});

test('a copy is equal', () => {
  const state = fullState();
  assert.equal(copyState(state), state);
});

function freeze(value: unknown): void {
  if (!isObject(value) || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}

/** Every node goes on with a copy; whoever writes to what a copy shares with its original throws. */
function copyAll(network: Network): void {
  for (const node of network.nodes.values()) {
    freeze(node.state);
    node.state = copyState(node.state);
  }
}

function settleOnCopies(network: Network): void {
  do copyAll(network);
  while (deliverOne(network));
}

test('a copy shares nothing that is changed in place', () => {
  const network = createNetwork([1, 2, 3], {
    trailingEntries: 0,
    maxRetainedBytes: 0,
    maxAppendBytes: 4,
    maxInflightAppends: 2,
  });
  const act = (id: number, ...inputs: Input[]): void => {
    copyAll(network);
    turn(network, id, ...inputs);
    settleOnCopies(network);
  };
  const payloads = textPayloads('a', 'b', 'c', 'd', 'e');
  act(1, { kind: 'campaign' });
  act(1, { kind: 'propose', admission: 1, payloads }, { kind: 'read', id: 1 });
  act(2, { kind: 'read', id: 2 }, { kind: 'read', id: 3 });
  act(1, { kind: 'changeMembership', id: 4, change: { kind: 'addLearner', member: memberOf(4) } });
  network.loses = ({ kind, to }) => kind === 'readIndexRequest' || to.id === 3;
  act(2, { kind: 'read', id: 5 });
  act(1, { kind: 'propose', admission: 1, payloads });
  for (let count = 0; count < 5; count += 1) act(1, { kind: 'timer', timer: 'heartbeat' });
  act(1, { kind: 'snapshotDurable', index: 12 });
  heal(network);
  for (let count = 0; count < 2; count += 1) act(1, { kind: 'timer', timer: 'heartbeat' });
  const chunk = { to: memberOf(3), index: 12, bytes: new Uint8Array(2) };
  for (const offset of [0, 2]) act(1, { kind: 'snapshotChunk', ...chunk, offset, done: offset === 2 });
  act(3, { kind: 'snapshotRestored', index: 12, ok: true });
  act(1, { kind: 'timer', timer: 'checkQuorum' }, { kind: 'peerDown', member: memberOf(4) });
  network.loses = ({ kind }) => kind === 'timeoutNow';
  act(1, { kind: 'transferLeadership', id: 6, to: 2 });
  act(1, { kind: 'timer', timer: 'heartbeat' });
  heal(network);
  act(1, { kind: 'timer', timer: 'heartbeat' });
  act(3, { kind: 'peerDown', member: memberOf(2) });
  act(3, { kind: 'timer', timer: 'electionSoon' });
  act(1, { kind: 'peerDown', member: memberOf(2) });
  act(3, { kind: 'timer', timer: 'electionSoon' });
  assert.is(stateOf(network, 3).role, 'leader');
  assert.is(stateOf(network, 3).snapshot.index, 12);
});

test('a copy has an unfinished write of its own', () => {
  const state = stateOf(createNetwork([1, 2, 3]), 3);
  const append = (term: number): Input => {
    const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term, commitIndex: 0 } as const;
    const runs = [{ firstIndex: 1, term, ...textPayloads('a') }];
    return { kind: 'message', message: { ...header, previousIndex: 0, previousTerm: 0, runs } };
  };
  step(state, append(1));
  takeReady(state);
  freeze(state);
  const copy = copyState(state);
  step(copy, append(2));
  assert.equal([state.persistence.pending?.index, copy.persistence.pending?.index], [1, 0]);
});

test('every leaf shows in the canonical form, but for what only counts', () => {
  const state = fullState();
  const before = canonicalState(state);
  const hidden = leaves(state).filter((path) => {
    return !isLeftOut(state, path) && canonicalState(withOther(state, path) as RaftState) === before;
  });
  assert.equal(
    hidden.map((path) => path.join('.')),
    [],
  );
});

test('counting differently, or cutting the log differently, makes no other state', () => {
  const state = fullState();
  const before = canonicalState(state);
  const other = copyState(state);
  other.admissions += 5;
  other.admission = (other.admission ?? 0) + 5;
  other.persistence.sequence += 7;
  assert.is(canonicalState(other), before);
  other.admission = null;
  assert.is.not(canonicalState(other), before, 'whether proposals are taken is no matter of counting');
  const numbered = fullState();
  const shift = (read: WaitingRead): WaitingRead => ({ ...read, id: read.id + 100 });
  numbered.reads.running = numbered.reads.running && { index: 2, reads: numbered.reads.running.reads.map(shift) };
  numbered.reads.waiting = numbered.reads.waiting.map(shift);
  assert.is(canonicalState(numbered), before);
  numbered.reads.waiting = numbered.reads.waiting.map(() => ({ id: 106, from: null }));
  assert.is.not(canonicalState(numbered), before, 'the same request twice is another state');
});

test('the way the log is cut into runs does not show', () => {
  const one = createNetwork([1]);
  elect(one, 1);
  proposeAndSettle(one, 1, 'a', 'b');
  const two = createNetwork([1]);
  elect(two, 1);
  turn(
    two,
    1,
    { kind: 'propose', admission: 1, payloads: textPayloads('a') },
    { kind: 'propose', admission: 1, payloads: textPayloads('b') },
  );
  const without = (state: RaftState): string => canonicalState({ ...state, applying: stateOf(one, 1).applying });
  assert.is(without(stateOf(one, 1)), without(stateOf(two, 1)));
});

test('nodes can be permuted by giving them other names', () => {
  const names = {
    node: (id: number) => (id === 2 ? 3 : id === 3 ? 2 : id),
    member: ({ id }: { id: number }) => `node ${id === 2 ? 3 : id === 3 ? 2 : id}`,
    payload: (payload: Uint8Array) => payload.join(' '),
  };
  const plain = { ...names, node: (id: number) => id, member: ({ id }: { id: number }) => `node ${id}` };
  const ledBy = (id: number): RaftState => {
    const network = createNetwork([1, 2, 3]);
    elect(network, id);
    return stateOf(network, 1);
  };
  assert.is(canonicalState(ledBy(2), plain), canonicalState(ledBy(3), names));
  assert.is.not(canonicalState(ledBy(2), plain), canonicalState(ledBy(3), plain));
});

test('an answered round is the running one or not; which of the others it was does not show', () => {
  const [first, second] = [fullState(), fullState()];
  first.peers.forEach((peer) => (peer.ackedRound = 0));
  second.peers.forEach((peer, position) => (peer.ackedRound = position === 0 ? 1 : 0));
  assert.is(canonicalState(first), canonicalState(second));
});

test('requests of a follower are told apart, but not by their numbers', () => {
  const asking = (waiting: number[], asked: number[]): string => {
    const state = stateOf(createNetwork([1, 2, 3]), 2);
    state.forwarded = { waiting, asked: [{ ids: asked, heartbeats: 0 }] };
    return canonicalState(state);
  };
  assert.is(asking([1, 2], [3, 4]), asking([7, 8], [9, 6]));
  assert.is.not(asking([1, 2], [2, 3]), asking([1, 2], [3, 4]));
  assert.is.not(asking([1, 1], [2]), asking([1, 2], [3]));
  assert.is.not(asking([1], [1]), asking([1], [2]));
});

test('payloads are told apart byte by byte, and have the names that they are given', () => {
  const state = fullState();
  const { outputs } = state;
  const written = (bytes: readonly number[], names?: CanonicalNames): string => {
    const snapshotWrites = outputs.snapshotWrites.map((write) => ({ ...write, bytes: Uint8Array.from(bytes) }));
    return canonicalState({ ...state, outputs: { ...outputs, snapshotWrites } }, names);
  };
  assert.is.not(written([1, 12]), written([11, 2]));
  const names = { node: Number, member: () => 'M', payload: (payload: Uint8Array) => `P${payload.length}` };
  assert.match(written([1, 2, 3, 4, 5], names), '"P5"');
});

test.run();
