/**
 * A leader's transfer of a snapshot to a member whose next entry is compacted (paper 7). One chunk on its way: ask the
 * follower for the offset it wants, read that from the shell, send it, and so on until it says installed. Asking
 * again at any time is harmless and resumes what was interrupted.
 */
import type { Input, InstallSnapshotResponse } from './messages.js';
import { send } from './outputs.js';
import { findPeer } from './peers.js';
import { noteMatch, startSnapshot, type Progress, type SnapshotTransfer } from './progress.js';
import type { RaftState } from './state.js';

/**
 * A chunk without bytes asks where to go on, if a snapshot is on its way. Left alone while the shell reads: its answer
 * cannot be lost.
 */
export function pollTransfer(state: RaftState, peer: Progress): void {
  const { transfer } = peer;
  if (transfer === null || transfer.phase === 'reading' || !peer.connected) return;
  transfer.phase = 'polling';
  sendChunk(state, { peer, transfer, bytes: new Uint8Array(0), done: false });
}

interface Chunk {
  readonly peer: Progress;
  readonly transfer: SnapshotTransfer;
  readonly bytes: Uint8Array;
  readonly done: boolean;
}

function sendChunk(state: RaftState, { peer, transfer, bytes, done }: Chunk): void {
  const header = { kind: 'installSnapshot', to: peer.member, from: state.self, term: state.term } as const;
  send(state, { ...header, snapshot: transfer.snapshot, offset: transfer.offset, bytes, done });
}

export function receiveInstallResponse(state: RaftState, peer: Progress, response: InstallSnapshotResponse): void {
  if (response.installed) {
    noteMatch(peer, response.snapshotIndex, state.log.baseIndex);
    return;
  }
  const { transfer } = peer;
  if (transfer === null || response.snapshotIndex !== transfer.snapshot.index || transfer.phase === 'reading') return;
  // Said already, before the chunk that is on its way.
  if (transfer.phase === 'sent' && response.offset === transfer.offset) return;
  peer.progressed = true;
  transfer.offset = response.offset;
  readChunk(state, peer, transfer);
}

function readChunk(state: RaftState, peer: Progress, transfer: SnapshotTransfer): void {
  transfer.phase = 'reading';
  state.outputs.snapshotReads.push({
    to: peer.member,
    index: transfer.snapshot.index,
    offset: transfer.offset,
    length: state.limits.snapshotChunkBytes,
  });
}

export function receiveSnapshotChunk(state: RaftState, chunk: Extract<Input, { kind: 'snapshotChunk' }>): void {
  const peer = state.role === 'leader' ? findPeer(state, chunk.to) : undefined;
  const transfer = peer?.transfer ?? null;
  if (peer === undefined || transfer?.phase !== 'reading') return;
  if (chunk.index !== transfer.snapshot.index) {
    // The shell has only a later one: begin anew with it, at the next heartbeat's answer at the latest.
    startSnapshot(peer, state.snapshot);
    if (chunk.index === state.snapshot.index) pollTransfer(state, peer);
  } else if (chunk.offset !== transfer.offset) {
    readChunk(state, peer, transfer);
  } else {
    transfer.phase = 'sent';
    sendChunk(state, { peer, transfer, bytes: chunk.bytes, done: chunk.done });
  }
}
