/**
 * A data folder in the hands of a tool, while no cluster runs in it: its lock, what `cluster.json` says, and which of
 * its nodes could start.
 */
import { existsSync } from 'node:fs';
import { ClusterError } from '../errors.js';
import type { EntryRun } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import { nodeFolder, readClusterFile, readIdentity, takeNewFolders, type ClusterFile } from '../storage/data-folder.js';
import type { Disk } from '../storage/disk.js';
import { lockFolder } from '../storage/folder-lock.js';
import { recoverLog, type RecoveredLog } from '../storage/log-recovery.js';
import { createNodeDisk } from '../storage/node-disk.js';
import { verifiedSnapshot, type FoundSnapshot } from '../storage/snapshot-files.js';
import type { StorageIdentity } from '../storage/storage.js';
import { absolutePath } from './absolute-path.js';
import { entriesFrom } from './surviving-log.js';

export interface StoredCluster {
  readonly disk: Disk;
  /** Absolute. */
  readonly dataDir: string;
  readonly file: ClusterFile;
}

/** Rejects `InvalidArgument` when there is no cluster, `DataDirInUse`, `CorruptLog`, `StorageFailed`. */
export async function withStoredCluster<T>(
  folder: string,
  work: (cluster: StoredCluster) => T | Promise<T>,
): Promise<T> {
  const dataDir = absolutePath(folder, 'dataDir');
  // A lock would make the folder.
  if (!existsSync(`${dataDir}/cluster.json`)) throw new ClusterError('InvalidArgument', `${dataDir} holds no cluster`);
  const disk = createNodeDisk();
  const lock = lockFolder(dataDir);
  try {
    const file = readClusterFile(disk, dataDir);
    if (file === null) throw new ClusterError('InvalidArgument', `${dataDir} holds no cluster`);
    takeNewFolders(disk, dataDir, file);
    return await work({ disk, dataDir, file });
  } finally {
    lock.release();
  }
}

/** What an intact node holds. */
export interface StoredNode {
  readonly identity: StorageIdentity;
  readonly snapshot: FoundSnapshot | null;
  readonly log: RecoveredLog;
}

/** Null: it was wiped. Throws `CorruptLog` where the node itself would refuse. Changes nothing. */
export function readStoredNode({ disk, dataDir, file }: StoredCluster, id: number): StoredNode | null {
  const identity = readIdentity(disk, dataDir, file.clusterId, id);
  if (identity === null) return null;
  const folder = nodeFolder(dataDir, id);
  const snapshot = verifiedSnapshot(disk, folder, identity);
  return { identity, snapshot, log: recoverLog(disk, folder, identity, snapshot?.description.index ?? 0) };
}

/** What the node goes on with: its snapshot's place, the entries behind it, and the last of the two. */
export interface StoredContent {
  readonly base: LogPlace;
  readonly entries: EntryRun[];
  readonly last: LogPlace;
}

export function contentOf({ snapshot, log }: StoredNode): StoredContent {
  const { index, term } = snapshot?.description ?? { index: 0, term: 0 };
  const base = { index, term };
  // A log that says otherwise is older than the snapshot, which then replaced it.
  if (log.terms.at(index)?.term !== term) return { base, entries: [], last: base };
  return { base, entries: entriesFrom(log.entries, index + 1), last: log.terms.last() };
}
