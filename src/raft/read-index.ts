/**
 * Linearizable reads without log entries (thesis 6.4): a read may be answered from the commit index at which a quorum
 * round began after the read came, once the round has shown that this leader still led. Rounds are numbered and grow
 * within a term; a read joins the next one to begin. Followers ask the leader. No leases, no clocks.
 */
import { must } from '../assert.js';
import { sameMember } from './configuration.js';
import { termAt } from './log.js';
import type { ReadIndexRequest, ReadIndexResponse } from './messages.js';
import { send } from './outputs.js';
import { isQuorum } from './peers.js';
import type { Progress } from './progress.js';
import type { RaftState, WaitingRead } from './state.js';

/**
 * A question to the leader is asked again after so many heartbeats without an answer: the read's own round and those
 * around it send three.
 */
const HEARTBEATS_BEFORE_ASKING_AGAIN = 4;

/** The leader of this term has committed an entry of its own: only then is its commit index known to be the newest. */
export function hasCommittedInTerm(state: RaftState): boolean {
  return state.leader !== null && termAt(state.log, state.commitIndex) === state.term;
}

export function receiveRead(state: RaftState, id: number): void {
  if (state.role === 'leader') addWaitingRead(state, { id, from: null });
  else if (state.leader === null || state.forwarded.waiting.length >= state.limits.maxWaitingReads) refuse(state, [id]);
  else state.forwarded.waiting.push(id);
}

// ------------------------------------------------------------ the leader's side

export function receiveReadIndexRequest(state: RaftState, request: ReadIndexRequest): void {
  const read = { id: request.id, from: request.from };
  if (state.role !== 'leader') answerRead(state, read, null);
  else if (!isKnown(state, read)) addWaitingRead(state, read);
}

/** Asked again: it is waiting already. */
function isKnown(state: RaftState, read: WaitingRead): boolean {
  const same = (each: WaitingRead): boolean => each.id === read.id && sameMember(each.from, read.from);
  return state.reads.waiting.some(same) || (state.reads.running?.reads.some(same) ?? false);
}

function addWaitingRead(state: RaftState, read: WaitingRead): void {
  if (state.reads.waiting.length >= state.limits.maxWaitingReads) answerRead(state, read, null);
  else state.reads.waiting.push(read);
}

/** Ends the running round where a quorum has answered it, and begins the next for all that waits. */
export function driveReadRounds(state: RaftState): void {
  confirmRound(state);
  const { reads } = state;
  if (reads.running !== null || reads.waiting.length === 0 || !hasCommittedInTerm(state)) return;
  reads.round += 1;
  reads.running = { index: state.commitIndex, reads: reads.waiting };
  reads.waiting = [];
  for (const peer of state.peers) if (peer.voter) sendHeartbeat(state, peer);
  confirmRound(state);
}

function confirmRound(state: RaftState): void {
  const { running, round } = state.reads;
  if (running === null || !isQuorum(state, (peer) => peer.ackedRound >= round)) return;
  state.reads.running = null;
  for (const read of running.reads) answerRead(state, read, running.index);
}

/** Also tells the latest round, so that a lost message does not stall it. */
export function sendHeartbeat(state: RaftState, peer: Progress): void {
  if (!peer.connected) return;
  send(state, {
    kind: 'heartbeat',
    to: peer.member,
    from: state.self,
    term: state.term,
    commitIndex: Math.min(state.commitIndex, peer.matchIndex),
    round: state.reads.round,
  });
}

function answerRead(state: RaftState, read: WaitingRead, index: number | null): void {
  if (read.from === null) {
    state.outputs.readAnswers.push({ id: read.id, index });
    return;
  }
  const answer = { kind: 'readIndexResponse', to: read.from, from: state.self, term: state.term, id: read.id } as const;
  send(state, index === null ? answer : { ...answer, index });
}

/** This node leads no more: nothing can confirm its reads. */
export function refuseLeaderReads(state: RaftState): void {
  const { running, waiting } = state.reads;
  for (const read of [...(running?.reads ?? []), ...waiting]) answerRead(state, read, null);
  state.reads = { round: 0, running: null, waiting: [] };
}

// ------------------------------------------------------------ the follower's side

/** Asks the leader once for all reads that came since. */
export function askReadIndex(state: RaftState): void {
  const ids = state.forwarded.waiting;
  if (ids.length === 0 || state.forwarded.asked.length >= state.limits.maxForwardedReadGroups) return;
  state.forwarded.waiting = [];
  state.forwarded.asked.push({ ids, heartbeats: 0 });
  sendReadIndexRequest(state, ids);
}

/** What the leader has left unanswered for too long was lost on the way. */
export function askAgain(state: RaftState): void {
  for (const group of state.forwarded.asked) {
    group.heartbeats += 1;
    if (group.heartbeats < HEARTBEATS_BEFORE_ASKING_AGAIN) continue;
    group.heartbeats = 0;
    sendReadIndexRequest(state, group.ids);
  }
}

/** Reads that wait for a leader are refused as soon as it is another or unknown. */
function sendReadIndexRequest(state: RaftState, ids: readonly number[]): void {
  const to = must(state.leader, 'a leader to ask');
  send(state, { kind: 'readIndexRequest', to, from: state.self, term: state.term, id: must(ids[0], 'a read') });
}

export function receiveReadIndexResponse(state: RaftState, response: ReadIndexResponse): void {
  const group = state.forwarded.asked.find(({ ids }) => ids[0] === response.id);
  if (group === undefined) return;
  state.forwarded.asked = state.forwarded.asked.filter((each) => each !== group);
  for (const id of group.ids) state.outputs.readAnswers.push({ id, index: response.index ?? null });
}

/** The leader that was asked is gone. */
export function refuseForwardedReads(state: RaftState): void {
  const { waiting, asked } = state.forwarded;
  refuse(state, [...asked.flatMap(({ ids }) => ids), ...waiting]);
  state.forwarded = { waiting: [], asked: [] };
}

function refuse(state: RaftState, ids: readonly number[]): void {
  for (const id of ids) state.outputs.readAnswers.push({ id, index: null });
}
