/** One input changes the state in place; what it asks of the shell accumulates for `takeReady`. */
import { assert, unreachable } from '../assert.js';
import { campaign, campaignSoon, electionSoonFired } from './candidate.js';
import { sameMember } from './configuration.js';
import { checkQuorumFired, heartbeatFired, peerDisconnected, propose } from './leader.js';
import { abortTransfer, transferLeadership } from './leadership-transfer.js';
import { changeMembership } from './membership.js';
import type { Input, Member, TimerName } from './messages.js';
import { findPeer } from './peers.js';
import { startProbe } from './progress.js';
import { receiveRead } from './read-index.js';
import { receiveMessage } from './receive-message.js';
import { becomeFollower, endLease } from './role-change.js';
import { snapshotDurable, snapshotRestored } from './snapshot-receiving.js';
import { receiveSnapshotChunk } from './snapshot-sending.js';
import type { RaftState } from './state.js';

export function step(state: RaftState, input: Input): void {
  switch (input.kind) {
    case 'message':
      receiveMessage(state, input.message);
      return;
    case 'propose':
      propose(state, input.admission, input.payloads);
      return;
    case 'read':
      receiveRead(state, input.id);
      return;
    case 'timer':
      timerFired(state, input.timer);
      return;
    case 'persisted':
      persisted(state, input.sequence);
      return;
    case 'pull':
      pulled(state, input.bytes, input.appliedIndex);
      return;
    case 'campaign':
      campaign(state);
      return;
    case 'peerUp':
      peerUp(state, input.member);
      return;
    case 'peerDown':
      peerDown(state, input.member);
      return;
    case 'changeMembership':
      changeMembership(state, input.id, input.change);
      return;
    case 'transferLeadership':
      transferLeadership(state, input.id, input.to);
      return;
    case 'snapshotDurable':
      snapshotDurable(state, input.index);
      return;
    case 'snapshotChunk':
      receiveSnapshotChunk(state, input);
      return;
    case 'snapshotRestored':
      snapshotRestored(state, input.index, input.ok);
      return;
    default:
      return unreachable(input);
  }
}

function timerFired(state: RaftState, timer: TimerName): void {
  switch (timer) {
    case 'election':
      campaign(state);
      return;
    case 'electionSoon':
      electionSoonFired(state);
      return;
    case 'leaderLease':
      endLease(state);
      return;
    case 'heartbeat':
      if (state.role === 'leader') heartbeatFired(state);
      return;
    case 'checkQuorum':
      if (state.role === 'leader') checkQuorumFired(state);
      return;
    case 'transfer':
      abortTransfer(state);
      return;
    default:
      return unreachable(timer);
  }
}

function peerUp(state: RaftState, member: Member): void {
  const peer = findPeer(state, member);
  if (peer === undefined) return;
  peer.connected = true;
  if (state.role === 'leader') startProbe(peer, peer.matchIndex + 1);
}

/** That member's threads have ended, which a silence alone never shows. */
function peerDown(state: RaftState, member: Member): void {
  const peer = findPeer(state, member);
  if (peer !== undefined) {
    peer.connected = false;
    if (state.role === 'leader') peerDisconnected(state, peer);
  }
  if (state.role !== 'leader' && sameMember(state.leader, member)) {
    becomeFollower(state, state.term, null);
    campaignSoon(state);
  }
}

/** A completion of anything but the pending write is late and proves nothing. */
function persisted(state: RaftState, sequence: number): void {
  const { persistence } = state;
  const { pending } = persistence;
  if (pending?.sequence !== sequence) return;
  persistence.term = pending.term;
  persistence.vote = pending.vote;
  persistence.index = pending.index;
  persistence.pending = null;
}

function pulled(state: RaftState, bytes: number, appliedIndex: number): void {
  const { applying, receiving } = state;
  // The state machine may say so before it says that it has restored the snapshot.
  const limit = receiving?.restoring === true ? receiving.snapshot.index : applying.handedIndex;
  assert(appliedIndex <= limit, `applied ${appliedIndex} of ${limit}`);
  applying.creditBytes += bytes;
  applying.appliedIndex = Math.max(applying.appliedIndex, appliedIndex);
}
