/**
 * The log in memory: runs of packed entries behind a base whose term is known (paper 5.3, 7). Never an object an entry.
 * It knows nothing of commit or stable storage.
 */
import type { EntryRun } from './entries.js';

export interface RaftLog {
  /** The entry just before the first one held; index 0, term 0 is the empty log. */
  baseIndex: number;
  baseTerm: number;
  /** Consecutive, from `baseIndex + 1`. */
  runs: EntryRun[];
}
