/**
 * The state machine's side of a node: it pulls committed entries within its credit, takes snapshots and installs
 * received ones.
 */
import { must } from '../assert.js';
import { drawFraction } from '../random.js';
import { payloadAt, payloadBytes, type EntryRun } from '../raft/entries.js';
import type { SnapshotDescription } from '../raft/messages.js';
import type { SnapshotRead, SnapshotWrite } from '../raft/ready.js';
import { committedAt } from './checks/history.js';
import { checkSnapshotConfiguration } from './checks/log-checks.js';
import { demand } from './checks/violation.js';
import { lastSyncedIndex, type SnapshotFile } from './disk.js';
import { digestBytes } from './digest.js';
import { countFault } from './faults.js';
import { followApplied } from './controlling.js';
import { applyRun, captureSnapshot, createMachine } from './machine.js';
import { useStorage } from './life.js';
import { readSnapshotPart, writeSnapshot } from './node-files.js';
import { requestMore } from './pulling.js';
import type { SimulatedNode } from './simulated-node.js';
import { deliver, later } from './inputs.js';
import { happened, machineOptions, tell, type World } from './world.js';

export function applyRuns(world: World, node: SimulatedNode, runs: readonly EntryRun[]): void {
  let bytes = 0;
  for (const run of runs) {
    bytes += payloadBytes(run);
    for (let position = 0; position < run.count; position += 1) checkEntry(world, node, run, position);
    applyRun(node.machine, run, world.history.outcomes);
    for (let index = run.firstIndex; index < run.firstIndex + run.count; index += 1) {
      const { proposal } = must(committedAt(world.history, index), 'an entry just compared');
      if (proposal !== 0) world.client.applied(node, proposal, index);
    }
  }
  tell(world, () => `node ${node.member.id} has applied ${node.machine.appliedIndex}`);
  followApplied(world, node);
  requestMore(world, node, bytes);
  if (node.machine.appliedIndex - node.disk.snapshot.description.index >= world.plan.snapshotEntries) {
    takeSnapshot(world, node);
  }
}

/** Each node applies the committed entries, one after the other, and only what it has synced. */
function checkEntry(world: World, node: SimulatedNode, run: EntryRun, position: number): void {
  const { machine, member, disk } = node;
  const { history } = world;
  const index = run.firstIndex + position;
  demand(
    index === machine.appliedIndex + 1 + position,
    'state machine safety',
    () => `node ${member.id} applies ${index} after ${machine.appliedIndex}`,
  );
  demand(
    index <= lastSyncedIndex(disk),
    'persist before send',
    () => `node ${member.id} applies ${index}, synced is ${lastSyncedIndex(disk)}`,
  );
  const expected = committedAt(history, index);
  demand(
    expected?.term === run.term && expected.digest === digestBytes(payloadAt(run, position)),
    'state machine safety',
    () => `node ${member.id} applies ${index} of term ${run.term}, committed is ${expected?.term ?? 'nothing'} there`,
  );
}

/** Captured now, durable some time later. */
export function takeSnapshot(world: World, node: SimulatedNode): void {
  if (node.snapshotPending) return;
  node.snapshotPending = true;
  const file = captureSnapshot(node.machine, world.history.outcomes);
  later(world, node, world.plan.syncMs * node.slowFactor * (1 + drawFraction(world.random)), () => {
    node.snapshotPending = false;
    const { index } = file.description;
    if (index <= node.disk.snapshot.description.index) return;
    if (!keepSnapshot(world, node, file)) return;
    happened(world, 'snapshotDurable', node.place, index);
    tell(world, () => `node ${node.member.id} has a snapshot at ${index}`);
    deliver(world, node, { kind: 'snapshotDurable', index });
  });
}

export function readSnapshot(world: World, node: SimulatedNode, read: SnapshotRead): void {
  later(world, node, drawFraction(world.random), () => {
    const { snapshot } = node.disk;
    const { description, bytes } = snapshot;
    const { index } = description;
    const offset = index === read.index ? read.offset : 0;
    happened(world, 'snapshotChunk', node.place, offset);
    deliver(world, node, {
      kind: 'snapshotChunk',
      to: read.to,
      index,
      offset,
      bytes: readSnapshotPart(node.files, snapshot, { offset, length: read.length }),
      done: offset + read.length >= bytes.length,
    });
  });
}

export function receiveSnapshot(world: World, node: SimulatedNode, chunk: SnapshotWrite): void {
  if (chunk.offset === 0) node.incoming = [];
  node.incoming.push(chunk);
  if (!chunk.done) return;
  const file = assemble(chunk.snapshot, node.incoming);
  node.incoming = [];
  const { index } = chunk.snapshot;
  const failsOnPurpose = node.restoreFails;
  node.restoreFails = false;
  if (failsOnPurpose) countFault(world.faults, 'failedRestore');
  later(world, node, drawFraction(world.random) + world.plan.syncMs, () => {
    if (!failsOnPurpose && !install(world, node, file)) return;
    happened(world, 'snapshotRestored', node.place, index);
    tell(world, () => `node ${node.member.id} restores a snapshot at ${index}: ${failsOnPurpose ? 'fails' : 'works'}`);
    deliver(world, node, { kind: 'snapshotRestored', index, ok: !failsOnPurpose });
  });
}

/** Chunks that do not make one whole give bytes that are no snapshot, or that of another state. */
function assemble(description: SnapshotDescription, chunks: readonly SnapshotWrite[]): SnapshotFile {
  const end = chunks.reduce((length, { offset, bytes }) => Math.max(length, offset + bytes.length), 0);
  const bytes = new Uint8Array(end);
  for (const chunk of chunks) bytes.set(chunk.bytes, chunk.offset);
  return { description, bytes };
}

/** False when the node did not survive it. */
function install(world: World, node: SimulatedNode, file: SnapshotFile): boolean {
  const { history } = world;
  const { index, term } = file.description;
  world.snapshotsInstalled += 1;
  checkSnapshotConfiguration(history, file.description);
  demand(
    committedAt(history, index)?.term === term,
    'state machine safety',
    () => `node ${node.member.id} restores a state at ${index} of term ${term}, which is not committed`,
  );
  demand(
    index >= node.machine.appliedIndex,
    'monotone',
    () => `node ${node.member.id} restores ${index} over ${node.machine.appliedIndex}`,
  );
  if (!keepSnapshot(world, node, file)) return false;
  node.machine = createMachine(machineOptions(world), file);
  node.desk?.askAgain();
  return true;
}

function keepSnapshot(world: World, node: SimulatedNode, file: SnapshotFile): boolean {
  if (!useStorage(world, node, () => writeSnapshot(node.files, file))) return false;
  node.disk.snapshot = file;
  return true;
}
