/** The hand-over of committed entries: each once, in order, within the state machine's credit. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastIndexOf, payloadBytes } from '../../src/raft/entries.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import { createRaft } from '../../src/raft/state.js';
import { raftStatus } from '../../src/raft/status.js';
import { performTurn, type TurnEffect } from '../../src/raft/turn.js';
import { answerToAppend, append, runOf } from './support/messages.js';
import {
  appliedTexts,
  configurationOf,
  createNetwork,
  elect,
  fireAndSettle,
  memberOf,
  nodeOf,
  proposeAndSettle,
  restart,
  stateOf,
  storedState,
  textPayloads,
  turn,
} from './support/network.js';

const test = suite('applying');

/** One voter that leads and whose state machine has asked for nothing yet. */
function alone() {
  const stored = storedState(configurationOf([1]));
  const state = createRaft({ self: memberOf(1), stored, limits: defaultRaftLimits });
  const handed: [number, number][] = [];
  const run = (...inputs: Parameters<typeof performTurn>[1]): TurnEffect[] => {
    const effects = [...performTurn(state, inputs)];
    for (const effect of effects) {
      if (effect.kind === 'apply') for (const each of effect.runs) handed.push([each.firstIndex, lastIndexOf(each)]);
    }
    return effects;
  };
  run({ kind: 'campaign' });
  run({ kind: 'propose', admission: 1, payloads: textPayloads('aaa', 'bbb', 'ccc') });
  return { state, handed, run };
}

test('nothing is handed over without credit', () => {
  const { handed, state } = alone();
  assert.is(state.commitIndex, 4);
  assert.equal(handed, []);
});

test('within the credit, at least one entry; what is more is owed', () => {
  const { handed, run, state } = alone();
  run({ kind: 'pull', bytes: 1, appliedIndex: 0 });
  assert.equal(handed, [[1, 1]]);
  run({ kind: 'pull', bytes: 2, appliedIndex: 1 });
  assert.equal(handed, [
    [1, 1],
    [2, 2],
  ]);
  assert.is(state.applying.creditBytes, 2 - payloadBytes(textPayloads('aaa')));
  run({ kind: 'pull', bytes: 2, appliedIndex: 2 });
  assert.is(handed.length, 2);
  run({ kind: 'pull', bytes: 8, appliedIndex: 2 });
  assert.equal(handed, [
    [1, 1],
    [2, 2],
    [3, 4],
  ]);
  assert.is(raftStatus(state).appliedIndex, 2);
});

test('a state machine that claims more than it was given is a bug', () => {
  const { run } = alone();
  assert.throws(() => run({ kind: 'pull', bytes: 1, appliedIndex: 3 }), /applied 3 of 0/);
});

test('a follower whose state machine stands still takes entries up to a limit, and goes on when it asks again', () => {
  const network = createNetwork([1, 2, 3], { maxUnappliedBytes: 20 });
  elect(network, 1);
  stateOf(network, 3).applying.creditBytes = 0;
  for (const text of 'abcdefghijklmnopqrst') proposeAndSettle(network, 1, text);
  assert.is(raftStatus(stateOf(network, 1)).commitIndex, 21);
  assert.is(raftStatus(stateOf(network, 3)).lastLogIndex, 11);
  turn(network, 3, { kind: 'pull', bytes: 1_000, appliedIndex: 1 });
  for (let beat = 0; beat < 3; beat += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.is(appliedTexts(network, 3).length, 20);
});

test('after a restart everything since the snapshot is handed over again, once committed anew', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  for (const text of ['a', 'b', 'c']) proposeAndSettle(network, 1, text);
  turn(network, 2, { kind: 'snapshotDurable', index: 3 });
  const node = nodeOf(network, 2);
  node.stored = { ...node.stored, snapshot: stateOf(network, 2).snapshot };
  restart(network, 2);
  assert.equal(appliedTexts(network, 2), []);
  const { commitIndex, appliedIndex, firstLogIndex, lastLogIndex, snapshotIndex } = raftStatus(stateOf(network, 2));
  assert.equal([commitIndex, appliedIndex, firstLogIndex, lastLogIndex, snapshotIndex], [3, 3, 1, 4, 3]);
  turn(network, 1, { kind: 'peerUp', member: memberOf(2) });
  proposeAndSettle(network, 1, 'd');
  assert.equal(appliedTexts(network, 2), ['c', 'd']);
});

test('the status of a leader tells how far each other member is', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 1);
  proposeAndSettle(network, 1, 'a');
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  assert.equal(raftStatus(stateOf(network, 1)).followers, [
    { member: memberOf(2), matchIndex: 2, connected: true },
    { member: memberOf(3), matchIndex: 2, connected: false },
  ]);
  assert.equal(raftStatus(stateOf(network, 2)).followers, []);
});

/** A follower of term 1; whether it takes an append of so many bytes behind what it has. */
function follower(maxUnappliedBytes: number) {
  const network = createNetwork([1, 2, 3], { maxUnappliedBytes });
  const last = (): number => raftStatus(stateOf(network, 3)).lastLogIndex;
  const takes = (text: string | null, commitIndex = 0): boolean => {
    const runs = text === null ? [] : [runOf(last() + 1, 1, text)];
    const previous = { previousIndex: last(), previousTerm: Math.min(last(), 1) };
    return answerToAppend(network, append({ ...previous, runs, commitIndex }))?.success === true;
  };
  return { takes, applying: stateOf(network, 3).applying };
}

test('the limit is for who stands still: with credit left, all is taken, committed or not', () => {
  const { takes } = follower(4);
  for (const text of ['aaaaaa', 'bbbbbb', 'cccccc']) assert.ok(takes(text));
});

test('each entry that is not handed over counts, from the first; an append without entries is never too much', () => {
  const { takes, applying } = follower(4);
  applying.creditBytes = 0;
  assert.ok(takes('aaa'));
  assert.not.ok(takes('b'));
  assert.ok(takes(null), 'a probe needs no room');
});

test('what was handed over does not count', () => {
  const { takes, applying } = follower(4);
  applying.creditBytes = 1;
  assert.ok(takes('aaaaaa', 1));
  assert.ok(applying.creditBytes < 0 && applying.handedIndex === 1);
  assert.ok(takes('bbb'));
  assert.not.ok(takes('c'));
});

test('that a leader has committed in its term is told even where nothing else comes of it', () => {
  const state = createRaft({ self: memberOf(1), stored: storedState(configurationOf([1])), limits: defaultRaftLimits });
  const effects = [...performTurn(state, [{ kind: 'campaign' }])];
  const told = effects.flatMap((effect) => (effect.kind === 'leadership' ? [effect.leadership.committedInTerm] : []));
  assert.equal(told, [false, true]);
});

test.run();
