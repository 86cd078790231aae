/**
 * A data folder with a new cluster in it, whose nodes begin with a state of somewhere else. It is a cluster from the
 * moment on that `cluster.json` has its name; until then it is nothing.
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
import type { SnapshotHeader } from '../storage/snapshot-files.js';
import { absolutePath } from './absolute-path.js';

export const DEFAULT_NODES = 3;
const MAX_NODES = 9;

/** What each node begins with: a state, and its place in the log. */
export interface FirstState {
  readonly index: number;
  readonly term: number;
  /** As a snapshot of this header. */
  readonly save: (disk: Disk, folder: string, header: SnapshotHeader) => void;
}

/** Throws `InvalidArgument`. */
export function checkNodes(nodes: number): void {
  if (Number.isInteger(nodes) && nodes >= 1 && nodes <= MAX_NODES) return;
  throw invalid(`nodes must be a whole number from 1 to ${MAX_NODES}`);
}

/** Its id. Throws `InvalidArgument` where the folder holds a cluster, `DataDirInUse`, `StorageFailed`. */
export function makeCluster(
  dataDir: string,
  { nodes, stateMachine }: { readonly nodes: number; readonly stateMachine: string | null },
  state: FirstState,
): string {
  const folder = emptyFolder(dataDir);
  const disk = createNodeDisk();
  const lock = lockFolder(folder);
  try {
    if (readClusterFile(disk, folder) !== null) throw invalid(`${folder} holds a cluster`);
    refuseOrphans(disk, folder);
    const clusterFile = newClusterFile(nodes, stateMachine);
    makeNodes(disk, folder, clusterFile, state);
    writeClusterFile(disk, folder, clusterFile);
    return clusterFile.clusterId;
  } finally {
    lock.release();
  }
}

/** One that is refused is not even given a lock. Throws `InvalidArgument`. */
export function emptyFolder(dataDir: string): string {
  const folder = absolutePath(dataDir, 'dataDir');
  if (existsSync(`${folder}/cluster.json`)) throw invalid(`${folder} holds a cluster; this makes a new one`);
  return folder;
}

/** Each with the state as its own snapshot, and a log that begins behind it. */
function makeNodes(
  disk: Disk,
  dataDir: string,
  { clusterId, bootstrap }: ClusterFile,
  { index, term, save }: FirstState,
): void {
  const description = { index, term, configuration: bootstrap };
  for (const member of bootstrap.voters) {
    const identity = { clusterId, member };
    makeNodeFolder(disk, dataDir, identity, (folder) => {
      save(disk, folder, { identity, description });
      const options = { disk, folder, identity, durability: 'fsync' } as const;
      createLogFiles(options, { term, vote: null, base: { index, term }, entries: [] });
    });
  }
}

function invalid(message: string): ClusterError {
  return new ClusterError('InvalidArgument', message);
}
