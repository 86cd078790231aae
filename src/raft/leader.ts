/**
 * The leader (paper 5.3, 5.4.2; thesis 6.2, 6.4, 3.10): its own log, its timers, and once a turn what follows from
 * them.
 */
import { assert } from '../assert.js';
import { EntryKind, packPayloads, type PackedPayloads } from './entries.js';
import { abortTransfer, driveTransfer, openAdmission, orderElection } from './leadership-transfer.js';
import { appendToLog, commitTo } from './log-writing.js';
import { lastLogIndex, termAt } from './log.js';
import { completeChange } from './membership.js';
import { latestConfiguration, sameMember } from './configuration.js';
import type { HeartbeatResponse } from './messages.js';
import { startTimer, stopTimer } from './outputs.js';
import { isQuorum, isVoter } from './peers.js';
import { resetProgress, startProbe, type Progress } from './progress.js';
import { quorumIndex } from './quorum.js';
import { driveReadRounds, sendHeartbeat } from './read-index.js';
import { replicate, sendAgainAfterLoss } from './replication.js';
import { becomeFollower, clearVotes, endElectionSoon } from './role-change.js';
import type { RaftState } from './state.js';
import { isWellPacked } from './well-formed.js';

export function becomeLeader(state: RaftState): void {
  assert(state.role === 'candidate' && sameMember(state.vote, state.self), 'only a candidate becomes leader');
  clearVotes(state);
  endElectionSoon(state);
  stopTimer(state, 'election');
  startTimer(state, 'heartbeat');
  startTimer(state, 'checkQuorum');
  state.role = 'leader';
  state.leader = state.self;
  abortTransfer(state);
  if (state.admission === null) openAdmission(state);
  for (const peer of state.peers) resetProgress(peer, lastLogIndex(state.log) + 1);
  // Commits what earlier terms left, which no counting of replicas may (paper 5.4.2).
  append(state, packPayloads([new Uint8Array([EntryKind.noOp])]));
}

/**
 * Dropped under any admission but the open one: its sender learns of the closing, and nothing overtakes what was
 * dropped. Dropped, too, when the bytes are no entries.
 */
export function propose(state: RaftState, admission: number, payloads: PackedPayloads): void {
  if (state.admission === admission && isWellPacked(payloads)) append(state, payloads);
}

function append(state: RaftState, { count, data }: PackedPayloads): void {
  assert(state.role === 'leader', 'only a leader appends');
  appendToLog(state, { firstIndex: lastLogIndex(state.log) + 1, term: state.term, count, data });
}

export function receiveHeartbeatResponse(state: RaftState, peer: Progress, response: HeartbeatResponse): void {
  peer.ackedRound = Math.max(peer.ackedRound, response.round);
  sendAgainAfterLoss(state, peer);
}

export function heartbeatFired(state: RaftState): void {
  startTimer(state, 'heartbeat');
  if (state.transfer !== null) state.transfer.ordered = false; // the order may have been lost
  for (const peer of state.peers) sendHeartbeat(state, peer);
}

/** Steps down unless a quorum was heard since the last time: the others may have another leader (thesis 6.2). */
export function checkQuorumFired(state: RaftState): void {
  const heard = isQuorum(state, (peer) => peer.active);
  for (const peer of state.peers) {
    peer.activeBefore = peer.active;
    peer.active = false;
  }
  if (heard) startTimer(state, 'checkQuorum');
  else becomeFollower(state, state.term, null);
}

export function peerDisconnected(state: RaftState, peer: Progress): void {
  peer.active = false;
  peer.activeBefore = false;
  startProbe(peer, peer.matchIndex + 1);
  if (sameMember(state.transfer?.to ?? null, peer.member)) abortTransfer(state);
}

/** Everything that the inputs of a turn have made possible, once a turn. */
export function driveLeader(state: RaftState): void {
  advanceCommit(state);
  completeChange(state);
  driveReadRounds(state);
  driveTransfer(state);
  for (const peer of state.peers) replicate(state, peer);
  if (!isVoter(state) && latestConfiguration(state.configurations).index <= state.commitIndex) leaveCluster(state);
}

/**
 * Only entries of the current term are committed by counting replicas (paper figure 8); this node's own count when
 * synced.
 */
function advanceCommit(state: RaftState): void {
  if (state.commitIndex === lastLogIndex(state.log)) return;
  const matched = state.peers.filter((peer) => peer.voter).map((peer) => peer.matchIndex);
  if (isVoter(state)) matched.push(state.persistence.index);
  const index = quorumIndex(matched);
  if (index > state.commitIndex && termAt(state.log, index) === state.term) commitTo(state, index);
}

/** This leader's own removal is committed (thesis 4.2.2): the best of the others takes over at once. */
function leaveCluster(state: RaftState): void {
  let successor: Progress | undefined;
  for (const peer of state.peers) {
    if (peer.voter && peer.connected && peer.matchIndex > (successor?.matchIndex ?? 0)) successor = peer;
  }
  if (successor !== undefined) orderElection(state, successor);
  becomeFollower(state, state.term, null);
}
