/**
 * How much of the log stays behind a snapshot (thesis 5.1.3): some entries for those a little behind, and, at a leader,
 * all that a follower on its way still needs, or one that has just received a snapshot would at once need the next.
 */
import { payloadBytes } from './entries.js';
import { compactLog } from './log.js';
import { isReachable, type Progress } from './progress.js';
import type { RaftState } from './state.js';

/** What storage has not got yet stays in any case. */
export function compactBehindSnapshot(state: RaftState): void {
  const { snapshot, limits, persistence, log } = state;
  const wanted = Math.min(snapshot.index - limits.trailingEntries, ...indexesInUse(state));
  const affordable = firstWithin(state, limits.maxRetainedBytes);
  compactLog(log, Math.min(Math.max(wanted, affordable), snapshot.index, persistence.handedIndex));
}

/** Each reachable follower goes on after this index. */
function indexesInUse({ role, peers }: RaftState): number[] {
  const continuesAfter = (peer: Progress): number => peer.transfer?.snapshot.index ?? peer.matchIndex;
  return role === 'leader' ? peers.filter(isReachable).map(continuesAfter) : [];
}

/** Entries after this index and up to the snapshot take no more than `bytes`. */
function firstWithin({ log, snapshot }: RaftState, bytes: number): number {
  let left = bytes;
  for (const run of log.runs.toReversed()) {
    if (run.firstIndex > snapshot.index) continue;
    left -= payloadBytes(run);
    if (left < 0) return run.firstIndex + run.count - 1;
  }
  return 0;
}
