/**
 * A new cluster that starts with the state of a snapshot: its own cluster id, incarnations and members; of the old
 * cluster it has the state, the exactly-once tables and the place in the log.
 */
import { existsSync } from 'node:fs';
import { ClusterError } from '../errors.js';
import {
  makeNodeFolder,
  newClusterFile,
  readClusterFile,
  refuseOrphans,
  writeClusterFile,
  type ClusterFile,
} from '../storage/data-folder.js';
import type { Disk } from '../storage/disk.js';
import { lockFolder } from '../storage/folder-lock.js';
import { createLogFiles } from '../storage/log-files.js';
import { createNodeDisk } from '../storage/node-disk.js';
import { absolutePath } from './absolute-path.js';
import { copySnapshot } from './copy-snapshot.js';
import { inspectSnapshot, type SnapshotInspection } from './inspect-snapshot.js';

export interface RestoreOptions {
  /** Voters, 1..9; default 3. */
  nodes?: number;
  /** The exported name of the state machine whose snapshot this is; default: the metadata one. */
  stateMachine?: string;
}

export interface RestoreReport {
  clusterId: string;
  /** Where the snapshot ends. */
  index: number;
}

const DEFAULT_NODES = 3;
const MAX_NODES = 9;

/**
 * Rejects `InvalidArgument` (also when the folder holds a cluster, or the snapshot is not one of this state machine),
 * `CorruptLog` when the snapshot is damaged, `DataDirInUse`, `StorageFailed`.
 */
export async function restoreSnapshot(
  file: string,
  dataDir: string,
  { nodes = DEFAULT_NODES, stateMachine }: RestoreOptions = {},
): Promise<RestoreReport> {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_NODES) {
    throw invalid(`nodes must be a whole number from 1 to ${MAX_NODES}`);
  }
  const inspection = await inspectSnapshot(file);
  checkMachine(inspection, stateMachine);
  const folder = absolutePath(dataDir, 'dataDir');
  // A folder that is refused is not even given a lock.
  if (existsSync(`${folder}/cluster.json`)) throw invalid(`${folder} holds a cluster; a snapshot makes a new one`);
  const disk = createNodeDisk();
  const lock = lockFolder(folder);
  try {
    if (readClusterFile(disk, folder) !== null) throw invalid(`${folder} holds a cluster`);
    refuseOrphans(disk, folder);
    const clusterFile = newClusterFile(nodes, stateMachine ?? null);
    makeNodes(disk, folder, clusterFile, inspection);
    writeClusterFile(disk, folder, clusterFile);
    return { clusterId: clusterFile.clusterId, index: inspection.index };
  } finally {
    lock.release();
  }
}

function checkMachine({ file, state }: SnapshotInspection, stateMachine: string | undefined): void {
  if (stateMachine === undefined && state === null) {
    throw invalid(`${file} is of a state machine of your own; say the name that it exports`);
  }
  if (stateMachine !== undefined && state !== null) {
    throw invalid(`${file} is of the metadata state machine, not of ${stateMachine}`);
  }
}

/** Each with the snapshot as its own, and a log that begins behind it. */
function makeNodes(
  disk: Disk,
  dataDir: string,
  { clusterId, bootstrap }: ClusterFile,
  { file, index, term }: SnapshotInspection,
): void {
  const description = { index, term, configuration: bootstrap };
  for (const member of bootstrap.voters) {
    const identity = { clusterId, member };
    makeNodeFolder(disk, dataDir, identity, (folder) => {
      copySnapshot(disk, file, folder, { identity, description });
      const options = { disk, folder, identity, durability: 'fsync' } as const;
      createLogFiles(options, { term, vote: null, base: { index, term }, entries: [] });
    });
  }
}

function invalid(message: string): ClusterError {
  return new ClusterError('InvalidArgument', message);
}
