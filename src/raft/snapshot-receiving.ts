/**
 * A follower's side of a snapshot transfer (paper 7): chunks in order to the state machine, then, once that has
 * restored them, the log begins behind the snapshot. Neither the term nor the commit index ever falls. Appends
 * meanwhile are safe: only the hand-over of committed entries waits for the restore.
 */
import { assert } from '../assert.js';
import { compactBehindSnapshot } from './compaction.js';
import { configurationAt, sameMember, type PlacedConfiguration } from './configuration.js';
import { commitTo, refreshPeers, voidPersisted } from './log-writing.js';
import { createLog, termAt } from './log.js';
import type { InstallSnapshot, Member, SnapshotDescription } from './messages.js';
import { send } from './outputs.js';
import type { RaftState, ReceivingSnapshot } from './state.js';

export function receiveInstallSnapshot(state: RaftState, install: InstallSnapshot): void {
  const { snapshot } = install;
  // The log holds all that the snapshot covers: no bytes are needed.
  if (snapshot.index > state.commitIndex && termAt(state.log, snapshot.index) === snapshot.term) {
    commitTo(state, snapshot.index);
  }
  if (snapshot.index <= state.commitIndex) {
    answerInstall(state, install.from, snapshot.index, 'installed');
    return;
  }
  if (state.receiving?.restoring === true) return; // answered when the state machine has
  const receiving = continueReceiving(state, install);
  if (install.offset === receiving.offset && (install.bytes.length > 0 || install.done)) {
    const { offset, bytes, done } = install;
    state.outputs.snapshotWrites.push({ snapshot, offset, bytes, done });
    receiving.offset += bytes.length;
    receiving.restoring = done;
  }
  if (!receiving.restoring) answerInstall(state, install.from, snapshot.index, receiving.offset);
}

/** Bytes of another leader's snapshot, or of another time, are not mixed with these. */
function continueReceiving(state: RaftState, { snapshot, from, term }: InstallSnapshot): ReceivingSnapshot {
  const before = state.receiving;
  const same = before?.snapshot.index === snapshot.index && before.snapshot.term === snapshot.term;
  if (before !== null && same && before.term === term && sameMember(before.from, from)) return before;
  const receiving = { snapshot, from, term, offset: 0, restoring: false };
  state.receiving = receiving;
  return receiving;
}

function answerInstall(state: RaftState, leader: Member, snapshotIndex: number, outcome: number | 'installed'): void {
  const installed = outcome === 'installed';
  const header = { kind: 'installSnapshotResponse', to: leader, from: state.self, term: state.term } as const;
  send(state, { ...header, snapshotIndex, offset: installed ? 0 : outcome, installed });
}

export function snapshotRestored(state: RaftState, index: number, ok: boolean): void {
  const { receiving } = state;
  if (receiving?.restoring !== true || receiving.snapshot.index !== index) return;
  state.receiving = null;
  if (ok) install(state, receiving.snapshot);
  // A failed restore is fetched again from the start, never taken for a restored one.
  if (receiving.term === state.term) answerInstall(state, receiving.from, index, ok ? 'installed' : 0);
}

function install(state: RaftState, snapshot: SnapshotDescription): void {
  const { index, term } = snapshot;
  if (termAt(state.log, index) !== term) replaceLog(state, snapshot);
  assert(state.applying.handedIndex <= index, `snapshot ${index} behind what was handed over`);
  state.applying.handedIndex = index;
  state.applying.appliedIndex = index;
  state.persistence.snapshotUnsaved = true;
  commitTo(state, index);
  takeSnapshot(state, snapshot);
}

/** The log does not lead to the snapshot: nothing in it counts any more. */
function replaceLog(state: RaftState, snapshot: SnapshotDescription): void {
  assert(snapshot.index > state.commitIndex, 'a committed entry differs from the snapshot');
  voidPersisted(state, snapshot.index + 1, state.commitIndex);
  state.persistence.handedIndex = snapshot.index;
  state.log = createLog(snapshot);
  state.configurations = [{ index: snapshot.index, configuration: snapshot.configuration }];
  refreshPeers(state);
}

/** The shell's state machine has a snapshot of its own at `index`. */
export function snapshotDurable(state: RaftState, index: number): void {
  if (index <= state.snapshot.index) return;
  assert(index <= state.applying.handedIndex, `snapshot ${index} beyond what was handed over`);
  const term = termAt(state.log, index);
  assert(term !== null, `term at ${index}`);
  takeSnapshot(state, { index, term, configuration: configurationAt(state.configurations, index) });
}

function takeSnapshot(state: RaftState, snapshot: SnapshotDescription): void {
  state.snapshot = snapshot;
  const { index, configuration } = snapshot;
  const later = state.configurations.filter((placed) => placed.index > index);
  const first: PlacedConfiguration = { index, configuration };
  state.configurations = [first, ...later];
  compactBehindSnapshot(state);
}
