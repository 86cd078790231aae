/**
 * Known ways to get Raft wrong, each a change of the compiled core, with the scenario in which exploration has to find
 * it. `text` occurs exactly once in `file` as `tsc` emits it.
 */
import { answersBeforeSync } from '../support/turn-order-defect.js';

export interface PlantedDefect {
  readonly name: string;
  /** In `src/raft`, without `.js`. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  readonly scenario: string;
}

export const PLANTED_DEFECTS: readonly PlantedDefect[] = [
  {
    name: 'an entry of an older term is committed by counting replicas (figure 8)',
    file: 'leader',
    text: 'index > state.commitIndex && termAt(state.log, index) === state.term',
    replacement: 'index > state.commitIndex',
    scenario: 'figure 8',
  },
  {
    name: 'term and vote are not written',
    file: 'take-ready',
    text: 'return persistence.term !== term || !sameMember(persistence.vote, vote);',
    replacement: 'return false;',
    scenario: 'split vote',
  },
  {
    name: 'the vote alone is not written',
    file: 'take-ready',
    text: 'return persistence.term !== term || !sameMember(persistence.vote, vote);',
    replacement: 'return persistence.term !== term;',
    scenario: 'split vote',
  },
  {
    name: 'a candidate that steps down in its term forgets its vote',
    file: 'role-change',
    text: 'if (newTerm)\n        enterTerm(state, term, null);',
    replacement: 'enterTerm(state, term, null);',
    scenario: 'split vote',
  },
  {
    name: 'answers leave before the write is synced',
    file: 'turn',
    ...answersBeforeSync,
    scenario: 'first election',
  },
  {
    name: 'entries are acknowledged before they are synced',
    file: 'take-ready',
    text: 'return hasUnsyncedTerm(state) || (message.success && message.index > state.persistence.index);',
    replacement: 'return hasUnsyncedTerm(state);',
    scenario: 'first election',
  },
  {
    name: 'a leader counts its own unsynced entries',
    file: 'leader',
    text: 'matched.push(state.persistence.index);',
    replacement: 'matched.push(lastLogIndex(state.log));',
    scenario: 'alone',
  },
  {
    name: 'a majority is one too few',
    file: 'quorum',
    text: 'Math.floor(voters / 2) + 1',
    replacement: 'Math.floor(voters / 2)',
    scenario: 'first election',
  },
  {
    name: 'a follower commits beyond what the append has verified',
    file: 'follower',
    text: 'commitTo(state, Math.min(append.commitIndex, verified));',
    replacement: 'commitTo(state, Math.min(append.commitIndex, lastLogIndex(state.log)));',
    scenario: 'diverged logs',
  },
  {
    name: 'the longer log wins an election, whatever its last term',
    file: 'vote',
    text: `    if (request.lastLogTerm !== term)
        return request.lastLogTerm > term;`,
    replacement: '',
    scenario: 'lost lead',
  },
  {
    name: 'a late append truncates what came after it',
    file: 'follower',
    text: 'const conflict = firstConflict(state.log, run);',
    replacement: `const behind = lastIndexOf(run) < lastLogIndex(state.log) ? lastIndexOf(run) + 1 : null;
    const conflict = firstConflict(state.log, run) ?? behind;`,
    scenario: 'replication',
  },
  {
    name: 'an acknowledgement covers what was sent, not what was acknowledged',
    file: 'replication',
    text: 'noteMatch(peer, response.index, state.log.baseIndex);',
    replacement: 'noteMatch(peer, Math.max(response.index, peer.nextIndex - 1), state.log.baseIndex);',
    scenario: 'replication',
  },
  {
    name: 'a new leader confirms reads before it has committed in its term',
    file: 'read-index',
    text: 'reads.waiting.length === 0 || !hasCommittedInTerm(state)',
    replacement: 'reads.waiting.length === 0',
    scenario: 'reads',
  },
  {
    name: 'a read is confirmed without a quorum',
    file: 'read-index',
    text: 'peer.ackedRound >= round',
    replacement: 'peer.ackedRound >= round - 1',
    scenario: 'reads',
  },
  {
    name: 'members change before a commit in the term',
    file: 'membership',
    text: 'if (pending || !hasCommittedInTerm(state) || ',
    replacement: 'if (pending || ',
    scenario: 'two changes',
  },
  {
    name: 'a removed leader counts itself in the quorum',
    file: 'leader',
    text: 'if (isVoter(state))\n        matched.push',
    replacement: 'matched.push',
    scenario: 'removal',
  },
];
