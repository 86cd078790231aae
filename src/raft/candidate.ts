/**
 * Campaigns: PreVote first (thesis 9.6), then the election itself (paper 5.2). After a leader's death elections are
 * tried soon, with a range that doubles at each refusal up to the normal time-out.
 */
import { becomeLeader } from './leader.js';
import { lastLogIndex, lastLogTerm } from './log.js';
import type { VoteResponse } from './messages.js';
import { send, startTimer } from './outputs.js';
import { findPeer, isVoter, mayCampaign } from './peers.js';
import { voteResult } from './quorum.js';
import { becomeFollower, clearVotes, endElectionSoon, endLease, enterTerm } from './role-change.js';
import { refuseForwardedReads } from './read-index.js';
import type { RaftState } from './state.js';

/** Asks whether an election could be won; terms stay as they are. Who may not only knows that it has no leader. */
export function campaign(state: RaftState): void {
  if (state.role === 'leader') return;
  if (!mayCampaign(state)) {
    becomeFollower(state, state.term, null);
    return;
  }
  standForElection(state, 'preCandidate');
  requestVotes(state, false);
  countVotes(state);
}

/** `leadershipTransfer`: on the leader's order, in spite of everybody's lease (thesis 3.10). */
export function startElection(state: RaftState, leadershipTransfer: boolean): void {
  standForElection(state, 'candidate');
  enterTerm(state, state.term + 1, state.self);
  requestVotes(state, leadershipTransfer);
  countVotes(state);
}

function standForElection(state: RaftState, role: 'preCandidate' | 'candidate'): void {
  refuseForwardedReads(state);
  endLease(state);
  clearVotes(state);
  state.role = role;
  state.leader = null;
  startTimer(state, 'election');
}

function requestVotes(state: RaftState, leadershipTransfer: boolean): void {
  const preVote = state.role === 'preCandidate';
  for (const peer of state.peers) {
    if (!peer.voter || !peer.connected) continue;
    send(state, {
      kind: preVote ? 'requestPreVote' : 'requestVote',
      to: peer.member,
      from: state.self,
      term: preVote ? state.term + 1 : state.term,
      lastLogIndex: lastLogIndex(state.log),
      lastLogTerm: lastLogTerm(state.log),
      leadershipTransfer,
    });
  }
}

export function receivePreVoteResponse(state: RaftState, response: VoteResponse): void {
  const awaited = !response.granted || response.term === state.term + 1;
  if (state.role === 'preCandidate' && awaited) receiveAnswer(state, response);
}

export function receiveVoteResponse(state: RaftState, response: VoteResponse): void {
  if (state.role === 'candidate') receiveAnswer(state, response);
}

function receiveAnswer(state: RaftState, response: VoteResponse): void {
  const peer = findPeer(state, response.from);
  if (peer === undefined) return;
  peer.vote = response.granted;
  countVotes(state);
  if (!response.granted) tryAgainSoon(state);
}

function countVotes(state: RaftState): void {
  const votes = state.peers.filter((peer) => peer.voter).map((peer) => peer.vote);
  if (isVoter(state)) votes.push(true);
  const result = voteResult(votes);
  if (result === 'lost') becomeFollower(state, state.term, null);
  else if (result === 'won' && state.role === 'preCandidate') startElection(state, false);
  else if (result === 'won') becomeLeader(state);
}

/** The leader's threads have ended: no need to wait for a time-out. */
export function campaignSoon(state: RaftState): void {
  if (!mayCampaign(state)) return;
  state.electionSoon = { attempt: 0, armed: true };
  startTimer(state, 'electionSoon');
}

/** A refusal: somebody has not heard of the death yet, or votes were split. */
function tryAgainSoon(state: RaftState): void {
  const soon = state.electionSoon;
  if (soon === null || soon.armed) return;
  if (soon.attempt >= state.limits.maxElectionSoonAttempts) {
    endElectionSoon(state);
    return;
  }
  soon.attempt += 1;
  soon.armed = true;
  startTimer(state, 'electionSoon', soon.attempt);
}

export function electionSoonFired(state: RaftState): void {
  if (state.electionSoon === null) return;
  state.electionSoon.armed = false;
  campaign(state);
}
