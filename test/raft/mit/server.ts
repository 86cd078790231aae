/**
 * One server: what it keeps through a crash, which is the shipped log and snapshots on a disk of which a crash leaves
 * all that was synced and any part of the rest; and what it has applied, which must be the same at each index and in
 * order.
 */
import { assert, must } from '../../../src/assert.js';
import type { Random } from '../../../src/random.js';
import { payloadAt, type EntryRun } from '../../../src/raft/entries.js';
import type { Configuration, SnapshotDescription, TimerName } from '../../../src/raft/messages.js';
import type { StoredState } from '../../../src/raft/stored-state.js';
import { FaultyDisk } from '../../../src/simulation/faulty-disk.js';
import { drawSurvival } from '../../../src/simulation/survival.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../../src/storage/log-files.js';
import { createSnapshotWriter, newestSnapshot, readSnapshotContent } from '../../../src/storage/snapshot-files.js';
import type { LogStorage } from '../../../src/storage/storage.js';
import { memberOf, payloadText } from '../support/network.js';

export interface Server {
  readonly id: number;
  readonly files: ServerFiles;
  /** The alarm that counts, of each timer. */
  readonly alarms: Map<TimerName, number>;
  /** Of the snapshot being received. */
  chunks: Uint8Array[];
  appliedIndex: number;
  connected: boolean;
  /** How often it has crashed. */
  life: number;
  /** It crashes when it has had so many effects more, be it in the middle of a turn. */
  effectsLeft: number;
}

export interface ServerFiles {
  readonly disk: FaultyDisk;
  readonly options: LogFilesOptions;
  readonly bootstrap: Configuration;
  /** Null while the server is down. */
  storage: LogStorage | null;
}

interface FoundInFiles {
  readonly stored: StoredState;
  /** Content of the newest snapshot; null where there is none. */
  readonly content: Uint8Array | null;
}

const FOLDER = 'server';
/** Small, so that compaction gives files back. */
const SEGMENT_BYTES = 4096;

export function createServer(id: number, bootstrap: Configuration): Server {
  return {
    id,
    files: createServerFiles(id, bootstrap),
    alarms: new Map(),
    chunks: [],
    appliedIndex: 0,
    connected: true,
    life: 0,
    effectsLeft: Number.POSITIVE_INFINITY,
  };
}

/** `known`: what any server has applied. */
export function noteApplied(server: Server, run: EntryRun, known: Map<number, string>): void {
  for (let position = 0; position < run.count; position += 1) {
    const index = run.firstIndex + position;
    const text = `${run.term} ${payloadText(payloadAt(run, position))}`;
    const other = known.get(index) ?? text;
    assert(other === text, `server ${server.id} applies ${text} at ${index}, another has applied ${other}`);
    assert(index === server.appliedIndex + 1, `server ${server.id} applies ${index} after ${server.appliedIndex}`);
    known.set(index, text);
    server.appliedIndex = index;
  }
}

function createServerFiles(id: number, bootstrap: Configuration): ServerFiles {
  const disk = new FaultyDisk();
  const identity = { clusterId: 'lab', member: memberOf(id) };
  const options = { disk, folder: FOLDER, identity, durability: 'fsync', segmentBytes: SEGMENT_BYTES } as const;
  createLogFiles(options);
  disk.syncFolder('');
  return { disk, options, bootstrap, storage: null };
}

export function openServerFiles(files: ServerFiles): FoundInFiles {
  const { disk, options, bootstrap } = files;
  const newest = newestSnapshot(disk, FOLDER, options.identity);
  const opened = openLogFiles(options, newest?.description ?? { index: 0, term: 0, configuration: bootstrap });
  files.storage = opened.storage;
  return { stored: opened.stored, content: newest === null ? null : readSnapshotContent(disk, newest.path) };
}

export function storageOf({ storage }: ServerFiles): LogStorage {
  return must(storage, 'the storage of a server that runs');
}

export function writeSnapshot(files: ServerFiles, description: SnapshotDescription, content: Uint8Array): void {
  const { disk, options } = files;
  const writer = createSnapshotWriter(disk, FOLDER, { identity: options.identity, description });
  writer.write(content);
  writer.finish();
}

/** The newest, for a follower that is too far behind. */
export function readSnapshot({ disk, options }: ServerFiles): { readonly index: number; readonly content: Uint8Array } {
  const newest = must(newestSnapshot(disk, FOLDER, options.identity), 'a snapshot');
  return { index: newest.description.index, content: readSnapshotContent(disk, newest.path) };
}

/** The machine fails. */
export function crashFiles(files: ServerFiles, random: Random): void {
  files.disk.crash(drawSurvival(random));
  files.storage = null;
}
