/** The paper's sentences on members, snapshots and clients, one test each (sections 6, 7, 8). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastLogIndex } from '../../../src/raft/log.js';
import { raftStatus } from '../../../src/raft/status.js';
import { addBlank, change, configurationAt, led } from '../support/membership.js';
import { append, runOf, voteRequest } from '../support/messages.js';
import {
  appliedTexts,
  createNetwork,
  deliver,
  elect,
  fire,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  propose,
  proposeAndSettle,
  restart,
  settle,
  stateOf,
  turn,
} from '../support/network.js';
import { chunk, heartbeats, limits, restored, withLaggard } from '../support/snapshots.js';

const test = suite('Raft paper: members, snapshots, clients');

// ------------------------------------------------------------ 6

test('6: a server uses the latest configuration in its log, committed or not', () => {
  const network = led();
  network.loses = ({ kind }) => kind === 'appendResponse';
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  restart(network, 2);
  assert.equal(configurationAt(network, 2), [[1, 2, 3], [4]]);
  isolate(network, 1);
  elect(network, 2);
  assert.equal(configurationAt(network, 2), [[1, 2, 3], [4]]);
  assert.is(stateOf(network, 2).peers.find(({ member }) => member.id === 4)?.voter, false);
});

test('6: a new server first learns, and counts for no majority', () => {
  const network = led();
  addBlank(network, 4);
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  isolate(network, 2, 3);
  const before = stateOf(network, 1).commitIndex;
  proposeAndSettle(network, 1, 'a');
  assert.is(stateOf(network, 1).commitIndex, before);
  assert.equal(stateOf(network, 4).log.runs.length > 0, true, 'but it gets the entries');
});

test('6: a leader that is removed does not count itself, leads until that is committed, and steps down', () => {
  const network = led();
  isolate(network, 2, 3);
  turn(network, 1, { kind: 'changeMembership', id: 77, change: { kind: 'remove', member: memberOf(1) } });
  settle(network);
  assert.is(stateOf(network, 1).role, 'leader');
  isolate(network, 3);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'heartbeat');
  assert.is(stateOf(network, 1).role, 'leader', 'one of two remaining voters is no majority');
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.is(nodeOf(network, 1).answers.find(({ id }) => id === 77)?.refused, null);
  assert.is(nodeOf(network, 1).leadership?.role, 'learner');
  const leaders = [2, 3].filter((id) => stateOf(network, id).role === 'leader');
  assert.is(leaders.length, 1);
  proposeAndSettle(network, leaders[0] ?? 0, 'on');
  assert.equal(appliedTexts(network, 2), ['on']);
});

test('6: who believes in a leader disregards vote requests, terms included', () => {
  const network = led();
  const request = voteRequest(2, 3, { term: 7, lastLogIndex: 9, lastLogTerm: 6 });
  deliver(network, request);
  assert.is(stateOf(network, 3).term, 1);
  fire(network, 3, 'leaderLease');
  deliver(network, request);
  assert.is(stateOf(network, 3).term, 7);
  assert.equal(stateOf(network, 3).vote, memberOf(2));
});

test('6: majorities before and after a change overlap, since one member changes at a time', () => {
  const network = led();
  isolate(network, 1);
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(2) }), undefined);
  assert.is(change(network, 1, { kind: 'remove', member: memberOf(3) }), 'changeInProgress');
});

// ------------------------------------------------------------ 7

test('7: a snapshot stands for the log up to its index, and keeps the last term and the configuration', () => {
  const network = led([1, 2, 3], limits);
  addBlank(network, 4);
  change(network, 1, { kind: 'addLearner', member: memberOf(4) });
  proposeAndSettle(network, 1, 'a', 'b');
  turn(network, 1, { kind: 'snapshotDurable', index: 3 });
  fireAndSettle(network, 1, 'heartbeat');
  const { snapshot, log } = stateOf(network, 1);
  assert.equal([snapshot.index, snapshot.term], [3, 1]);
  assert.equal(snapshot.configuration.learners, [memberOf(4)]);
  assert.ok(log.baseIndex <= 3);
  propose(network, 1, 'c');
  settle(network);
  assert.equal(appliedTexts(network, 2).slice(-2), ['a', 'b']);
});

test('7: each server takes snapshots by itself, of what is committed alone', () => {
  const network = led([1, 2, 3], limits);
  proposeAndSettle(network, 1, 'a', 'b');
  turn(network, 2, { kind: 'snapshotDurable', index: 3 });
  assert.equal(
    [1, 2, 3].map((id) => raftStatus(stateOf(network, id)).snapshotIndex),
    [0, 3, 0],
  );
  propose(network, 1, 'c');
  assert.throws(() => turn(network, 1, { kind: 'snapshotDurable', index: 4 }), /beyond what was handed over/);
});

test('7: a leader that has dropped the next entry of a follower sends its snapshot, in pieces and in order', () => {
  const network = withLaggard();
  heal(network);
  heartbeats(network, 3);
  assert.equal(
    nodeOf(network, 3).snapshotWrites.map(({ offset, done }) => [offset, done]),
    [
      [0, false],
      [4, false],
      [8, true],
    ],
  );
  restored(network, 3);
  assert.is(raftStatus(stateOf(network, 3)).snapshotIndex, 4);
});

test('7: a snapshot with news for its receiver replaces the whole log', () => {
  const network = withLaggard();
  isolate(network, 3);
  deliver(network, append({ previousIndex: 1, previousTerm: 1, runs: [runOf(2, 1, 'x')] }));
  network.queue = [];
  deliver(network, chunk({ snapshot: { ...chunk().snapshot, index: 9 }, done: true }));
  restored(network, 3);
  const { log, commitIndex } = stateOf(network, 3);
  assert.equal([log.baseIndex, lastLogIndex(log), commitIndex], [9, 9, 9]);
});

test('7: a snapshot of what the log begins with leaves what follows', () => {
  const network = createNetwork([1, 2, 3], limits);
  deliver(network, append({ runs: [runOf(1, 1, 'a', 'b', 'c', 'd', 'e', 'f')] }));
  deliver(network, chunk({ done: true }));
  const { log, commitIndex } = stateOf(network, 3);
  assert.equal([lastLogIndex(log), commitIndex], [6, 4]);
  assert.equal(appliedTexts(network, 3), ['a', 'b', 'c', 'd']);
});

// ------------------------------------------------------------ 8

test('8: a new leader commits an entry without content first, and knows then what is committed', () => {
  const network = createNetwork([1, 2, 3]);
  elect(network, 2);
  assert.equal([...nodeOf(network, 2).applied.values()], ['<0>']);
  assert.is(nodeOf(network, 2).leadership?.committedInTerm, true);
});

test('8: who is no leader takes no command, and tells who leads', () => {
  const network = led();
  propose(network, 2, 'a');
  assert.is(lastLogIndex(stateOf(network, 2).log), 1);
  assert.equal([nodeOf(network, 2).leadership?.admission, nodeOf(network, 2).leadership?.leader], [null, 1]);
});

test('8: a leader answers a read only after a majority has heard it since', () => {
  const network = led([1, 2, 3, 4, 5]);
  isolate(network, 3, 4, 5);
  turn(network, 1, { kind: 'read', id: 1 });
  settle(network);
  assert.equal(nodeOf(network, 1).reads, []);
  isolate(network, 4, 5);
  fireAndSettle(network, 1, 'heartbeat');
  assert.equal(nodeOf(network, 1).reads, [{ id: 1, index: 1 }]);
});

test('8: a leader that was replaced answers no read', () => {
  const network = led();
  isolate(network, 1);
  elect(network, 2);
  proposeAndSettle(network, 2, 'newer');
  turn(network, 1, { kind: 'read', id: 1 });
  settle(network);
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  assert.equal(nodeOf(network, 1).reads, [{ id: 1, index: null }]);
});

test.run();
