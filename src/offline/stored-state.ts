/**
 * The replicated state that a data folder holds: the newest snapshot and the entries behind it, applied as a node would
 * apply them, metadata, sessions and request ids alike.
 */
import { ClusterError } from '../errors.js';
import { createMetadataMachine } from '../metadata/metadata-state-machine.js';
import { createReplicatedState, type ReplicatedState } from '../state-machine/exactly-once.js';
import { corruptLog } from '../storage/corrupt-log.js';
import { readSnapshotContent } from '../storage/snapshot-files.js';
import {
  contentOf,
  readStoredNode,
  type StoredCluster,
  type StoredContent,
  type StoredNode,
} from './stored-cluster.js';

export interface StoredState {
  /** Whose files it was read from. */
  readonly node: number;
  /** The last entry that it covers. */
  readonly index: number;
  readonly state: ReplicatedState;
}

interface ReadNode extends StoredContent {
  readonly id: number;
  readonly stored: StoredNode;
}

/**
 * Of the node whose log reaches furthest. Throws `InvalidArgument` where it is not metadata, or most of the nodes have
 * no files, `CorruptLog` where most of them are damaged.
 */
export function readStoredState(cluster: StoredCluster): StoredState {
  const { disk, dataDir, file } = cluster;
  if (file.stateMachine !== null) {
    throw new ClusterError('InvalidArgument', `${dataDir} is of the state machine ${file.stateMachine}`);
  }
  const { id, stored, base, entries, last } = furthestOf(cluster);
  const state = createReplicatedState(createMetadataMachine(), file.bootstrap);
  if (stored.snapshot !== null) {
    const { path, description } = stored.snapshot;
    if (!state.restore(readSnapshotContent(disk, path), description)) {
      throw corruptLog(path, 0, `it is not the state at entry ${base.index}`);
    }
  }
  state.applyRuns(entries);
  return { node: id, index: last.index, state };
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
