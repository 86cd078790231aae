/** A leader's transfer of a snapshot (paper 7): chunk by chunk, through losses, doubles and broken connections. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { raftStatus } from '../../src/raft/status.js';
import {
  appliedTexts,
  deliver,
  fireAndSettle,
  heal,
  memberOf,
  nodeOf,
  proposeAndSettle,
  settle,
  stateOf,
  turn,
  type Network,
} from './support/network.js';
import { withLaggard, answerRead, transferAll, heartbeats, restored, chunk } from './support/snapshots.js';

const test = suite('snapshot sending');

test('a follower whose next entry is compacted gets the snapshot in chunks, then the entries behind it', () => {
  const network = withLaggard();
  proposeAndSettle(network, 1, 'd');
  heal(network);
  heartbeats(network, 3);
  const writes = nodeOf(network, 3).snapshotWrites.map(({ offset, bytes, done }) => [offset, bytes.length, done]);
  assert.equal(writes, [
    [0, 4, false],
    [4, 4, false],
    [8, 2, true],
  ]);
  restored(network, 3);
  assert.equal(appliedTexts(network, 3), ['d']);
  const { appliedIndex: _, snapshotIndex, commitIndex } = raftStatus(stateOf(network, 3));
  assert.equal([snapshotIndex, commitIndex], [4, 5]);
  proposeAndSettle(network, 1, 'e');
  assert.equal(appliedTexts(network, 3), ['d', 'e']);
});

test('a lost chunk or answer is made good by heartbeats, without doubling a chunk', () => {
  for (const lost of ['installSnapshot', 'installSnapshotResponse']) {
    const network = withLaggard();
    let losses = 2;
    network.loses = ({ kind }) => kind === lost && losses-- > 0;
    heartbeats(network, 8);
    const offsets = nodeOf(network, 3).snapshotWrites.map(({ offset }) => offset);
    assert.equal(offsets, [0, 4, 8], lost);
  }
});

test('after a broken connection the transfer goes on where it was', () => {
  const network = withLaggard();
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'heartbeat');
  answerRead(network, 1);
  settle(network);
  turn(network, 1, { kind: 'peerDown', member: memberOf(3) });
  nodeOf(network, 1).snapshotReads.length = 0;
  turn(network, 1, { kind: 'peerUp', member: memberOf(3) });
  transferAll(network);
  assert.equal(
    nodeOf(network, 3).snapshotWrites.map(({ offset }) => offset),
    [0, 4, 8],
  );
});

test('a snapshot that the shell has replaced by a later one begins anew', () => {
  const network = withLaggard();
  heal(network);
  fireAndSettle(network, 1, 'heartbeat');
  fireAndSettle(network, 1, 'heartbeat');
  answerRead(network, 1);
  settle(network);
  proposeAndSettle(network, 1, 'd');
  turn(network, 1, { kind: 'snapshotDurable', index: 5 });
  const read = must(nodeOf(network, 1).snapshotReads.shift(), 'a read');
  const answer = {
    kind: 'snapshotChunk',
    to: read.to,
    index: 5,
    offset: 4,
    bytes: new Uint8Array(4),
    done: true,
  } as const;
  turn(network, 1, answer);
  transferAll(network);
  const writes = nodeOf(network, 3).snapshotWrites.map(({ snapshot, offset }) => [snapshot.index, offset]);
  assert.equal(writes, [
    [4, 0],
    [5, 0],
    [5, 4],
    [5, 8],
  ]);
});

test('a doubled chunk is written once, a doubled answer asks for one chunk', () => {
  const network = withLaggard();
  for (let count = 0; count < 2; count += 1) deliver(network, chunk());
  assert.is(nodeOf(network, 3).snapshotWrites.length, 1);
  heal(network);
  for (let count = 0; count < 3; count += 1) fireAndSettle(network, 1, 'heartbeat');
  const answer = { kind: 'installSnapshotResponse', to: memberOf(1), from: memberOf(3), term: 1 } as const;
  for (let count = 0; count < 2; count += 1)
    deliver(network, { ...answer, snapshotIndex: 4, offset: 4, installed: false });
  answerRead(network, 1);
  deliver(network, { ...answer, snapshotIndex: 4, offset: 4, installed: false });
  assert.is(nodeOf(network, 1).snapshotReads.length, 0);
});

test('an acknowledgement that comes late does not end a transfer that is still needed', () => {
  const network = withLaggard();
  heal(network);
  for (let count = 0; count < 2; count += 1) fireAndSettle(network, 1, 'heartbeat');
  const header = { kind: 'appendResponse', to: memberOf(1), from: memberOf(3), term: 1 } as const;
  deliver(network, { ...header, success: true, index: 2, hintIndex: 0, hintTerm: 0 });
  const peer = must(stateOf(network, 1).peers[1], 'node 3');
  assert.equal([peer.state, peer.matchIndex, peer.nextIndex], ['snapshot', 2, 3]);
});

/** The leader has asked its shell for the first bytes. */
function reading(): Network {
  const network = withLaggard();
  heal(network);
  for (let count = 0; count < 2; count += 1) fireAndSettle(network, 1, 'heartbeat');
  assert.is(nodeOf(network, 1).snapshotReads.length, 1);
  return network;
}

function chunksOnTheirWay(network: Network): number {
  return network.queue.filter(({ kind }) => kind === 'installSnapshot').length;
}

test('while a transfer goes on a heartbeat asks nothing; where it stands still it asks for the place', () => {
  const network = reading();
  answerRead(network, 1);
  settle(network);
  answerRead(network, 1);
  network.queue = [];
  const beat = { kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(3), term: 1, round: 0 } as const;
  deliver(network, beat);
  assert.is(chunksOnTheirWay(network), 0, 'it has answered since the heartbeat before');
  deliver(network, beat);
  assert.is(chunksOnTheirWay(network), 1);
  assert.is(stateOf(network, 1).peers[1]?.transfer?.phase, 'polling');
});

test('an answer about another snapshot moves nothing', () => {
  const network = reading();
  answerRead(network, 1);
  const header = { kind: 'installSnapshotResponse', to: memberOf(1), from: memberOf(3), term: 1 } as const;
  deliver(network, { ...header, snapshotIndex: 3, offset: 8, installed: false });
  assert.equal(nodeOf(network, 1).snapshotReads, []);
  assert.is(stateOf(network, 1).peers[1]?.transfer?.offset, 0);
});

test('bytes that come when this node leads no more, or of a snapshot that it does not know yet, are not sent', () => {
  const late = {
    kind: 'snapshotChunk',
    to: memberOf(3),
    index: 4,
    offset: 0,
    bytes: new Uint8Array(4),
    done: false,
  } as const;
  const network = reading();
  turn(network, 1, { ...late, index: 9 });
  assert.is(chunksOnTheirWay(network), 0);
  const deposed = reading();
  deliver(deposed, { kind: 'heartbeatResponse', to: memberOf(1), from: memberOf(2), term: 2, round: 0 });
  assert.equal(turn(deposed, 1, late), []);
});

test.run();
