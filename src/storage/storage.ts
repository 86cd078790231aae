/**
 * Where a node's term, vote and log live between its lives. Types only. Files come later; `volatile-storage.ts` keeps nothing,
 * and the simulator has one that can lose what was not synced.
 */
import type { EntryRun } from '../raft/entries.js';
import type { Member, SnapshotDescription } from '../raft/messages.js';
import type { Persist } from '../raft/ready.js';

/** What a node finds when it starts. A first start has a snapshot at index 0 with the bootstrap configuration; a blank node has an empty one. */
export interface StoredState {
  readonly term: number;
  readonly vote: Member | null;
  /** The log begins behind it. */
  readonly snapshot: SnapshotDescription;
  /** Consecutive from `snapshot.index + 1` or earlier (trailing entries). */
  readonly entries: readonly EntryRun[];
}

export interface LogStorage {
  /** One write and one sync. Returns when what the durability mode promises holds; a throw ends the node. */
  persist(persist: Persist): void;
  /** The log before this index may be forgotten. */
  compact(firstIndex: number): void;
  close(): void;
}
