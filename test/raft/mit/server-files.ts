/**
 * What one server keeps through a crash: the shipped log and snapshots, on a disk of which a crash leaves all that was
 * synced and any part of the rest.
 */
import { must } from '../../../src/assert.js';
import type { Random } from '../../../src/random.js';
import type { Configuration, SnapshotDescription } from '../../../src/raft/messages.js';
import type { StoredState } from '../../../src/raft/stored-state.js';
import { FaultyDisk } from '../../../src/simulation/faulty-disk.js';
import { drawSurvival } from '../../../src/simulation/survival.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../../src/storage/log-files.js';
import { createSnapshotWriter, newestSnapshot, readSnapshotContent } from '../../../src/storage/snapshot-files.js';
import type { LogStorage } from '../../../src/storage/storage.js';
import { memberOf } from '../support/network.js';

export interface ServerFiles {
  readonly disk: FaultyDisk;
  readonly options: LogFilesOptions;
  readonly bootstrap: Configuration;
  /** Null while the server is down. */
  storage: LogStorage | null;
}

export interface FoundInFiles {
  readonly stored: StoredState;
  /** Content of the newest snapshot; null where there is none. */
  readonly content: Uint8Array | null;
}

const FOLDER = 'server';
/** Small, so that compaction gives files back. */
const SEGMENT_BYTES = 4096;

export function createServerFiles(id: number, bootstrap: Configuration): ServerFiles {
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
