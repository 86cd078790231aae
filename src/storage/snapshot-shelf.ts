/**
 * Where the snapshots of one node's state machine are. Types only. `volatile-snapshots.ts` keeps the latest in memory,
 * `file-snapshots.ts` in a file.
 */
import type { SnapshotDescription } from '../raft/messages.js';
import type { SnapshotRead } from '../raft/ready.js';

/** A captured state, or the chunks of a received one. */
export interface NewSnapshot {
  readonly description: SnapshotDescription;
  /** Slices made as they are asked for. */
  serialize(): Iterable<Uint8Array>;
}

/** What the core's input `snapshotChunk` carries. */
export interface SnapshotPart {
  readonly index: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly done: boolean;
}

export interface SnapshotShelf {
  /** Where the newest snapshot ends; 0 when there is none. */
  readonly index: number;
  /** A slice of work at each step; after the last one it is the newest, durable. Ended early it has done nothing. */
  keep(snapshot: NewSnapshot): Generator<void, void, void>;
  /** Part of the snapshot asked for, or the start of a later one when that is gone. */
  read(read: SnapshotRead): SnapshotPart;
  close(): void;
}
