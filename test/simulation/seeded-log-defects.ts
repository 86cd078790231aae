/** Known ways to get the log, commit and snapshots wrong, each as a change of the compiled core. */
import type { SeededDefect } from './seeded-defect.js';

export const LOG_DEFECTS: readonly SeededDefect[] = [
  {
    row: 1,
    name: 'entries of an older term are committed by counting replicas (paper figure 8)',
    file: 'raft/leader',
    text: 'if (index > state.commitIndex && termAt(state.log, index) === state.term)',
    replacement: 'if (index > state.commitIndex)',
  },
  {
    row: 9,
    name: 'a late append truncates what came after it',
    file: 'raft/follower',
    text: 'const conflict = firstConflict(state.log, run);',
    replacement: `const behind = lastIndexOf(run) < lastLogIndex(state.log) ? lastIndexOf(run) + 1 : null;
    const conflict = firstConflict(state.log, run) ?? behind;`,
  },
  {
    row: 10,
    name: 'a follower commits entries that the append has not verified',
    file: 'raft/follower',
    text: 'commitTo(state, Math.min(append.commitIndex, verified));',
    replacement: 'commitTo(state, Math.min(append.commitIndex, lastLogIndex(state.log)));',
  },
  {
    row: 11,
    name: 'the commit index follows a leader that knows less',
    file: 'raft/log-writing',
    text: 'state.commitIndex = Math.max(state.commitIndex, index);',
    replacement: 'state.commitIndex = index;',
  },
  {
    row: 12,
    name: 'a late acknowledgement lowers what a member is known to hold',
    file: 'raft/progress',
    text: 'progress.matchIndex = Math.max(progress.matchIndex, index);',
    replacement: 'progress.matchIndex = index;',
  },
  {
    row: 13,
    name: 'an acknowledgement covers what was sent rather than what was acknowledged',
    file: 'raft/replication',
    text: 'noteMatch(peer, response.index, state.log.baseIndex);',
    replacement: 'noteMatch(peer, Math.max(response.index, peer.nextIndex - 1), state.log.baseIndex);',
  },
  {
    row: 14,
    name: 'what is sent next may lie before what is known to match',
    file: 'raft/progress',
    text: 'progress.nextIndex = Math.max(nextIndex, progress.matchIndex + 1);',
    replacement: 'progress.nextIndex = nextIndex;',
  },
  {
    row: 15,
    name: 'a refusal does not say how far to go back',
    file: 'raft/follower',
    text: 'const hint = lastPlaceNotAbove(state.log, append.previousIndex, append.previousTerm);',
    replacement: 'const hint = { index: append.previousIndex, term: append.previousTerm };',
  },
  {
    row: 15,
    name: 'a leader goes back one entry at a time',
    file: 'raft/replication',
    text: `function continueAfter(state, { hintIndex, hintTerm }) {
`,
    replacement: `function continueAfter(state, { hintIndex, hintTerm, index }) {
    if (index > 0)
        return index;
`,
    detector: 'stability',
  },
  {
    row: 16,
    name: 'what was compacted is taken for a conflict',
    file: 'raft/follower',
    text: '    const behindCommit = append.previousIndex < state.commitIndex;\n',
    replacement: `    if (append.previousIndex < state.log.baseIndex)
        truncateOwnLog(state, state.log.baseIndex + 1);
    const behindCommit = append.previousIndex < state.commitIndex;
`,
  },
  {
    row: 17,
    name: 'entries that a snapshot covers are appended again behind it',
    file: 'raft/follower',
    text: `    if (lastIndexOf(run) > last)
        appendToLog(state, sliceRun(run, last + 1, lastIndexOf(run)));
`,
    replacement: `    if (lastIndexOf(run) > last || run.firstIndex <= state.snapshot.index)
        appendToLog(state, { ...run, firstIndex: last + 1 });
`,
  },
  {
    row: 18,
    name: 'a snapshot brings back the term it was taken in',
    file: 'raft/snapshot-receiving',
    text: `    state.applying.appliedIndex = index;
`,
    replacement: `    state.applying.appliedIndex = index;
    state.term = term;
`,
  },
  {
    row: 19,
    name: 'what a restored snapshot covers is applied again',
    file: 'raft/snapshot-receiving',
    text: '    state.applying.handedIndex = index;\n',
    replacement: '',
  },
  {
    row: 21,
    name: 'the log is compacted beyond the snapshot',
    file: 'raft/compaction',
    text: 'compactLog(log, Math.min(Math.max(wanted, affordable), snapshot.index, persistence.handedIndex));',
    replacement: 'compactLog(log, Math.min(state.applying.handedIndex, persistence.handedIndex));',
  },
  {
    row: 41,
    name: 'entries are acknowledged before they are synced',
    file: 'raft/take-ready',
    text: 'return hasUnsyncedTerm(state) || (message.success && message.index > state.persistence.index);',
    replacement: 'return hasUnsyncedTerm(state);',
  },
  {
    row: 41,
    name: 'a leader counts its own unsynced entries',
    file: 'raft/leader',
    text: 'matched.push(state.persistence.index);',
    replacement: 'matched.push(lastLogIndex(state.log));',
  },
  {
    row: 42,
    name: 'a late completion proves entries that were truncated (ABA)',
    file: 'raft/log-writing',
    text: 'persistence.index = Math.min(persistence.index, provenIndex);',
    replacement: '',
  },
  {
    row: 57,
    name: 'entries are applied before they are committed',
    file: 'raft/take-ready',
    text: 'applying.handedIndex : Math.min(commitIndex, persistence.index);',
    replacement: 'applying.handedIndex : persistence.index;',
  },
  {
    row: 59,
    name: 'a snapshot names the term in which it was taken',
    file: 'raft/snapshot-receiving',
    text: `const term = termAt(state.log, index);
    assert(term !== null`,
    replacement: `const { term } = state;
    assert(term !== null`,
  },
  {
    row: 65,
    name: 'the bytes of truncated entries are used again',
    file: 'raft/log',
    text: `    log.runs.length = position;
`,
    replacement: `    log.runs.length = position;
    run.data.fill(0, run.count * 4);
`,
  },
];
