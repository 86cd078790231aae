/** Known ways to get membership, snapshots of it, and reads wrong, each as a change of the compiled core. */
import type { SeededDefect } from './seeded-defect.js';

export const MEMBERSHIP_DEFECTS: readonly SeededDefect[] = [
  {
    row: 20,
    name: 'a failed restore is taken for a restored snapshot',
    file: 'raft/snapshot-receiving',
    text: 'if (ok)\n        install(state, receiving.snapshot);',
    replacement: 'install(state, receiving.snapshot);',
  },
  {
    row: 22,
    name: 'a snapshot names an older configuration',
    file: 'raft/snapshot-receiving',
    text: 'takeSnapshot(state, { index, term, configuration: configurationAt(state.configurations, index) });',
    replacement: 'takeSnapshot(state, { index, term, configuration: state.snapshot.configuration });',
  },
  {
    row: 23,
    name: 'members change before a commit in the term (found in 2015)',
    file: 'raft/membership',
    text: 'if (pending || !hasCommittedInTerm(state) || ',
    replacement: 'if (pending || ',
  },
  {
    row: 24,
    name: 'a truncated configuration stays in force',
    file: 'raft/log-writing',
    text: 'state.configurations = state.configurations.filter((placed) => placed.index < from);',
    replacement: '',
  },
  {
    row: 24,
    name: 'changes of members in the log are not seen after a restart',
    file: 'raft/state',
    text: `        configurations.push(...configurationsIn(run).filter((placed) => placed.index > snapshot.index));
`,
    replacement: '',
  },
  {
    row: 25,
    name: 'a membership change overlaps the one before',
    file: 'raft/membership',
    text: 'if (pending || !hasCommittedInTerm(state) || ',
    replacement: 'if (!hasCommittedInTerm(state) || ',
  },
  {
    row: 25,
    name: 'a promotion takes all learners with it',
    file: 'raft/membership',
    text: 'return { voters: [...voters, member], learners: withoutMember(learners, member) };',
    replacement: 'return { voters: [...voters, ...learners], learners: [] };',
  },
  {
    row: 26,
    name: 'a leader whose removal is committed leads on',
    file: 'raft/leader',
    text: `    if (!isVoter(state) && latestConfiguration(state.configurations).index <= state.commitIndex)
        leaveCluster(state);
`,
    replacement: '',
  },
  {
    row: 27,
    name: 'a removed leader counts itself in the quorum',
    file: 'raft/leader',
    text: 'if (isVoter(state))\n        matched.push',
    replacement: 'matched.push',
  },
  {
    row: 27,
    name: 'learners count in the quorum that commits',
    file: 'raft/leader',
    text: 'const matched = state.peers.filter((peer) => peer.voter).map((peer) => peer.matchIndex);',
    replacement: 'const matched = state.peers.map((peer) => peer.matchIndex);',
  },
  {
    row: 31,
    name: 'a removed leader that alone has its removal never campaigns (thesis 4.2.2)',
    file: 'raft/candidate',
    text: 'if (!mayCampaign(state)) {',
    replacement: 'if (!isVoter(state)) {',
    nodes: 3,
  },
  {
    row: 36,
    name: 'a new leader confirms reads before it has committed in its term',
    file: 'raft/read-index',
    text: 'reads.waiting.length === 0 || !hasCommittedInTerm(state)',
    replacement: 'reads.waiting.length === 0',
  },
  {
    row: 37,
    name: 'answers of an earlier round confirm a read',
    file: 'raft/read-index',
    text: 'peer.ackedRound >= round',
    replacement: 'peer.ackedRound >= round - 20',
  },
  {
    row: 37,
    name: 'a read joins a round that has begun',
    file: 'raft/read-index',
    text: 'state.reads.waiting.push(read);',
    replacement: '(state.reads.running?.reads ?? state.reads.waiting).push(read);',
  },
  {
    row: 38,
    name: 'a quorum one short of a majority confirms a read, and leadership',
    file: 'raft/peers',
    text: '>= majorityOf(voters.length)',
    replacement: '>= majorityOf(voters.length) - 1',
  },
  {
    row: 47,
    name: 'a message for a member whose disk was wiped reaches its successor',
    file: 'raft/receive-message',
    text: 'if (!sameMember(message.to, state.self))',
    replacement: 'if (message.to.id !== state.self.id)',
    nodes: 3,
  },
];
