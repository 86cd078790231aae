/**
 * Known ways to get Raft wrong, each as a change of the compiled core: (what it is, file, exact text, replacement).
 * The text has to occur exactly once in the file as `tsc` emits it, so that the table stays true. Beside each, what
 * the literature calls it.
 */

export interface SeededDefect {
  readonly name: string;
  /** In `src`, without `.js`. */
  readonly file: string;
  readonly text: string;
  readonly replacement: string;
  /** The size of cluster in which it shows soonest; any by default. */
  readonly nodes?: number;
}

export const SEEDED_DEFECTS: readonly SeededDefect[] = [
  {
    name: 'entries of an older term are committed by counting replicas (paper figure 8)',
    file: 'raft/leader',
    text: 'if (index > state.commitIndex && termAt(state.log, index) === state.term)',
    replacement: 'if (index > state.commitIndex)',
  },
  {
    name: 'answers leave before the write is synced (thesis 3.8)',
    file: 'raft/turn',
    text: `    if (ready.persist !== null) {
        yield { kind: 'persist', persist: ready.persist };
        step(state, { kind: 'persisted', sequence: ready.persist.sequence });
    }
    if (ready.sendAfterPersist.length > 0)
        yield { kind: 'send', messages: ready.sendAfterPersist };
`,
    replacement: `    if (ready.sendAfterPersist.length > 0)
        yield { kind: 'send', messages: ready.sendAfterPersist };
    if (ready.persist !== null) {
        yield { kind: 'persist', persist: ready.persist };
        step(state, { kind: 'persisted', sequence: ready.persist.sequence });
    }
`,
  },
  {
    name: 'term and vote are not written (paper figure 2)',
    file: 'raft/take-ready',
    text: 'return persistence.term !== term || !sameMember(persistence.vote, vote);',
    replacement: 'return false;',
  },
  {
    name: 'a candidate that steps down in its term forgets its vote',
    file: 'raft/role-change',
    text: `    if (newTerm)
        enterTerm(state, term, null);`,
    replacement: '    enterTerm(state, term, null);',
  },
  {
    name: 'a vote counts in a later term than it was given in',
    file: 'raft/receive-message',
    text: 'if (message.term < state.term)',
    replacement: "if (message.term < state.term && message.kind !== 'voteResponse')",
  },
  {
    name: 'a doubled vote counts twice',
    file: 'raft/candidate',
    text: 'peer.vote = response.granted;',
    replacement: `const unheard = state.peers.find((each) => each.voter && each.vote === null);
    (peer.vote === true ? (unheard ?? peer) : peer).vote = response.granted;`,
  },
  {
    name: 'the longer log wins an election, whatever its last term',
    file: 'raft/vote',
    text: `    if (request.lastLogTerm !== term)
        return request.lastLogTerm > term;`,
    replacement: '',
  },
  {
    name: 'a late append truncates what came after it',
    file: 'raft/follower',
    text: 'const conflict = firstConflict(state.log, run);',
    replacement: `const behind = lastIndexOf(run) < lastLogIndex(state.log) ? lastIndexOf(run) + 1 : null;
    const conflict = firstConflict(state.log, run) ?? behind;`,
  },
  {
    name: 'a follower commits entries that the append has not verified',
    file: 'raft/follower',
    text: 'commitTo(state, Math.min(append.commitIndex, verified));',
    replacement: 'commitTo(state, Math.min(append.commitIndex, lastLogIndex(state.log)));',
  },
  {
    name: 'the commit index follows a leader that knows less',
    file: 'raft/log-writing',
    text: 'state.commitIndex = Math.max(state.commitIndex, index);',
    replacement: 'state.commitIndex = index;',
  },
  {
    name: 'an acknowledgement covers what was sent rather than what was acknowledged',
    file: 'raft/replication',
    text: 'noteMatch(peer, response.index, state.log.baseIndex);',
    replacement: 'noteMatch(peer, Math.max(response.index, peer.nextIndex - 1), state.log.baseIndex);',
  },
  {
    name: 'entries are acknowledged before they are synced',
    file: 'raft/take-ready',
    text: 'return hasUnsyncedTerm(state) || (message.success && message.index > state.persistence.index);',
    replacement: 'return hasUnsyncedTerm(state);',
  },
  {
    name: 'a leader counts its own unsynced entries',
    file: 'raft/leader',
    text: 'matched.push(state.persistence.index);',
    replacement: 'matched.push(lastLogIndex(state.log));',
  },
  {
    name: 'a late completion proves entries that were truncated (ABA)',
    file: 'raft/log-writing',
    text: 'persistence.index = Math.min(persistence.index, provenIndex);',
    replacement: '',
  },
  {
    name: 'a new leader confirms reads before it has committed in its term',
    file: 'raft/read-index',
    text: 'reads.waiting.length === 0 || !hasCommittedInTerm(state)',
    replacement: 'reads.waiting.length === 0',
  },
  {
    name: 'answers of an earlier round confirm a read',
    file: 'raft/read-index',
    text: 'peer.ackedRound >= round',
    replacement: 'peer.ackedRound >= round - 20',
  },
  {
    name: 'a read joins a round that has begun',
    file: 'raft/read-index',
    text: 'state.reads.waiting.push(read);',
    replacement: '(state.reads.running?.reads ?? state.reads.waiting).push(read);',
  },
  {
    name: 'a quorum one short of a majority confirms a read, and leadership',
    file: 'raft/peers',
    text: '>= majorityOf(voters.length)',
    replacement: '>= majorityOf(voters.length) - 1',
  },
  {
    name: 'a failed restore is taken for a restored snapshot',
    file: 'raft/snapshot-receiving',
    text: 'if (ok)\n        install(state, receiving.snapshot);',
    replacement: 'install(state, receiving.snapshot);',
  },
  {
    name: 'members change before a commit in the term (found in 2015)',
    file: 'raft/membership',
    text: 'if (pending || !hasCommittedInTerm(state) || ',
    replacement: 'if (pending || ',
  },
  {
    name: 'a membership change overlaps the one before',
    file: 'raft/membership',
    text: 'if (pending || !hasCommittedInTerm(state) || ',
    replacement: 'if (!hasCommittedInTerm(state) || ',
  },
  {
    name: 'a removed leader counts itself in the quorum',
    file: 'raft/leader',
    text: 'if (isVoter(state))\n        matched.push',
    replacement: 'matched.push',
  },
  {
    name: 'a truncated configuration stays in force',
    file: 'raft/log-writing',
    text: 'state.configurations = state.configurations.filter((placed) => placed.index < from);',
    replacement: '',
  },
  {
    name: 'a snapshot names an older configuration',
    file: 'raft/snapshot-receiving',
    text: 'takeSnapshot(state, { index, term, configuration: configurationAt(state.configurations, index) });',
    replacement: 'takeSnapshot(state, { index, term, configuration: state.snapshot.configuration });',
  },
  {
    name: 'a message for a member whose disk was wiped reaches its successor',
    file: 'raft/receive-message',
    text: 'if (!sameMember(message.to, state.self))',
    replacement: 'if (message.to.id !== state.self.id)',
    nodes: 3,
  },
  {
    name: 'proposals of a closed admission are taken',
    file: 'raft/leader',
    text: 'if (state.admission === admission && payloads.count > 0)',
    replacement: 'if (state.admission !== null && payloads.count > 0)',
  },
  {
    name: 'a removed leader that alone has its removal never campaigns (thesis 4.2.2)',
    file: 'raft/candidate',
    text: 'if (!mayCampaign(state)) {',
    replacement: 'if (!isVoter(state)) {',
    nodes: 3,
  },
];
