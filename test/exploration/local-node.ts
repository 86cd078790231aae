/**
 * One node of an explored cluster between two turns: the core's state, its disk (all synced), the timers that run, and
 * what its shell still owes it. Never changed once made: a turn works on copies.
 */
import type { Configuration, Input, Member, SnapshotDescription, TimerName } from '../../src/raft/messages.js';
import type { SnapshotRead } from '../../src/raft/ready.js';
import { canonicalState, copyState } from '../../src/raft/state-copy.js';
import type { RaftState } from '../../src/raft/state.js';
import { configurationAt } from '../../src/raft/configuration.js';
import { termAt } from '../../src/raft/log.js';
import { must, unreachable } from '../../src/assert.js';
import { createDisk, type Disk } from '../../src/simulation/disk.js';
import { describeDisk, describeSnapshot } from './describe.js';
import type { Names } from './names.js';

/** What the shell does between turns, at any time: nothing but a crash can lose it. */
export type ShellTask =
  | { readonly kind: 'readSnapshot'; readonly read: SnapshotRead }
  | { readonly kind: 'restoreSnapshot'; readonly snapshot: SnapshotDescription };

export interface LocalNode {
  readonly member: Member;
  /** Null: down. */
  readonly state: RaftState | null;
  readonly disk: Disk;
  readonly timers: readonly TimerName[];
  readonly tasks: readonly ShellTask[];
}

/** Down, with an empty disk. */
export function createLocalNode(member: Member, configuration: Configuration): LocalNode {
  const disk = createDisk(snapshotFile({ index: 0, term: 0, configuration }));
  return { member, state: null, disk, timers: [], tasks: [] };
}

export function copyDisk(disk: Disk): Disk {
  return { ...disk, entries: disk.entries.slice() };
}

export function crashed(node: LocalNode, disk = node.disk): LocalNode {
  return { member: node.member, state: null, disk, timers: [], tasks: [] };
}

/** All that the node's behaviour depends on; request ids are constants here, and rounds are told as they are. */
export function nodeText(node: LocalNode, names: Names): string {
  const { member, state, disk, timers, tasks } = node;
  const stored = `${names.member(member)} ${describeDisk(disk, names)}`;
  if (state === null) return `down ${stored}`;
  const rounds = state.peers.map((peer) => `${names.member(peer.member)} ${peer.ackedRound}`).sort();
  const owed = tasks.map((task) => taskText(task, names));
  const parts = [stored, canonicalState(state, names), state.reads.round, rounds.join(), timers.join(), ...owed];
  return parts.join('\n');
}

export function taskText(task: ShellTask, names: Names): string {
  if (task.kind === 'restoreSnapshot') return `restores ${describeSnapshot(task.snapshot, names)}`;
  const { to, index, offset, length } = task.read;
  return `reads ${length} bytes of snapshot ${index} from ${offset} for ${names.member(to)}`;
}

/** The task is done: what the core hears of it, and the disk as it is then. */
export function finishTask(node: LocalNode, task: ShellTask): { readonly input: Input; readonly disk: Disk } {
  switch (task.kind) {
    case 'readSnapshot': {
      const { description, bytes } = node.disk.snapshot;
      const { to, length } = task.read;
      const offset = description.index === task.read.index ? task.read.offset : 0;
      const part = bytes.slice(offset, offset + length);
      const chunk = { to, index: description.index, offset, bytes: part, done: offset + length >= bytes.length };
      return { input: { kind: 'snapshotChunk', ...chunk }, disk: node.disk };
    }
    case 'restoreSnapshot': {
      const { index } = task.snapshot;
      const disk = { ...copyDisk(node.disk), snapshot: snapshotFile(task.snapshot) };
      return { input: { kind: 'snapshotRestored', index, ok: true }, disk };
    }
    default:
      return unreachable(task);
  }
}

/** The state machine has made a snapshot of all that it was handed; null when it would be no news. */
export function takeSnapshot(node: LocalNode): { readonly input: Input; readonly disk: Disk } | null {
  const state = must(node.state, 'a live node');
  const index = state.applying.handedIndex;
  if (index <= state.snapshot.index || state.receiving?.restoring === true) return null;
  const term = must(termAt(state.log, index), 'the term of a snapshot');
  const description = { index, term, configuration: configurationAt(state.configurations, index) };
  return {
    input: { kind: 'snapshotDurable', index },
    disk: { ...copyDisk(node.disk), snapshot: snapshotFile(description) },
  };
}

function snapshotFile(description: SnapshotDescription): Disk['snapshot'] {
  return { description, bytes: new Uint8Array([description.index]) };
}

export function copyOfState(node: LocalNode): RaftState {
  return copyState(must(node.state, 'a live node'));
}
