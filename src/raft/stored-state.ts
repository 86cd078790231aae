/** What a node finds on stable storage when it starts. Type only; who keeps it is the storage's business. */
import type { EntryRun } from './entries.js';
import type { LogPlace } from './log.js';
import type { Member, SnapshotDescription } from './messages.js';

/** A first start has a snapshot at index 0 with the bootstrap configuration; a blank node has an empty one. */
export interface StoredState {
  readonly term: number;
  readonly vote: Member | null;
  /** Covers the log up to its index. */
  readonly snapshot: SnapshotDescription;
  /** The entry just before the first of `entries`: that of the snapshot, or an earlier one (trailing entries). */
  readonly base: LogPlace;
  /** Consecutive from `base.index + 1`, at least up to the snapshot. */
  readonly entries: readonly EntryRun[];
}
