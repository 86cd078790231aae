/** The log behind a snapshot (paper 7): what goes, what stays, and what a node starts from. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import type { Input } from '../../src/raft/messages.js';
import { lastLogIndex } from '../../src/raft/log.js';
import { raftStatus } from '../../src/raft/status.js';
import {
  appliedTexts,
  createNetwork,
  deliver,
  elect,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  restart,
  stateOf,
  textPayloads,
  turn,
} from './support/network.js';

const test = suite('compaction');

test('a snapshot of the state machine compacts the log behind it, but for the trailing entries', () => {
  const network = createNetwork([1], { trailingEntries: 2 });
  elect(network, 1);
  for (const text of 'abcdef') proposeAndSettle(network, 1, text);
  turn(network, 1, { kind: 'snapshotDurable', index: 5 });
  const { firstLogIndex, snapshotIndex, lastLogIndex: last } = raftStatus(stateOf(network, 1));
  assert.equal([firstLogIndex, snapshotIndex, last], [4, 5, 7]);
  turn(network, 1, { kind: 'snapshotDurable', index: 3 });
  assert.is(raftStatus(stateOf(network, 1)).snapshotIndex, 5);
});

test('an append from before the snapshot is skipped where it is covered, never refused or appended twice', () => {
  const network = createNetwork([1, 2, 3], { trailingEntries: 0 });
  elect(network, 1);
  for (const text of ['a', 'b', 'c']) proposeAndSettle(network, 1, text);
  turn(network, 3, { kind: 'snapshotDurable', index: 4 });
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  const runs = [{ firstIndex: 2, term: 1, ...textPayloads('a', 'b', 'c', 'd') }];
  deliver(network, { ...header, previousIndex: 1, previousTerm: 1, runs, commitIndex: 4 });
  const answer = must(network.queue.pop(), 'an answer');
  assert.equal(answer.kind === 'appendResponse' && [answer.success, answer.index], [true, 5]);
  assert.is(lastLogIndex(stateOf(network, 3).log), 5);
  assert.equal(appliedTexts(network, 3), ['a', 'b', 'c']);
});

test('a leader keeps what a reachable follower still needs, but no more bytes than its limit', () => {
  for (const maxRetainedBytes of [1_000, 5, 4]) {
    const network = createNetwork([1, 2, 3], { trailingEntries: 0, maxRetainedBytes });
    elect(network, 1);
    network.queue.length = 0;
    for (const text of 'abcdef') turn(network, 1, { kind: 'propose', admission: 1, payloads: textPayloads(text) });
    // Node 2 acknowledges it all, node 3 nothing.
    for (let message = network.queue.shift(); message !== undefined; message = network.queue.shift()) {
      if (message.to.id !== 3) deliver(network, message);
    }
    assert.is(stateOf(network, 1).commitIndex, 7);
    turn(network, 1, { kind: 'snapshotDurable', index: 6 });
    const { firstLogIndex } = raftStatus(stateOf(network, 1));
    assert.is(firstLogIndex, maxRetainedBytes === 1_000 ? 2 : 5);
  }
});

test('the configuration survives compaction and restart', () => {
  const network = createNetwork([1], { trailingEntries: 0 });
  elect(network, 1);
  turn(network, 1, { kind: 'changeMembership', id: 1, change: { kind: 'addLearner', member: memberOf(4) } });
  for (const text of ['a', 'b']) proposeAndSettle(network, 1, text);
  turn(network, 1, { kind: 'snapshotDurable', index: 3 });
  turn(network, 1, { kind: 'snapshotDurable', index: 4 });
  assert.equal(stateOf(network, 1).snapshot.configuration.learners, [memberOf(4)]);
  const node = nodeOf(network, 1);
  node.stored = { ...node.stored, snapshot: stateOf(network, 1).snapshot };
  restart(network, 1);
  assert.equal(raftStatus(stateOf(network, 1)).configuration.learners, [memberOf(4)]);
});

test('a log that begins behind a gap after its snapshot is refused at the start', () => {
  const network = createNetwork([1]);
  const node = nodeOf(network, 1);
  node.stored = { ...node.stored, entries: [{ firstIndex: 3, term: 1, ...textPayloads('x') }] };
  assert.throws(() => restart(network, 1), /append at 3/);
});

test('nothing is kept for a member that is gone, nor by a node that leads no more', () => {
  const firstAfterSnapshot = (event: Input): number => {
    const network = createNetwork([1, 2, 3], { trailingEntries: 0 });
    elect(network, 1);
    isolate(network, 3);
    for (const text of 'abc') proposeAndSettle(network, 1, text);
    turn(network, 1, event);
    turn(network, 1, { kind: 'snapshotDurable', index: 3 });
    return raftStatus(stateOf(network, 1)).firstLogIndex;
  };
  const message = { kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(2), term: 2, round: 0 } as const;
  assert.is(firstAfterSnapshot({ kind: 'peerDown', member: memberOf(3) }), 4);
  assert.is(firstAfterSnapshot({ kind: 'message', message }), 4);
  assert.is(firstAfterSnapshot({ kind: 'pull', bytes: 1, appliedIndex: 0 }), 2, 'while it may come back');
});

test.run();
