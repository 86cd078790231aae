/** Compaction and the transfer of snapshots (paper 7). */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { lastLogIndex } from '../../src/raft/log.js';
import type { InstallSnapshot, RaftMessage } from '../../src/raft/messages.js';
import { raftStatus } from '../../src/raft/status.js';
import { must } from '../../src/assert.js';
import {
  appliedTexts,
  createNetwork,
  deliver,
  elect,
  fireAndSettle,
  heal,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  restart,
  settle,
  stateOf,
  textPayloads,
  turn,
  type Network,
} from './support/network.js';

const test = suite('snapshots');

const SNAPSHOT_BYTES = 10;
const limits = { trailingEntries: 0, snapshotChunkBytes: 4 };

/** Node 1 leads and has compacted what node 3 lacks. */
function withLaggard(): Network {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  isolate(network, 3);
  for (const text of ['a', 'b', 'c']) proposeAndSettle(network, 1, text);
  turn(network, 1, { kind: 'snapshotDurable', index: 4 });
  return network;
}

/** Performs one read of a chunk at the leader, if one is asked for. */
function answerRead(network: Network, id: number): boolean {
  const read = nodeOf(network, id).snapshotReads.shift();
  if (read === undefined) return false;
  const bytes = new Uint8Array(Math.max(0, Math.min(read.length, SNAPSHOT_BYTES - read.offset))).fill(read.offset);
  const { to, index, offset } = read;
  turn(network, id, { kind: 'snapshotChunk', to, index, offset, bytes, total: SNAPSHOT_BYTES });
  return true;
}

function transferAll(network: Network): void {
  do settle(network);
  while (answerRead(network, 1));
}

function heartbeats(network: Network, count: number): void {
  for (let each = 0; each < count; each += 1) {
    fireAndSettle(network, 1, 'heartbeat');
    transferAll(network);
  }
}

/** The state machine of a node restores what it has been given. */
function restored(network: Network, id: number, ok = true): void {
  const write = must(nodeOf(network, id).snapshotWrites.at(-1), 'a write');
  assert.ok(write.done);
  nodeOf(network, id).applied.clear();
  turn(network, id, { kind: 'snapshotRestored', index: write.snapshot.index, ok });
  settle(network);
}

function chunk(overrides: Partial<InstallSnapshot> = {}): InstallSnapshot {
  const configuration = raftStatus({ ...stateOf(createNetwork([1, 2, 3]), 1) }).configuration;
  return {
    kind: 'installSnapshot',
    to: memberOf(3),
    from: memberOf(1),
    term: 1,
    snapshot: { index: 4, term: 1, configuration },
    offset: 0,
    bytes: new Uint8Array(4),
    done: false,
    ...overrides,
  };
}

function lastAnswer(network: Network): RaftMessage {
  return must(network.queue.pop(), 'an answer');
}

test('a follower whose next entry is compacted gets the snapshot in chunks, then the entries behind it', () => {
  const network = withLaggard();
  proposeAndSettle(network, 1, 'd');
  heal(network);
  heartbeats(network, 3);
  const writes = nodeOf(network, 3).snapshotWrites.map(({ offset, bytes, done }) => [offset, bytes.length, done]);
  assert.equal(writes, [[0, 4, false], [4, 4, false], [8, 2, true]]); // prettier-ignore
  restored(network, 3);
  assert.equal(appliedTexts(network, 3), ['d']);
  const { appliedIndex: _, snapshotIndex, commitIndex } = raftStatus(stateOf(network, 3));
  assert.equal([snapshotIndex, commitIndex], [4, 5]);
  proposeAndSettle(network, 1, 'e');
  assert.equal(appliedTexts(network, 3), ['d', 'e']);
});

test('the installed answer leaves after the snapshot is recorded', () => {
  const network = withLaggard();
  heal(network);
  heartbeats(network, 3);
  const effects = turn(network, 3, { kind: 'snapshotRestored', index: 4, ok: true });
  assert.equal(effects.map(({ kind }) => kind), ['persist', 'send']); // prettier-ignore
  const [persist] = effects;
  assert.is(persist?.kind === 'persist' && persist.persist.snapshot?.index, 4);
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
  assert.equal(nodeOf(network, 3).snapshotWrites.map(({ offset }) => offset), [0, 4, 8]); // prettier-ignore
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
    total: 8,
  } as const;
  turn(network, 1, answer);
  transferAll(network);
  const writes = nodeOf(network, 3).snapshotWrites.map(({ snapshot, offset }) => [snapshot.index, offset]);
  assert.equal(writes, [[4, 0], [5, 0], [5, 4], [5, 8]]); // prettier-ignore
});

test('a restore that failed is no restore: the snapshot is fetched again', () => {
  const network = withLaggard();
  heal(network);
  heartbeats(network, 3);
  restored(network, 3, false);
  assert.is(raftStatus(stateOf(network, 3)).snapshotIndex, 0);
  nodeOf(network, 3).snapshotWrites.length = 0;
  transferAll(network);
  assert.equal(nodeOf(network, 3).snapshotWrites.map(({ offset }) => offset), [0, 4, 8]); // prettier-ignore
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

test('a log that does not lead to the snapshot is replaced; one that does keeps what follows', () => {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  isolate(network, 3);
  const header = { kind: 'appendEntries', to: memberOf(3), from: memberOf(1), term: 1 } as const;
  const runs = [{ firstIndex: 2, term: 1, ...textPayloads('x', 'x', 'x', 'x', 'x') }];
  deliver(network, { ...header, previousIndex: 1, previousTerm: 1, runs, commitIndex: 1 });
  const snapshot = { ...chunk().snapshot, term: 2 };
  deliver(network, chunk({ term: 2, from: memberOf(2), snapshot, done: true }));
  restored(network, 3);
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

test.run();
