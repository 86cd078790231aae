/**
 * The metadata that a data folder holds, while no cluster runs in it. No thread is started and no file is changed.
 */
import type { ClusterMetadata } from '../metadata/model.js';
import { readStoredState } from './stored-state.js';
import { withStoredCluster } from './stored-cluster.js';

export interface StoredMetadata {
  /** Whose files it was read from. */
  node: number;
  /** The last entry that it covers. */
  index: number;
  state: ClusterMetadata;
}

/**
 * Of the node whose log reaches furthest, which is what the cluster will go on with if that node leads it: everything
 * acknowledged, and perhaps writes behind it whose outcome nobody knows yet. Rejects `InvalidArgument` (no cluster, one
 * with a state machine of your own, or most of its nodes have no files), `CorruptLog` when most of its nodes are
 * damaged, `DataDirInUse`, `StorageFailed`.
 */
export async function readMetadata(dataDir: string): Promise<StoredMetadata> {
  return withStoredCluster(dataDir, (cluster) => {
    const { node, index, state } = readStoredState(cluster);
    return { node, index, state: state.dump() as ClusterMetadata };
  });
}
