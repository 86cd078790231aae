/** What a leader knows of one member, step by step (paper 5.3, thesis 10.2.1). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  isFreshRefusal,
  isReachable,
  noteMatch,
  noteSent,
  progressOfMembers,
  resetProgress,
  startProbe,
  startSnapshot,
  type Progress,
} from '../../src/raft/progress.js';
import { must } from '../../src/assert.js';
import { configurationOf, memberOf } from './support/network.js';

const test = suite('progress');

const snapshot = { index: 8, term: 1, configuration: configurationOf([1, 2]) };

function progress(overrides: Partial<Progress> = {}): Progress {
  const [fresh] = progressOfMembers(configurationOf([1, 2]), memberOf(1), []);
  return { ...must(fresh, 'a peer'), ...overrides };
}

function replicating(): Progress {
  const peer = progress();
  noteMatch(peer, 3, 0);
  noteSent(peer, 5, 10);
  noteSent(peer, 6, 20);
  return peer;
}

test('of a new member nothing is known but that it may be there', () => {
  const { member: _, ...rest } = progress();
  assert.equal(rest, {
    voter: true,
    connected: true,
    vote: null,
    active: false,
    activeBefore: false,
    state: 'probe',
    matchIndex: 0,
    nextIndex: 1,
    probeSent: false,
    inflight: [],
    inflightBytes: 0,
    progressed: false,
    ackedRound: 0,
    transfer: null,
  });
});

test('who stays is known as before, who comes is new, and voters are told from learners', () => {
  const known = progressOfMembers(configurationOf([1, 2, 3]), memberOf(1), []);
  const peers = progressOfMembers(configurationOf([1, 3], [4, 2]), memberOf(1), known);
  assert.equal(
    peers.map(({ member, voter }) => [member.id, voter]),
    [
      [3, true],
      [4, false],
      [2, false],
    ],
  );
  assert.is(peers[0], known[1]);
  assert.is(peers[2], known[0]);
});

test('a new term forgets all but the connection', () => {
  const peer = Object.assign(replicating(), { connected: false, active: true, vote: true, ackedRound: 4 });
  resetProgress(peer, 9);
  assert.equal(peer, progress({ connected: false, nextIndex: 9 }));
});

test('reachable is who is connected and was heard in one of the last two time-outs', () => {
  const reachable = (connected: boolean, active: boolean, activeBefore: boolean): boolean =>
    isReachable(progress({ connected, active, activeBefore }));
  assert.ok(reachable(true, true, false) && reachable(true, false, true));
  assert.not.ok(reachable(true, false, false) || reachable(false, true, true));
});

test('a match starts the pipeline behind it; what is sent is counted, and taken off as it is acknowledged', () => {
  const peer = replicating();
  assert.equal([peer.state, peer.matchIndex, peer.nextIndex, peer.inflightBytes], ['replicate', 3, 7, 30]);
  noteMatch(peer, 4, 0);
  assert.equal([peer.matchIndex, peer.nextIndex, peer.inflight.length, peer.inflightBytes], [4, 7, 2, 30]);
  noteMatch(peer, 5, 0);
  assert.equal([peer.inflight, peer.inflightBytes], [[{ lastIndex: 6, bytes: 20 }], 20]);
  noteMatch(peer, 2, 0);
  assert.equal([peer.matchIndex, peer.nextIndex, peer.progressed], [5, 7, true], 'a late one changes nothing');
  noteMatch(peer, 9, 0);
  assert.equal([peer.nextIndex, peer.inflight, peer.inflightBytes], [10, [], 0]);
});

test('a probe is not counted, and never goes back behind what matches', () => {
  const peer = replicating();
  startProbe(peer, 2);
  assert.equal([peer.state, peer.nextIndex, peer.inflight, peer.inflightBytes], ['probe', 4, [], 0]);
  noteSent(peer, 9, 10);
  assert.equal([peer.nextIndex, peer.inflight, peer.inflightBytes], [4, [], 0]);
  startProbe(peer, 6);
  assert.is(peer.nextIndex, 6);
});

test('a match before what the leader still holds goes on only by a probe, or by the snapshot on its way', () => {
  const peer = progress();
  noteMatch(peer, 3, 5);
  assert.equal([peer.state, peer.nextIndex], ['probe', 4]);
  noteMatch(peer, 5, 5);
  assert.is(peer.state, 'replicate');

  startSnapshot(peer, snapshot);
  assert.equal(peer.transfer, { snapshot, offset: 0, phase: 'polling' });
  noteMatch(peer, 7, 9);
  assert.is(peer.state, 'snapshot', 'the transfer goes on');
  noteMatch(peer, 8, 9);
  assert.equal([peer.state, peer.nextIndex, peer.transfer], ['probe', 9, null]);
  startSnapshot(peer, snapshot);
  noteMatch(peer, 9, 9);
  assert.equal([peer.state, peer.transfer], ['replicate', null]);
});

test('a refusal is news when it speaks of the probe on its way, or of more than is known to match', () => {
  const peer = progress({ nextIndex: 6 });
  assert.equal(
    [4, 5, 6].map((index) => isFreshRefusal(peer, index)),
    [false, true, false],
  );
  const pipelined = replicating();
  assert.equal(
    [2, 3, 4].map((index) => isFreshRefusal(pipelined, index)),
    [false, false, true],
  );
  startSnapshot(peer, snapshot);
  assert.not.ok(isFreshRefusal(peer, peer.nextIndex - 1));
});

test.run();
