/** A simulated node's start, from whatever its files hold, and its ends: by a crash, by a failing disk, for good. */
import { must } from '../assert.js';
import { ClusterError } from '../errors.js';
import { drawChance, drawInteger } from '../random.js';
import type { Input } from '../raft/messages.js';
import { createRaft } from '../raft/state.js';
import type { StoredState } from '../raft/stored-state.js';
import { forgetTerm } from './checks/history.js';
import { configurationsOnDisk } from './checks/log-checks.js';
import { demand } from './checks/violation.js';
import { createDisk, settle } from './disk.js';
import { DiskCrash } from './faulty-disk.js';
import { countFault, type FaultKind } from './faults.js';
import { deliver, later } from './inputs.js';
import { createDesk } from './controlling.js';
import { createMachine, emptySnapshot } from './machine.js';
import { closeFiles, createFiles, interfereAt, interruptWrite, openFiles, type FoundInFiles } from './node-files.js';
import type { SimulatedNode } from './simulated-node.js';
import { requestMore } from './pulling.js';
import { happened, machineOptions, tell, type World } from './world.js';

const NEWS_DELAY_MS = 1;
/** How often recovery itself is cut short, and at which of its changes at the latest. */
const CRASH_IN_RECOVERY_RATE = 0.15;
const CHANGES_IN_RECOVERY = 10;
/** Of all crashes: how many leave the machine running. */
const PROCESS_RATE = 0.3;

export function startNode(world: World, node: SimulatedNode): void {
  const stored = recoverNode(world, node);
  const state = createRaft({ self: node.member, stored, limits: world.plan.limits });
  node.state = state;
  node.life += 1;
  node.files.baseIndex = state.log.baseIndex;
  node.machine = createMachine(machineOptions(world), node.disk.snapshot);
  node.desk = createDesk(world, node);
  node.wakeUps += 1;
  const configurations = configurationsOnDisk(node.disk);
  node.watch = {
    term: node.disk.term,
    commitIndex: node.disk.snapshot.description.index,
    ledTerm: null,
    knownLeaderTerm: 0,
    configurations,
    configurationBefore: must(configurations.at(-1), 'a configuration').configuration,
    checked: {},
    matches: new Map(),
  };
  happened(world, 'start', node.place, node.disk.term);
  tell(world, () => `node ${node.member.id} starts in term ${node.disk.term}`);
  requestMore(world, node, world.plan.pullBytes);
  for (const other of world.nodes) {
    if (other === node || other.state === null) continue;
    sendNews(world, other, { kind: 'peerUp', member: node.member });
    sendNews(world, node, { kind: 'peerUp', member: other.member });
  }
  world.turns.advance(node);
}

function recoverNode(world: World, node: SimulatedNode): StoredState {
  const { random } = world;
  const { files, disk, rotten } = node;
  const { term } = disk;
  // A rotten disk that also lost its mark in a power failure could not know what it lost.
  if (world.phase === 'faults' && !rotten && drawChance(random, CRASH_IN_RECOVERY_RATE)) {
    interfereAt(files.disk, drawInteger(random, 1, CHANGES_IN_RECOVERY), 'crash');
  }
  let found: FoundInFiles;
  try {
    found = openFiles(files, disk);
  } catch (error) {
    if (error instanceof DiskCrash) {
      countFault(world.faults, 'crashInRecovery');
      closeFiles(files, random, 'machine');
      found = openFiles(files, disk);
    } else {
      demand(rotten && isError(error, 'CorruptLog'), 'recovery', () => `node ${node.member.id}: ${String(error)}`);
      countFault(world.faults, 'refusedLog');
      tell(world, () => `node ${node.member.id} is refused: ${String(error)}`);
      replaceMember(world, node);
      found = openFiles(node.files, node.disk);
    }
  }
  files.disk.interfere = null;
  node.rotten = false;
  if (disk.term < term) forgetTerm(world.history, term, node.member);
  if (found.lost) countFault(world.faults, 'unsyncedLost');
  return found.stored;
}

/** What is on its disk is given up for good: another member, blank, which has to be taken in. */
export function replaceMember(world: World, node: SimulatedNode): void {
  const { term } = node.disk;
  settle(node.disk, false);
  if (node.disk.term < term) forgetTerm(world.history, term, node.member);
  const { id, incarnation } = node.member;
  node.member = { id, incarnation: `a${Number(incarnation.slice(1)) + 1}` };
  node.disk = createDisk(emptySnapshot({ voters: [], learners: [] }));
  node.files = createFiles(node.member, world.plan);
  world.history.disks.push({ member: node.member, disk: node.disk });
}

/** False when the node did not survive it. */
export function useStorage(world: World, node: SimulatedNode, use: () => void): boolean {
  try {
    use();
    return true;
  } catch (error) {
    if (error instanceof DiskCrash) crashNode(world, node, 'crashAtDiskCall');
    else if (isError(error, 'StorageFailed')) {
      node.files.storage = null;
      crashNode(world, node, must(node.storageFails, 'a fault that made storage fail'));
    } else throw error;
    return false;
  }
}

function isError(error: unknown, code: ClusterError['code']): boolean {
  return error instanceof ClusterError && error.code === code;
}

export function crashNode(world: World, node: SimulatedNode, kind: FaultKind): void {
  if (node.state === null) return;
  countFault(world.faults, kind);
  endStorage(world, node, kind);
  happened(world, kind, node.place, node.disk.term);
  tell(world, () => `node ${node.member.id} crashes: ${kind}`);
  node.state = null;
  node.turn = null;
  node.inbox = [];
  node.paused = false;
  node.alarms.clear();
  node.leadership = null;
  node.desk = null;
  node.incoming = [];
  node.snapshotPending = false;
  node.crashAt = null;
  node.storageFails = null;
  if (!world.plan.peerNews) return;
  for (const other of world.nodes) {
    if (other.state !== null) sendNews(world, other, { kind: 'peerDown', member: node.member });
  }
}

/** A node whose storage failed ends alone; what it wrote before stays in the machine's memory. */
function endStorage({ random, faults }: World, { files, disk }: SimulatedNode, kind: FaultKind): void {
  const failed = files.storage === null;
  if (!failed && disk.unsynced !== null && !files.disk.hasCrashed) {
    interruptWrite(files, disk.unsynced.persist, random);
  }
  const processOnly =
    drawChance(random, PROCESS_RATE) || failed || kind === 'bitRot' || files.options.durability === 'os';
  if (processOnly) countFault(faults, 'processEnd');
  closeFiles(files, random, processOnly ? 'process' : 'machine');
}

function sendNews(world: World, to: SimulatedNode, input: Input): void {
  later(world, to, NEWS_DELAY_MS, () => {
    deliver(world, to, input);
  });
}
