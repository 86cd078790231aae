/**
 * What a follower does with its leader's messages (paper 5.3): prove that the logs agree, append, commit,
 * acknowledge. Terms have been checked before: every message here is of the current term's one leader.
 */
import { assert, must } from '../assert.js';
import { lastIndexOf, payloadBytes, sliceRun, type EntryRun } from './entries.js';
import { commitTo, appendToLog, truncateOwnLog } from './log-writing.js';
import { firstConflict, lastLogIndex, lastPlaceNotAbove, termAt } from './log.js';
import type { AppendEntries, AppendResponse, Heartbeat, Member } from './messages.js';
import { send, sendAcknowledgement, startTimer } from './outputs.js';
import { askAgain } from './read-index.js';
import { becomeFollower, endElectionSoon } from './role-change.js';
import type { RaftState } from './state.js';

/** Only this, a granted vote and a new campaign restart the election time-out. */
export function hearLeader(state: RaftState, leader: Member): void {
  assert(state.role !== 'leader', `two leaders in term ${state.term} (paper 5.2)`);
  becomeFollower(state, state.term, leader);
  endElectionSoon(state);
  state.leaseHeld = true;
  startTimer(state, 'leaderLease');
  startTimer(state, 'election');
}

export function receiveAppend(state: RaftState, append: AppendEntries): void {
  // As if lost on the way, which is always safe: memory is bounded, and the leader goes on without this node.
  if (append.runs.length > 0 && isOverfull(state)) return;
  // What is committed is the same in every log of this leader's, compacted or not.
  const behindCommit = append.previousIndex < state.commitIndex;
  if (!behindCommit && termAt(state.log, append.previousIndex) !== append.previousTerm) {
    refuseAppend(state, append);
    return;
  }
  const lastRun = append.runs.at(-1);
  const lastSent = lastRun === undefined ? append.previousIndex : lastIndexOf(lastRun);
  for (const run of append.runs) takeRun(state, run);
  const verified = Math.max(lastSent, behindCommit ? state.commitIndex : 0);
  commitTo(state, Math.min(append.commitIndex, verified));
  sendAcknowledgement(
    state,
    answerAppend(state, append, { success: true, index: verified, hintIndex: 0, hintTerm: 0 }),
  );
}

/** The state machine has stopped asking, and what waits for it has reached the limit. */
function isOverfull({ applying, log, limits }: RaftState): boolean {
  if (applying.creditBytes > 0) return false;
  let bytes = 0;
  for (let position = log.runs.length - 1; position >= 0; position -= 1) {
    const run = must(log.runs[position], 'run');
    if (lastIndexOf(run) <= applying.handedIndex) break;
    bytes += payloadBytes(run);
  }
  return bytes >= limits.maxUnappliedBytes;
}

/** Truncates at a proven conflict only: a late append whose entries are here already changes nothing. */
function takeRun(state: RaftState, run: EntryRun): void {
  if (lastIndexOf(run) <= state.commitIndex) return;
  const conflict = firstConflict(state.log, run);
  if (conflict !== null) truncateOwnLog(state, conflict);
  const last = lastLogIndex(state.log);
  if (lastIndexOf(run) > last) appendToLog(state, sliceRun(run, last + 1, lastIndexOf(run)));
}

function refuseAppend(state: RaftState, append: AppendEntries): void {
  const hint = lastPlaceNotAbove(state.log, append.previousIndex, append.previousTerm);
  const { previousIndex: index } = append;
  send(state, answerAppend(state, append, { success: false, index, hintIndex: hint.index, hintTerm: hint.term }));
}

type AppendOutcome = Pick<AppendResponse, 'success' | 'index' | 'hintIndex' | 'hintTerm'>;

/** Field by field: on this path spreading objects costs three times the rest of it. */
function answerAppend(state: RaftState, { from }: AppendEntries, outcome: AppendOutcome): AppendResponse {
  const { success, index, hintIndex, hintTerm } = outcome;
  return { kind: 'appendResponse', to: from, from: state.self, term: state.term, success, index, hintIndex, hintTerm };
}

export function receiveHeartbeat(state: RaftState, heartbeat: Heartbeat): void {
  // At most what this node has acknowledged in this term, so the entries are here and the leader's.
  commitTo(state, heartbeat.commitIndex);
  askAgain(state);
  answerHeartbeat(state, heartbeat.from, heartbeat.round);
}

/** Also tells a leader of an older term that its time is over. */
export function answerHeartbeat(state: RaftState, leader: Member, round: number): void {
  send(state, { kind: 'heartbeatResponse', to: leader, from: state.self, term: state.term, round });
}
