/**
 * What must hold within one turn of one node, whatever the others do: nothing is said before it is synced (thesis 3.8),
 * terms and the commit index only grow, a vote is given once a term, a leader never changes its own log.
 */
import { sameMember } from '../../src/raft/configuration.js';
import { lastIndexOf, type EntryRun } from '../../src/raft/entries.js';
import { lastLogIndex, termAt } from '../../src/raft/log.js';
import type { RaftMessage } from '../../src/raft/messages.js';
import type { Persist } from '../../src/raft/ready.js';
import type { RaftState } from '../../src/raft/state.js';
import { demand } from '../../src/simulation/checks/violation.js';
import {
  lastSyncedIndex,
  lastWrittenIndex,
  syncedTerm,
  syncedVote,
  writtenTermAt,
  type Disk,
} from '../../src/simulation/disk.js';

/**
 * `cluster`: what one turn does is not checked, so that a defect is found only by the harm it does to the cluster as a
 * whole.
 */
export type Checks = 'all' | 'cluster';

export function checkSent(state: RaftState, disk: Disk, message: RaftMessage): void {
  const { kind, term } = message;
  if (kind === 'requestPreVote' || kind === 'preVoteResponse') return;
  demand(
    term <= syncedTerm(disk),
    'persist before send',
    () => `${kind} of term ${term} leaves while term ${syncedTerm(disk)} is synced`,
  );
  const isVote = kind === 'requestVote' || (kind === 'voteResponse' && message.granted);
  const candidate = kind === 'requestVote' ? message.from : message.to;
  demand(
    !isVote || syncedTerm(disk) > term || sameMember(syncedVote(disk), candidate),
    'persist before send',
    () => `a vote of term ${term} leaves before it is synced`,
  );
  const proven = lastSyncedIndex(disk);
  const acknowledged = acknowledgedBy(message);
  demand(
    acknowledged <= Math.max(proven, disk.snapshot.description.index),
    'persist before send',
    () => `entry ${acknowledged} is acknowledged while entries up to ${proven} are synced`,
  );
  if (kind === 'appendEntries' && message.runs.length > 0) checkOwnEntries(state, message.runs);
}

/** Up to where it says that all is synced. */
function acknowledgedBy(message: RaftMessage): number {
  if (message.kind === 'appendResponse' && message.success) return message.index;
  return message.kind === 'installSnapshotResponse' && message.installed ? message.snapshotIndex : 0;
}

function checkOwnEntries(state: RaftState, runs: readonly EntryRun[]): void {
  for (const run of runs) {
    const last = lastIndexOf(run);
    demand(
      termAt(state.log, last) === run.term,
      'log matching',
      () => `sends entry ${last} of term ${run.term}, which is not its own`,
    );
  }
}

export function checkPersist(disk: Disk, { term, vote }: Persist): void {
  demand(term >= disk.term, 'monotone', () => `term ${term} is written over ${disk.term}`);
  demand(
    term > disk.term || disk.vote === null || sameMember(disk.vote, vote),
    'one vote a term',
    () => `another vote is written in term ${term}`,
  );
}

export function checkApplied(disk: Disk, runs: readonly EntryRun[]): void {
  for (const run of runs) {
    demand(
      lastIndexOf(run) <= lastSyncedIndex(disk),
      'persist before send',
      () => `entry ${lastIndexOf(run)} is applied while entries up to ${lastSyncedIndex(disk)} are synced`,
    );
  }
}

/** What was read of the state when the turn began. */
export interface Before {
  readonly term: number;
  readonly commitIndex: number;
  readonly lastIndex: number;
  readonly led: boolean;
}

export function noteBefore(state: RaftState): Before {
  const { term, commitIndex, role, log } = state;
  return { term, commitIndex, lastIndex: lastLogIndex(log), led: role === 'leader' };
}

export function checkGrowth(before: Before, state: RaftState): void {
  const { term, commitIndex, log } = state;
  demand(term >= before.term, 'monotone', () => `the term goes from ${before.term} to ${term}`);
  demand(
    commitIndex >= before.commitIndex,
    'monotone',
    () => `the commit index goes from ${before.commitIndex} to ${commitIndex}`,
  );
  demand(
    !before.led || term > before.term || lastLogIndex(log) >= before.lastIndex,
    'leader append-only',
    () => `the log of a leader ends at ${lastLogIndex(log)}, after ${before.lastIndex}`,
  );
}

/** Between two turns all is synced: what the core holds in memory is what its disk holds. */
export function checkAtRest(state: RaftState, disk: Disk): void {
  const { term, vote, log } = state;
  const last = lastLogIndex(log);
  const same = syncedTerm(disk) === term && sameMember(syncedVote(disk), vote) && lastWrittenIndex(disk) === last;
  demand(
    same && writtenTermAt(disk, last) === termAt(log, last),
    'persist before send',
    () =>
      `term ${term} and entries up to ${last} are held, ` +
      `term ${syncedTerm(disk)} and entries up to ${lastWrittenIndex(disk)} are on disk`,
  );
}
