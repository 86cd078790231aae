/** A follower's side of a snapshot transfer (paper 7): restore, then a log that begins behind it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastLogIndex } from '../../src/raft/log.js';
import { raftStatus } from '../../src/raft/status.js';
import {
  appliedTexts,
  createNetwork,
  deliver,
  elect,
  heal,
  isolate,
  memberOf,
  nodeOf,
  restart,
  stateOf,
  textPayloads,
  turn,
} from './support/network.js';
import { withLaggard, transferAll, heartbeats, restored, chunk, lastAnswer, limits } from './support/snapshots.js';

const test = suite('snapshot receiving');

test('the installed answer leaves after the snapshot is recorded', () => {
  const network = withLaggard();
  heal(network);
  heartbeats(network, 3);
  const effects = turn(network, 3, { kind: 'snapshotRestored', index: 4, ok: true });
  assert.equal(
    effects.map(({ kind }) => kind),
    ['persist', 'send'],
  );
  const [persist] = effects;
  assert.is(persist?.kind === 'persist' && persist.persist.snapshot?.index, 4);
});

test('a restore that failed is no restore: the snapshot is fetched again', () => {
  const network = withLaggard();
  heal(network);
  heartbeats(network, 3);
  restored(network, 3, false);
  assert.is(raftStatus(stateOf(network, 3)).snapshotIndex, 0);
  nodeOf(network, 3).snapshotWrites.length = 0;
  transferAll(network);
  assert.equal(
    nodeOf(network, 3).snapshotWrites.map(({ offset }) => offset),
    [0, 4, 8],
  );
  restored(network, 3);
  assert.is(raftStatus(stateOf(network, 3)).snapshotIndex, 4);
});

test('while a snapshot is being restored nothing is applied, and appends are safe', () => {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  isolate(network, 3);
  deliver(network, chunk({ done: true }));
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  const runs = [{ firstIndex: 2, term: 1, ...textPayloads('a', 'b', 'c', 'd') }];
  deliver(network, { ...header, previousIndex: 1, previousTerm: 1, runs, commitIndex: 5 });
  assert.equal(appliedTexts(network, 3), []);
  restored(network, 3);
  assert.equal(appliedTexts(network, 3), ['d']);
  assert.is(raftStatus(stateOf(network, 3)).commitIndex, 5);
});

test('what is being restored is not given up for another snapshot', () => {
  const network = withLaggard();
  network.queue = [];
  deliver(network, chunk({ done: true }));
  assert.equal(network.queue, [], 'it answers when it has restored it');
  const snapshot = { ...chunk().snapshot, index: 6 };
  deliver(network, chunk({ term: 2, from: memberOf(2), snapshot }));
  assert.is(nodeOf(network, 3).snapshotWrites.length, 1);
  turn(network, 3, { kind: 'snapshotRestored', index: 6, ok: true });
  assert.is(raftStatus(stateOf(network, 3)).snapshotIndex, 0, 'that is not the one being restored');
  turn(network, 3, { kind: 'snapshotRestored', index: 4, ok: true });
  assert.is(raftStatus(stateOf(network, 3)).snapshotIndex, 4);
  assert.equal(network.queue, [], 'the leader that sent it leads no more');
});

test('a log that does not lead to the snapshot is replaced; one that does keeps what follows', () => {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  isolate(network, 3);
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  const runs = [{ firstIndex: 2, term: 1, ...textPayloads('x', 'x', 'x', 'x', 'x') }];
  deliver(network, { ...header, previousIndex: 1, previousTerm: 1, runs, commitIndex: 1 });
  const snapshot = { ...chunk().snapshot, term: 2 };
  deliver(network, chunk({ term: 2, from: memberOf(2), snapshot, done: true }));
  const [persist] = turn(network, 3, { kind: 'snapshotRestored', index: 4, ok: true });
  assert.is(persist?.kind === 'persist' && persist.persist.truncateFrom, 5);
  assert.equal([lastLogIndex(stateOf(network, 3).log), stateOf(network, 3).log.baseTerm], [4, 2]);
  restart(network, 3);
  assert.equal([lastLogIndex(stateOf(network, 3).log), raftStatus(stateOf(network, 3)).commitIndex], [4, 4]);
});

test('a snapshot of what the log holds needs no bytes', () => {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  isolate(network, 3);
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  const runs = [{ firstIndex: 2, term: 1, ...textPayloads('a', 'b', 'c', 'd') }];
  deliver(network, { ...header, previousIndex: 1, previousTerm: 1, runs, commitIndex: 1 });
  deliver(network, chunk({ bytes: new Uint8Array(0) }));
  const answer = lastAnswer(network);
  assert.is(answer.kind === 'installSnapshotResponse' && answer.installed, true);
  assert.equal(appliedTexts(network, 3), ['a', 'b', 'c']);
  assert.is(lastLogIndex(stateOf(network, 3).log), 5);
});

test('a snapshot lowers neither the term nor the commit index, and a second one in a row does no harm', () => {
  const network = withLaggard();
  heal(network);
  heartbeats(network, 3);
  restored(network, 3);
  deliver(network, chunk({ snapshot: { ...chunk().snapshot, index: 2 }, done: true }));
  deliver(network, chunk({ done: true }));
  assert.is(nodeOf(network, 3).snapshotWrites.length, 3);
  turn(network, 3, { kind: 'snapshotRestored', index: 4, ok: true });
  assert.equal([stateOf(network, 3).term, stateOf(network, 3).commitIndex], [1, 4]);
  deliver(network, chunk({ term: 0 }));
  assert.is(stateOf(network, 3).term, 1);
});

test('bytes of another snapshot, leader or term are not put behind these', () => {
  const { snapshot } = chunk();
  for (const other of [
    { term: 2 },
    { from: memberOf(2) },
    { snapshot: { ...snapshot, index: 5 } },
    { snapshot: { ...snapshot, term: 0 } },
  ]) {
    const network = createNetwork([1, 2, 3], limits);
    deliver(network, chunk());
    deliver(network, chunk({ offset: 4, ...other }));
    const answer = lastAnswer(network);
    assert.is(answer.kind === 'installSnapshotResponse' && answer.offset, 0, JSON.stringify(other));
  }
});

test.run();
