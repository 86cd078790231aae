/**
 * Handing leadership over (thesis 3.10): take no more proposals, bring the target up to date, order it to campaign at
 * once; give up after a time-out and take proposals again, under a new admission.
 */
import { lastLogIndex } from './log.js';
import { answerRequest, send, startTimer, stopTimer } from './outputs.js';
import { currentConfiguration, findPeer } from './peers.js';
import type { Progress } from './progress.js';
import type { RaftState } from './state.js';

export function transferLeadership(state: RaftState, id: number, to: number): void {
  if (state.role !== 'leader') {
    answerRequest(state, id, 'notLeader');
    return;
  }
  const target = currentConfiguration(state).voters.find((voter) => voter.id === to);
  if (target === undefined) answerRequest(state, id, 'unknownMember');
  else if (to === state.self.id) answerRequest(state, id, null);
  else if (state.transfer !== null) answerRequest(state, id, 'changeInProgress');
  else if (findPeer(state, target)?.connected !== true) answerRequest(state, id, 'timeout');
  else {
    state.transfer = { id, to: target, ordered: false };
    state.admission = null;
    startTimer(state, 'transfer');
  }
}

/** Gives the order once the target holds the whole log. */
export function driveTransfer(state: RaftState): void {
  const { transfer } = state;
  if (transfer === null || transfer.ordered) return;
  const target = findPeer(state, transfer.to);
  if (target?.connected !== true || target.matchIndex < lastLogIndex(state.log)) return;
  transfer.ordered = true;
  orderElection(state, target);
}

export function orderElection(state: RaftState, target: Progress): void {
  send(state, { kind: 'timeoutNow', to: target.member, from: state.self, term: state.term });
}

/** The time is up, or the target is gone, or this node leads again. */
export function abortTransfer(state: RaftState): void {
  if (state.transfer === null) return;
  answerRequest(state, state.transfer.id, 'timeout');
  state.transfer = null;
  stopTimer(state, 'transfer');
  if (state.role === 'leader') openAdmission(state);
}

/** What was proposed for an earlier admission is never taken by a later one. */
export function openAdmission(state: RaftState): void {
  state.admissions += 1;
  state.admission = state.admissions;
}
