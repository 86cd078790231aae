/** A copy of the newest snapshot in a data folder, to be kept elsewhere. */
import fs from 'node:fs';
import { dirname } from 'node:path';
import { ClusterError } from '../errors.js';
import { nodeFolder } from '../storage/data-folder.js';
import type { Disk } from '../storage/disk.js';
import { newestSnapshot, verifySnapshot, type FoundSnapshot } from '../storage/snapshot-files.js';
import { absolutePath } from './absolute-path.js';
import { withStoredCluster, type StoredCluster } from './stored-cluster.js';

export interface SaveReport {
  /** The node whose snapshot it is. */
  node: number;
  /** The last entry that it covers. */
  index: number;
}

/**
 * In place of a file of that name, whole or not at all. Rejects `InvalidArgument` when there is no cluster, none of its
 * nodes has taken a snapshot or something else has that name, `DataDirInUse`, `CorruptLog` when none is intact,
 * `StorageFailed`.
 */
export async function saveSnapshot(dataDir: string, file: string): Promise<SaveReport> {
  const target = absolutePath(file, 'file');
  demandPlainFile(target);
  return withStoredCluster(dataDir, (cluster) => save(cluster, target));
}

/** What stands there is replaced, which a device or a pipe must not be. */
function demandPlainFile(target: string): void {
  const found = fs.statSync(target, { throwIfNoEntry: false });
  if (found === undefined || found.isFile()) return;
  throw new ClusterError('InvalidArgument', `${target}: it is there, and no file that could be replaced`);
}

function save(cluster: StoredCluster, target: string): SaveReport {
  const { disk } = cluster;
  const { node, found } = newestOf(cluster);
  const temporary = `${target}.tmp`;
  try {
    fs.copyFileSync(found.path, temporary);
    syncFile(disk, temporary);
    fs.renameSync(temporary, target);
    disk.syncFolder(dirname(target));
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    const cause = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new ClusterError('StorageFailed', `could not write ${target}: ${cause}`, { file: target, cause });
  }
  return { node, index: found.description.index };
}

function syncFile(disk: Disk, path: string): void {
  const file = disk.open(path, 'write');
  try {
    file.sync();
  } finally {
    file.close();
  }
}

function newestOf({ disk, dataDir, file }: StoredCluster): { node: number; found: FoundSnapshot } {
  let newest: { node: number; found: FoundSnapshot } | null = null;
  let damaged: ClusterError | null = null;
  for (const node of file.nodes) {
    try {
      const found = newestSnapshot(disk, nodeFolder(dataDir, node), null);
      if (found === null || found.description.index <= (newest?.found.description.index ?? 0)) continue;
      verifySnapshot(disk, found.path);
      newest = { node, found };
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 'CorruptLog') throw error;
      damaged = error;
    }
  }
  if (newest !== null) return newest;
  throw damaged ?? new ClusterError('InvalidArgument', `${dataDir}: no node has taken a snapshot yet`);
}
