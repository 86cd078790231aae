/**
 * A new cluster that starts with the state of a snapshot: its own cluster id, incarnations and members; of the old
 * cluster it has the state, the exactly-once tables and the place in the log.
 */
import { ClusterError } from '../errors.js';
import { copySnapshot } from './copy-snapshot.js';
import { inspectSnapshot, type SnapshotInspection } from './inspect-snapshot.js';
import { checkNodes, DEFAULT_NODES, makeCluster } from './make-cluster.js';

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

/**
 * Rejects `InvalidArgument` (also when the folder holds a cluster, or the snapshot is not one of this state machine),
 * `CorruptLog` when the snapshot is damaged, `DataDirInUse`, `StorageFailed`.
 */
export async function restoreSnapshot(
  file: string,
  dataDir: string,
  { nodes = DEFAULT_NODES, stateMachine }: RestoreOptions = {},
): Promise<RestoreReport> {
  checkNodes(nodes);
  const inspection = await inspectSnapshot(file);
  checkMachine(inspection, stateMachine);
  const { index, term } = inspection;
  const clusterId = makeCluster(
    dataDir,
    { nodes, stateMachine: stateMachine ?? null },
    {
      index,
      term,
      save: (disk, folder, header) => {
        copySnapshot(disk, inspection.file, folder, header);
      },
    },
  );
  return { clusterId, index };
}

function checkMachine({ file, state }: SnapshotInspection, stateMachine: string | undefined): void {
  if (stateMachine === undefined && state === null) {
    throw invalid(`${file} is of a state machine of your own; say the name that it exports`);
  }
  if (stateMachine !== undefined && state !== null) {
    throw invalid(`${file} is of the metadata state machine, not of ${stateMachine}`);
  }
}

function invalid(message: string): ClusterError {
  return new ClusterError('InvalidArgument', message);
}
