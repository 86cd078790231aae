/**
 * The step down: a new term, or a leader heard, or leadership lost makes a follower of any role (paper 5.1). What a
 * role leaves unanswered is answered here. Becoming a candidate or leader is in their files.
 */
import { sameMember } from './configuration.js';
import type { Member } from './messages.js';
import { answerRequest, startTimer, stopTimer } from './outputs.js';
import { refuseForwardedReads, refuseLeaderReads } from './read-index.js';
import type { RaftState } from './state.js';

/** What was said in an older term and has not left yet is never said: every queued message carries the current term. */
export function enterTerm(state: RaftState, term: number, vote: Member | null): void {
  state.term = term;
  state.vote = vote;
  state.outputs.messages = [];
}

/** Keeps the vote within a term (row 3 of every list of Raft bugs: a candidate that steps down has voted). */
export function becomeFollower(state: RaftState, term: number, leader: Member | null): void {
  if (state.role === 'leader') leaveLeadership(state);
  const newTerm = term > state.term;
  if (newTerm || !sameMember(state.leader, leader)) refuseForwardedReads(state);
  if (newTerm) enterTerm(state, term, null);
  clearVotes(state);
  state.role = 'follower';
  state.leader = leader;
  if (leader === null) endLease(state);
  else if (state.transfer !== null) endTransfer(state);
}

function leaveLeadership(state: RaftState): void {
  stopTimer(state, 'heartbeat');
  stopTimer(state, 'checkQuorum');
  startTimer(state, 'election');
  refuseLeaderReads(state);
  if (state.change !== null) answerRequest(state, state.change.id, 'notLeader');
  state.change = null;
  state.admission = null;
  state.leader = null;
}

/** Another node leads: what `transferLeadership` asked for has happened. */
function endTransfer(state: RaftState): void {
  if (state.transfer !== null) answerRequest(state, state.transfer.id, null);
  state.transfer = null;
  stopTimer(state, 'transfer');
}

export function clearVotes(state: RaftState): void {
  for (const peer of state.peers) peer.vote = null;
}

export function endLease(state: RaftState): void {
  if (state.leaseHeld) stopTimer(state, 'leaderLease');
  state.leaseHeld = false;
}

export function endElectionSoon(state: RaftState): void {
  if (state.electionSoon?.armed === true) stopTimer(state, 'electionSoon');
  state.electionSoon = null;
}
