/**
 * Answers to vote requests (paper 5.2, 5.4.1; thesis 9.6 for PreVote, 4.2.3 for the lease). A node answers whoever
 * names it: the candidate's configuration decides who votes, so a voter that has not heard of its promotion still
 * does.
 */
import { sameMember } from './configuration.js';
import { lastLogIndex, lastLogTerm } from './log.js';
import type { VoteRequest } from './messages.js';
import { send, startTimer } from './outputs.js';
import { endElectionSoon } from './role-change.js';
import type { RaftState } from './state.js';

/** A leader is at work: nobody is helped to depose it, except on its own order. */
export function isWithinLease(state: RaftState): boolean {
  return state.role === 'leader' || state.leaseHeld;
}

/** Changes nothing here; the term in the request is only what the candidate would take. */
export function receivePreVote(state: RaftState, request: VoteRequest): void {
  const granted = request.term > state.term && !isWithinLease(state) && isUpToDate(state, request);
  send(state, {
    kind: 'preVoteResponse',
    to: request.from,
    from: state.self,
    // A refusal tells this node's own term, lest a candidate with the better log stay behind in an older one.
    term: granted ? request.term : state.term,
    granted,
  });
}

/** The request is of the current term. */
export function receiveVote(state: RaftState, request: VoteRequest): void {
  const free = state.vote === null ? state.leader === null : sameMember(state.vote, request.from);
  const granted = free && isUpToDate(state, request);
  if (granted) {
    state.vote = request.from;
    startTimer(state, 'election');
    endElectionSoon(state);
  }
  answerVote(state, request, granted);
}

export function answerVote(state: RaftState, request: VoteRequest, granted: boolean): void {
  send(state, { kind: 'voteResponse', to: request.from, from: state.self, term: state.term, granted });
}

/** The later last term wins, then the longer log (paper 5.4.1). */
function isUpToDate(state: RaftState, request: VoteRequest): boolean {
  const term = lastLogTerm(state.log);
  if (request.lastLogTerm !== term) return request.lastLogTerm > term;
  return request.lastLogIndex >= lastLogIndex(state.log);
}
