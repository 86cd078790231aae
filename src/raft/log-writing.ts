/**
 * Changes of a node's own log, with what hangs on them: the configuration in force (thesis 4.1) and what storage
 * still has to be told. The only file besides snapshot installation that changes the log's end.
 */
import { assert } from '../assert.js';
import { configurationsIn } from './configuration.js';
import type { EntryRun } from './entries.js';
import { appendRun, lastLogIndex, truncateLog } from './log.js';
import { currentConfiguration } from './peers.js';
import { progressOfMembers } from './progress.js';
import type { RaftState } from './state.js';

export function appendToLog(state: RaftState, run: EntryRun): void {
  appendRun(state.log, run);
  const configurations = configurationsIn(run);
  if (configurations.length === 0) return;
  state.configurations.push(...configurations);
  refreshPeers(state);
}

/** Makes `peers` follow the configuration in force. */
export function refreshPeers(state: RaftState): void {
  state.peers = progressOfMembers(currentConfiguration(state), state.self, state.peers);
}

/** Drops the entries from `from` on; none of them is committed. */
export function truncateOwnLog(state: RaftState, from: number): void {
  assert(state.role !== 'leader', 'a leader never changes its log (paper 5.3)');
  assert(from > state.commitIndex, `truncate from ${from}, commit ${state.commitIndex}`);
  truncateLog(state.log, from);
  voidPersisted(state, from, from - 1);
  const count = state.configurations.length;
  state.configurations = state.configurations.filter((placed) => placed.index < from);
  assert(state.configurations.length > 0, 'a configuration remains');
  if (state.configurations.length < count) refreshPeers(state);
}

/** What storage holds from `from` on is void; what it has proven reaches no further than `provenIndex`. */
export function voidPersisted(state: RaftState, from: number, provenIndex: number): void {
  const { persistence } = state;
  if (persistence.handedIndex >= from) {
    persistence.truncateFrom = Math.min(persistence.truncateFrom ?? from, from);
  }
  persistence.handedIndex = Math.min(persistence.handedIndex, from - 1);
  persistence.index = Math.min(persistence.index, provenIndex);
  // A write that completes later was of entries that are gone: it proves only those before them.
  if (persistence.pending !== null) persistence.pending.index = Math.min(persistence.pending.index, provenIndex);
}

/** The commit index never falls. */
export function commitTo(state: RaftState, index: number): void {
  assert(index <= lastLogIndex(state.log), `commit ${index} beyond the log's end ${lastLogIndex(state.log)}`);
  state.commitIndex = Math.max(state.commitIndex, index);
}
