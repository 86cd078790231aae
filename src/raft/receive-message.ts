/**
 * Messages from other nodes. Terms are checked here, once (paper 5.1): behind this file every message is of the
 * current term.
 */
import { unreachable } from '../assert.js';
import { receivePreVoteResponse, receiveVoteResponse, startElection } from './candidate.js';
import { sameMember } from './configuration.js';
import { answerHeartbeat, hearLeader, receiveAppend, receiveHeartbeat } from './follower.js';
import { receiveHeartbeatResponse } from './leader.js';
import type { RaftMessage } from './messages.js';
import { findPeer, isVoter } from './peers.js';
import { receiveReadIndexRequest, receiveReadIndexResponse } from './read-index.js';
import { receiveAppendResponse } from './replication.js';
import { becomeFollower } from './role-change.js';
import { receiveInstallSnapshot } from './snapshot-receiving.js';
import { receiveInstallResponse } from './snapshot-sending.js';
import type { RaftState } from './state.js';
import { isWellFormedAppend } from './well-formed.js';
import { answerVote, isWithinLease, receivePreVote, receiveVote } from './vote.js';

export function receiveMessage(state: RaftState, message: RaftMessage): void {
  if (!sameMember(message.to, state.self)) return; // for an incarnation that is gone
  // As if lost on the way, which is always safe.
  if (message.kind === 'appendEntries' && !isWellFormedAppend(message)) return;
  if (message.kind === 'requestPreVote') {
    receivePreVote(state, message);
    return;
  }
  if (message.term > state.term && !meetHigherTerm(state, message)) return;
  if (message.term < state.term) answerStale(state, message);
  else dispatch(state, message);
}

/** False where the message is to be ignored; otherwise its term is current now, or it needs none. */
function meetHigherTerm(state: RaftState, message: RaftMessage): boolean {
  if (message.kind === 'preVoteResponse' && message.granted) {
    receivePreVoteResponse(state, message); // speaks of the term that this node would take
    return false;
  }
  // A leader is at work here: a member that was removed or cut off may not depose it (thesis 4.2.3).
  if (message.kind === 'requestVote' && isWithinLease(state) && !message.leadershipTransfer) return false;
  becomeFollower(state, message.term, null);
  return true;
}

/** Leaders and candidates of an older term are told the current one; all else from there has lost its meaning. */
function answerStale(state: RaftState, message: RaftMessage): void {
  switch (message.kind) {
    case 'requestVote':
      answerVote(state, message, false);
      return;
    case 'appendEntries':
    case 'heartbeat':
    case 'installSnapshot':
      answerHeartbeat(state, message.from, 0);
      return;
    case 'preVoteResponse':
      receivePreVoteResponse(state, message);
      return;
    default:
  }
}

function dispatch(state: RaftState, message: RaftMessage): void {
  switch (message.kind) {
    case 'requestVote':
    case 'requestPreVote': // answered before terms were compared
      receiveVote(state, message);
      return;
    case 'voteResponse':
      receiveVoteResponse(state, message);
      return;
    case 'preVoteResponse':
      receivePreVoteResponse(state, message);
      return;
    case 'appendEntries':
      hearLeader(state, message.from);
      {
        receiveAppend(state, message);
        return;
      }
    case 'heartbeat':
      hearLeader(state, message.from);
      {
        receiveHeartbeat(state, message);
        return;
      }
    case 'installSnapshot':
      hearLeader(state, message.from);
      {
        receiveInstallSnapshot(state, message);
        return;
      }
    case 'appendResponse':
    case 'heartbeatResponse':
    case 'installSnapshotResponse':
      receiveFollowerAnswer(state, message);
      return;
    case 'timeoutNow':
      if (state.role === 'follower' && isVoter(state)) startElection(state, true);
      return;
    case 'readIndexRequest':
      receiveReadIndexRequest(state, message);
      return;
    case 'readIndexResponse':
      receiveReadIndexResponse(state, message);
      return;
    default:
      return unreachable(message);
  }
}

type FollowerAnswer = Extract<
  RaftMessage,
  { kind: 'appendResponse' | 'heartbeatResponse' | 'installSnapshotResponse' }
>;

function receiveFollowerAnswer(state: RaftState, message: FollowerAnswer): void {
  const peer = state.role === 'leader' ? findPeer(state, message.from) : undefined;
  if (peer === undefined) return;
  peer.active = true;
  if (message.kind === 'appendResponse') receiveAppendResponse(state, peer, message);
  else if (message.kind === 'heartbeatResponse') receiveHeartbeatResponse(state, peer, message);
  else receiveInstallResponse(state, peer, message);
}
