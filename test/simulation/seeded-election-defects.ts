/** Known ways to get elections and terms wrong, each as a change of the compiled core; see `seeded-defect.ts`. */
import { answersBeforeSync } from '../support/turn-order-defect.js';
import type { SeededDefect } from './seeded-defect.js';

export const ELECTION_DEFECTS: readonly SeededDefect[] = [
  {
    row: 2,
    name: 'answers leave before the write is synced (thesis 3.8)',
    file: 'raft/turn',
    ...answersBeforeSync,
  },
  {
    row: 2,
    name: 'term and vote are not written (paper figure 2)',
    file: 'raft/take-ready',
    text: 'return persistence.term !== term || !sameMember(persistence.vote, vote);',
    replacement: 'return false;',
  },
  {
    row: 3,
    name: 'a candidate that steps down in its term forgets its vote',
    file: 'raft/role-change',
    text: `    if (newTerm)
        enterTerm(state, term, null);`,
    replacement: '    enterTerm(state, term, null);',
  },
  {
    row: 4,
    name: 'a vote counts in a later term than it was given in',
    file: 'raft/receive-message',
    text: 'if (message.term < state.term)',
    replacement: "if (message.term < state.term && message.kind !== 'voteResponse')",
  },
  {
    row: 5,
    name: 'a doubled vote counts twice',
    file: 'raft/candidate',
    text: 'peer.vote = response.granted;',
    replacement: `const unheard = state.peers.find((each) => each.voter && each.vote === null);
    (peer.vote === true ? (unheard ?? peer) : peer).vote = response.granted;`,
  },
  {
    row: 6,
    name: 'a candidate is not granted its vote a second time',
    file: 'raft/vote',
    text: 'const free = state.vote === null ? state.leader === null : sameMember(state.vote, request.from);',
    replacement: 'const free = state.vote === null && state.leader === null;',
    detector: 'stability',
  },
  {
    row: 7,
    name: 'elections look at terms, appends do not',
    file: 'raft/receive-message',
    text: 'if (message.term < state.term)',
    replacement: "if (message.term < state.term && message.kind !== 'appendEntries')",
  },
  {
    row: 8,
    name: 'the longer log wins an election, whatever its last term',
    file: 'raft/vote',
    text: `    if (request.lastLogTerm !== term)
        return request.lastLogTerm > term;`,
    replacement: '',
  },
  {
    row: 28,
    name: 'a learner in its own log refuses its vote',
    file: 'raft/vote',
    text: 'const granted = free && isUpToDate(state, request);',
    replacement: `const { voters } = state.configurations.at(-1).configuration;
    const granted = free && isUpToDate(state, request) && voters.some((voter) => sameMember(voter, state.self));`,
    detector: 'stability',
  },
  {
    row: 29,
    name: 'an election begins without asking whether it can be won',
    file: 'raft/candidate',
    text: `    standForElection(state, 'preCandidate');
    requestVotes(state, false);
    countVotes(state);
`,
    replacement: `    startElection(state, false);
`,
    detector: 'stability',
  },
  {
    row: 29,
    name: 'voters that hear a leader help another to depose it',
    file: 'raft/vote',
    text: 'const granted = request.term > state.term && !isWithinLease(state) && isUpToDate(state, request);',
    replacement: 'const granted = request.term > state.term && isUpToDate(state, request);',
    detector: 'stability',
  },
  {
    row: 30,
    name: 'a pre-candidate of a low term is not told the higher one',
    file: 'raft/vote',
    text: `export function receivePreVote(state, request) {
`,
    replacement: `export function receivePreVote(state, request) {
    if (request.term <= state.term)
        return;
`,
    detector: 'stability',
  },
  {
    row: 32,
    name: 'who has heard a leader once is bound to it for ever',
    file: 'raft/role-change',
    text: '    state.leaseHeld = false;\n',
    replacement: '',
    detector: 'stability',
  },
  {
    row: 33,
    name: 'a leader that hears nobody leads on',
    file: 'raft/leader',
    text: `    if (heard)
        startTimer(state, 'checkQuorum');
    else
        becomeFollower(state, state.term, null);
`,
    replacement: `    startTimer(state, 'checkQuorum');
`,
    detector: 'stability',
  },
  {
    row: 33,
    name: 'whoever was heard once counts as heard for ever',
    file: 'raft/leader',
    text: `peer.activeBefore = peer.active;
        peer.active = false;
    }
    if (heard)`,
    replacement: `peer.activeBefore = peer.active;
    }
    if (heard)`,
    detector: 'stability',
  },
  {
    row: 35,
    name: 'after a transfer that failed no proposals are taken',
    file: 'raft/leadership-transfer',
    text: `    if (state.role === 'leader')
        openAdmission(state);
`,
    replacement: '',
  },
  {
    row: 40,
    name: 'a node that starts again campaigns in the term in which it voted for itself',
    file: 'raft/candidate',
    text: 'enterTerm(state, state.term + 1, state.self);',
    replacement: 'enterTerm(state, state.vote?.id === state.self.id ? state.term : state.term + 1, state.self);',
  },
  {
    row: 54,
    name: 'proposals of a closed admission are taken',
    file: 'raft/leader',
    text: 'if (state.admission === admission && isWellPacked(payloads))',
    replacement: 'if (state.admission !== null && isWellPacked(payloads))',
  },
  {
    row: 54,
    name: 'a leader that steps down goes on taking proposals',
    file: 'raft/role-change',
    text: `    state.admission = null;
    state.leader = null;
`,
    replacement: `    state.leader = null;
`,
  },
  {
    row: 55,
    name: 'a refused vote puts the own election off',
    file: 'raft/vote',
    text: `    const granted = free && isUpToDate(state, request);
    if (granted) {
`,
    replacement: `    const granted = free && isUpToDate(state, request);
    startTimer(state, 'election');
    if (granted) {
`,
    detector: 'stability',
  },
  {
    row: 55,
    name: 'election time-outs are all alike',
    file: 'raft/timers',
    text: 'return electionTimeoutMs * (1 + drawFraction(random));',
    replacement: 'return electionTimeoutMs * 1.5;',
    detector: 'stability',
  },
];
