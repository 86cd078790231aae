/**
 * The metadata that a data folder holds, while no cluster runs in it: the newest snapshot and the entries behind it,
 * applied as a node would apply them. No thread is started and no file is changed.
 */
import { ClusterError } from '../errors.js';
import { createMetadataMachine } from '../metadata/metadata-state-machine.js';
import type { ClusterMetadata } from '../metadata/model.js';
import { createReplicatedState } from '../state-machine/exactly-once.js';
import { corruptLog } from '../storage/corrupt-log.js';
import { readSnapshotContent } from '../storage/snapshot-files.js';
import {
  contentOf,
  readStoredNode,
  withStoredCluster,
  type StoredCluster,
  type StoredContent,
  type StoredNode,
} from './stored-cluster.js';

export interface StoredMetadata {
  /** Whose files it was read from. */
  node: number;
  /** The last entry that it covers. */
  index: number;
  state: ClusterMetadata;
}

interface ReadNode extends StoredContent {
  readonly id: number;
  readonly stored: StoredNode;
}

/**
 * Of the node whose log reaches furthest, which is what the cluster will go on with if that node leads it: everything
 * acknowledged, and perhaps writes behind it whose outcome nobody knows yet. Rejects `InvalidArgument` (no cluster, one
 * with a state machine of your own, or most of its nodes have no files), `CorruptLog` when most of its nodes are
 * damaged, `DataDirInUse`, `StorageFailed`.
 */
export async function readMetadata(dataDir: string): Promise<StoredMetadata> {
  return withStoredCluster(dataDir, read);
}

function read(cluster: StoredCluster): StoredMetadata {
  const { disk, dataDir, file } = cluster;
  if (file.stateMachine !== null) {
    throw new ClusterError('InvalidArgument', `${dataDir} is of the state machine ${file.stateMachine}`);
  }
  const { id, stored, base, entries, last } = furthestOf(cluster);
  const machine = createMetadataMachine();
  const replicated = createReplicatedState(machine, file.bootstrap);
  if (stored.snapshot !== null) {
    const { path, description } = stored.snapshot;
    if (!replicated.restore(readSnapshotContent(disk, path), description)) {
      throw corruptLog(path, 0, `it is not the state at entry ${base.index}`);
    }
  }
  replicated.applyRuns(entries);
  return { node: id, index: last.index, state: machine.dump() };
}

function furthestOf(cluster: StoredCluster): ReadNode {
  const { dataDir, file } = cluster;
  const readable: ReadNode[] = [];
  let damaged: ClusterError | null = null;
  for (const id of file.nodes) {
    try {
      const stored = readStoredNode(cluster, id);
      if (stored !== null) readable.push({ id, stored, ...contentOf(stored) });
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 'CorruptLog') throw error;
      damaged = error;
    }
  }
  const [first, ...others] = readable;
  // What was acknowledged is on a majority of the nodes, so on at least one of any other majority.
  if (first === undefined || readable.length * 2 <= file.nodes.length) {
    if (damaged !== null) throw damaged;
    const count = `${readable.length} of the ${file.nodes.length} nodes`;
    throw new ClusterError('InvalidArgument', `${dataDir}: only ${count} have files; see conclave recover`);
  }
  // Election restriction: the log of the later term, and of two that end in the same one the longer (paper 5.4.1).
  return others.reduce(
    (best, node) =>
      node.last.term > best.last.term || (node.last.term === best.last.term && node.last.index > best.last.index)
        ? node
        : best,
    first,
  );
}
