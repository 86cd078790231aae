/** Snapshot transfers on a test network: ten bytes in chunks of four. */
import { assert, must } from '../../../src/assert.js';
import type { InstallSnapshot, RaftMessage } from '../../../src/raft/messages.js';
import {
  configurationOf,
  createNetwork,
  elect,
  fireAndSettle,
  isolate,
  memberOf,
  nodeOf,
  proposeAndSettle,
  settle,
  turn,
  type Network,
} from './network.js';

const SNAPSHOT_BYTES = 10;
export const limits = { trailingEntries: 0, maxRetainedBytes: 0, snapshotChunkBytes: 4 };

/** Node 1 leads and has compacted what node 3 lacks. */
export function withLaggard(): Network {
  const network = createNetwork([1, 2, 3], limits);
  elect(network, 1);
  isolate(network, 3);
  for (const text of ['a', 'b', 'c']) proposeAndSettle(network, 1, text);
  turn(network, 1, { kind: 'snapshotDurable', index: 4 });
  return network;
}

/** Performs one read of a chunk at the leader, if one is asked for. */
export function answerRead(network: Network, id: number): boolean {
  const read = nodeOf(network, id).snapshotReads.shift();
  if (read === undefined) return false;
  const bytes = new Uint8Array(Math.max(0, Math.min(read.length, SNAPSHOT_BYTES - read.offset))).fill(read.offset);
  const { to, index, offset } = read;
  turn(network, id, { kind: 'snapshotChunk', to, index, offset, bytes, done: offset + bytes.length >= SNAPSHOT_BYTES });
  return true;
}

export function transferAll(network: Network): void {
  do settle(network);
  while (answerRead(network, 1));
}

export function heartbeats(network: Network, count: number): void {
  for (let each = 0; each < count; each += 1) {
    fireAndSettle(network, 1, 'heartbeat');
    transferAll(network);
  }
}

/** The state machine of a node restores what it has been given. */
export function restored(network: Network, id: number, ok = true): void {
  const write = must(nodeOf(network, id).snapshotWrites.at(-1), 'a write');
  assert(write.done, 'the last chunk');
  nodeOf(network, id).applied.clear();
  turn(network, id, { kind: 'snapshotRestored', index: write.snapshot.index, ok });
  settle(network);
}

export function chunk(overrides: Partial<InstallSnapshot> = {}): InstallSnapshot {
  const configuration = configurationOf([1, 2, 3]);
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

export function lastAnswer(network: Network): RaftMessage {
  return must(network.queue.pop(), 'an answer');
}
