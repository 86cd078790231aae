/**
 * What a leader sends to each member, and when: pipelined while the logs agree, one probe at a time until they do
 * (paper 5.3, thesis 10.2.1). Runs once a turn, so that everything proposed in the turn leaves together. The commit
 * index travels with the next entries, or with the next heartbeat: a message of its own would double the messages of
 * a lone write.
 */
import { lastIndexOf, payloadBytes } from './entries.js';
import { lastLogIndex, lastPlaceNotAbove, sliceLog, termAt } from './log.js';
import type { AppendResponse } from './messages.js';
import { send } from './outputs.js';
import { isFreshRefusal, noteMatch, noteSent, startProbe, startSnapshot, type Progress } from './progress.js';
import { assert } from '../assert.js';
import { pollTransfer } from './snapshot-sending.js';
import type { RaftState } from './state.js';

export function replicate(state: RaftState, peer: Progress): void {
  if (!peer.connected || peer.state === 'snapshot') return;
  if (peer.state === 'probe') {
    if (peer.probeSent) return;
    peer.probeSent = true;
    sendAppend(state, peer, 0); // one entry at most: a probe may well be refused
    return;
  }
  while (peer.nextIndex <= lastLogIndex(state.log) && hasRoom(state, peer)) {
    if (!sendAppend(state, peer, state.limits.maxAppendBytes)) return;
  }
}

function hasRoom(state: RaftState, peer: Progress): boolean {
  const { maxInflightAppends, maxInflightBytes } = state.limits;
  return peer.inflight.length < maxInflightAppends && peer.inflightBytes < maxInflightBytes;
}

/** `maxBytes` null: no entries. False when the entries needed are compacted: then a snapshot is on its way instead. */
function sendAppend(state: RaftState, peer: Progress, maxBytes: number | null): boolean {
  const { log } = state;
  const previousIndex = peer.nextIndex - 1;
  const previousTerm = termAt(log, previousIndex);
  if (previousTerm === null) {
    startSnapshot(peer, state.snapshot);
    pollTransfer(state, peer);
    return false;
  }
  const runs = maxBytes === null ? [] : sliceLog(log, peer.nextIndex, lastLogIndex(log), maxBytes);
  // Field by field: on this path spreading objects costs three times the rest of it.
  send(state, {
    kind: 'appendEntries',
    to: peer.member,
    from: state.self,
    term: state.term,
    previousIndex,
    previousTerm,
    runs,
    commitIndex: state.commitIndex,
  });
  const lastRun = runs.at(-1);
  if (lastRun !== undefined) {
    const bytes = runs.reduce((sum, run) => sum + payloadBytes(run), 0);
    noteSent(peer, lastIndexOf(lastRun), bytes);
  }
  return true;
}

export function receiveAppendResponse(state: RaftState, peer: Progress, response: AppendResponse): void {
  if (response.success) {
    assert(response.index <= lastLogIndex(state.log), `acknowledged ${response.index} of ${lastLogIndex(state.log)}`);
    noteMatch(peer, response.index, state.log.baseIndex);
  } else if (isFreshRefusal(peer, response.index)) {
    startProbe(peer, peer.state === 'replicate' ? peer.matchIndex + 1 : continueAfter(state, response));
  }
}

/** Skips all entries of a term at once: at most one round for each term in either log (end of paper 5.3). */
function continueAfter(state: RaftState, { hintIndex, hintTerm }: AppendResponse): number {
  if (hintIndex < state.log.baseIndex) return hintIndex + 1;
  const place = lastPlaceNotAbove(state.log, hintIndex, hintTerm);
  return place.term <= hintTerm ? place.index + 1 : place.index;
}

/** A member that answers heartbeats but has acknowledged nothing between two of them has probably lost a message. */
export function sendAgainAfterLoss(state: RaftState, peer: Progress): void {
  peer.probeSent = false;
  if (!peer.progressed) {
    pollTransfer(state, peer);
    if (peer.inflight.length > 0) sendAppend(state, peer, null);
  }
  peer.progressed = false;
}
