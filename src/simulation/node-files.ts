/**
 * A simulated node's files: the shipped log and snapshots on a faulty disk. Beside them the ledger (`disk.ts`), which
 * knows what was promised; at each start what the files give is compared with it.
 */
import { assert, must } from '../assert.js';
import { drawInteger, type Random } from '../random.js';
import { sameMember } from '../raft/configuration.js';
import { payloadAt } from '../raft/entries.js';
import type { Member } from '../raft/messages.js';
import type { Persist } from '../raft/ready.js';
import type { StoredState } from '../raft/stored-state.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../storage/log-files.js';
import { createSnapshotWriter, newestSnapshot, openSnapshotFile } from '../storage/snapshot-files.js';
import type { LogStorage } from '../storage/storage.js';
import { demand, Violation } from './checks/violation.js';
import { digestBytes } from './digest.js';
import { dropOvertaken, lastWrittenIndex, settle, type Disk, type SnapshotFile } from './disk.js';
import { changesDisk, DiskCrash, FaultyDisk, type Interference } from './faulty-disk.js';
import type { Plan } from './plan.js';
import { drawSurvival } from './survival.js';

export interface NodeFiles {
  readonly disk: FaultyDisk;
  readonly options: LogFilesOptions;
  /** Null while the node is down. */
  storage: LogStorage | null;
  /** Being written when the node crashed: it is there or it is not. */
  snapshotInDoubt: SnapshotFile | null;
  /** What was compacted. */
  baseIndex: number;
}

export interface FoundInFiles {
  readonly stored: StoredState;
  /** The unsynced write is not there. */
  readonly lost: boolean;
}

interface Part {
  readonly offset: number;
  readonly length: number;
}

const FOLDER = 'node';
const CLUSTER = 'simulated';
/** Of one write, and a little more: a call behind the last one is none. */
const CALLS_OF_A_WRITE = 6;

export function createFiles(member: Member, { durability, segmentBytes }: Plan): NodeFiles {
  const disk = new FaultyDisk();
  const identity = { clusterId: CLUSTER, member };
  const options = { disk, folder: FOLDER, identity, durability, segmentBytes };
  createLogFiles(options);
  disk.syncFolder('');
  return { disk, options, storage: null, snapshotInDoubt: null, baseIndex: 0 };
}

// ------------------------------------------------------------ while the node is up

export function storageOf({ storage }: NodeFiles): LogStorage {
  return must(storage, 'the storage of a live node');
}

export function writeSnapshot(files: NodeFiles, file: SnapshotFile): void {
  const { disk, options } = files;
  files.snapshotInDoubt = file;
  const { description, bytes } = file;
  const writer = createSnapshotWriter(disk, FOLDER, { identity: options.identity, description });
  writer.write(bytes);
  writer.finish();
  files.snapshotInDoubt = null;
}

/** Part of the snapshot as it is in its file, which is what the ledger has. */
export function readSnapshotPart({ disk, options }: NodeFiles, { bytes }: SnapshotFile, part: Part): Uint8Array {
  const newest = newestSnapshot(disk, FOLDER, options.identity);
  return newest === null ? partOf(bytes, part) : readPart(disk, newest.path, bytes, part);
}

function partOf(bytes: Uint8Array, { offset, length }: Part): Uint8Array {
  return bytes.slice(offset, offset + length);
}

function readPart(disk: FaultyDisk, path: string, written: Uint8Array, part: Part): Uint8Array {
  const opened = openSnapshotFile(disk, path);
  const bytes = opened.read(part.offset, part.length);
  opened.close();
  demand(
    sameBytes(bytes, partOf(written, part)),
    'recovery',
    () => `the snapshot ${path} does not read as it was written`,
  );
  return bytes;
}

/** From now on, whatever is written or synced. */
export function failStorage({ disk }: NodeFiles, operation: 'write' | 'sync'): void {
  disk.interfere = (call) => (call.operation === operation ? 'fail' : null);
}

/** At the n-th change from now on. */
export function interfereAt(disk: FaultyDisk, change: number, interference: Interference): void {
  let left = change;
  disk.interfere = (call) => {
    if (!changesDisk(call)) return null;
    left -= 1;
    return left === 0 ? interference : null;
  };
}

/** The write at which the node is when it crashes: begun, perhaps ended. */
export function interruptWrite(files: NodeFiles, persist: Persist, random: Random): void {
  interfereAt(files.disk, drawInteger(random, 1, CALLS_OF_A_WRITE), 'crash');
  try {
    storageOf(files).persist(persist);
  } catch (error) {
    if (!(error instanceof DiskCrash)) throw error;
  }
}

/** Anywhere in any of its files. */
export function flipAnyBit({ disk }: NodeFiles, random: Random): void {
  const names = disk.list(FOLDER);
  const path = `${FOLDER}/${must(names[drawInteger(random, 0, names.length)], 'a file')}`;
  const file = disk.open(path, 'read');
  const bits = file.size() * 8;
  file.close();
  if (bits > 0) disk.flipBit(path, drawInteger(random, 0, bits));
}

// ------------------------------------------------------------ its end and its start

/** `process`: the machine goes on, and with it all that was written. */
export function closeFiles(files: NodeFiles, random: Random, what: 'process' | 'machine'): void {
  if (what === 'process' || files.options.durability === 'os') files.disk.endProcess();
  else files.disk.crash(drawSurvival(random));
  files.storage = null;
}

/** Throws what the shipped code throws; brings the ledger to what it may have become, and demands no less. */
export function openFiles(files: NodeFiles, ledger: Disk): FoundInFiles {
  const { disk, options, snapshotInDoubt } = files;
  const newest = newestSnapshot(disk, FOLDER, options.identity);
  const none = { ...ledger.snapshot.description, index: 0, term: 0 };
  const { stored, storage } = openLogFiles(options, newest?.description ?? none);
  files.storage = storage;
  if (snapshotInDoubt !== null && stored.snapshot.index === snapshotInDoubt.description.index) {
    ledger.snapshot = snapshotInDoubt;
  }
  files.snapshotInDoubt = null;
  const lost = !settleLedger(ledger, stored);
  demand(
    JSON.stringify(stored.snapshot) === JSON.stringify(ledger.snapshot.description),
    'recovery',
    () => `the snapshot at ${stored.snapshot.index} instead of ${ledger.snapshot.description.index}`,
  );
  const { bytes } = ledger.snapshot;
  if (newest !== null) readPart(disk, newest.path, bytes, { offset: 0, length: bytes.length + 1 });
  return { stored, lost };
}

/** One write is whole or not there at all. */
function settleLedger(ledger: Disk, stored: StoredState): boolean {
  const differences: string[] = [];
  for (const kept of ledger.unsynced === null ? [true] : [true, false]) {
    const settled = { ...ledger, entries: [...ledger.entries] };
    settle(settled, kept);
    dropOvertaken(settled);
    const found = difference(stored, settled);
    if (found === null) {
      Object.assign(ledger, settled);
      return kept;
    }
    differences.push(found);
  }
  throw new Violation('recovery', differences.join('; or '));
}

function difference(stored: StoredState, ledger: Disk): string | null {
  const { term, vote, base } = stored;
  if (term !== ledger.term) return `term ${term} instead of ${ledger.term}`;
  if (!sameMember(vote, ledger.vote)) return `a vote for ${vote?.id ?? 0} instead of ${ledger.vote?.id ?? 0}`;
  if (base.index > ledger.baseIndex) return `the log begins behind ${base.index} instead of ${ledger.baseIndex}`;
  if (base.index === ledger.baseIndex && base.term !== ledger.baseTerm) return `base of term ${base.term}`;
  return differenceOfEntries(stored, ledger);
}

/** The files may hold a little more of what was compacted. */
function differenceOfEntries({ base, entries }: StoredState, ledger: Disk): string | null {
  let last = base.index;
  for (const run of entries) {
    assert(run.firstIndex === last + 1, `entry ${run.firstIndex} after ${last}`);
    last += run.count;
    for (let index = Math.max(run.firstIndex, ledger.baseIndex + 1); index <= last; index += 1) {
      const entry = ledger.entries[index - ledger.baseIndex - 1];
      const digest = digestBytes(payloadAt(run, index - run.firstIndex));
      if (entry?.term !== run.term || entry.digest !== digest) {
        return `entry ${index} of term ${run.term}, where the ledger has ${entry?.term ?? 'none'}`;
      }
    }
  }
  const end = lastWrittenIndex(ledger);
  return last === end ? null : `the log ends at ${last} instead of ${end}`;
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let position = 0; position < one.length; position += 1) if (one[position] !== other[position]) return false;
  return true;
}
