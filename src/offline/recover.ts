/**
 * Recovery when a majority of the disks is lost: what one node has becomes a new cluster, whose only voter it is until
 * the others have been filled from it. The new cluster id and incarnations keep every file of the old cluster out.
 */
import { randomUUID } from 'node:crypto';
import { ClusterError } from '../errors.js';
import { packConfiguration } from '../raft/configuration.js';
import type { LogPlace } from '../raft/log.js';
import type { EntryRun } from '../raft/entries.js';
import type { Configuration, Member } from '../raft/messages.js';
import { makeNewFolder, takeNewFolders, writeClusterFile } from '../storage/data-folder.js';
import { createLogFiles } from '../storage/log-files.js';
import { copySnapshot } from './copy-snapshot.js';
import { contentOf, readStoredNode, withStoredCluster, type StoredCluster, type StoredNode } from './stored-cluster.js';

export interface RecoverOptions {
  /** The node whose snapshot and log are kept. */
  fromNode: number;
  /** What other nodes had beyond it is given up, acknowledged or not. */
  acceptDataLoss: true;
}

export interface RecoverReport {
  clusterId: string;
  /** The last entry that is kept, with all before it; what was acknowledged after it is lost. */
  keptIndex: number;
  keptTerm: number;
}

/**
 * The folders of the old cluster stay beside the new ones as `node-<id>.old`. Rejects `InvalidArgument`,
 * `DataDirInUse`, `CorruptLog` when that node's files are damaged, `StorageFailed`; then nothing has changed.
 */
export async function recover(dataDir: string, options: RecoverOptions): Promise<RecoverReport> {
  const { fromNode, acceptDataLoss } = readOptions(options);
  if (acceptDataLoss !== true) throw new ClusterError('InvalidArgument', 'acceptDataLoss must be true');
  return withStoredCluster(dataDir, (cluster) => recoverFrom(cluster, fromNode));
}

function readOptions(options: unknown): { fromNode: unknown; acceptDataLoss: unknown } {
  if (typeof options !== 'object' || options === null) throw new ClusterError('InvalidArgument', 'options are missing');
  const { fromNode, acceptDataLoss } = options as Partial<RecoverOptions>;
  return { fromNode, acceptDataLoss };
}

function recoverFrom(cluster: StoredCluster, fromNode: unknown): RecoverReport {
  const { disk, dataDir, file } = cluster;
  const id = file.nodes.find((each) => each === fromNode);
  if (id === undefined) {
    throw new ClusterError('InvalidArgument', `fromNode: the nodes here are ${file.nodes.join(', ')}`);
  }
  const node = readStoredNode(cluster, id);
  if (node === null) throw new ClusterError('InvalidArgument', `fromNode: node ${id} has no files`);

  const clusterId = randomUUID();
  const members = file.nodes.map((each): Member => ({ id: each, incarnation: randomUUID() }));
  const configuration = {
    voters: members.filter((member) => member.id === id),
    learners: members.filter((member) => member.id !== id),
  };
  const kept = keptLog(node, configuration);
  for (const member of members) {
    const identity = { clusterId, member };
    makeNewFolder(disk, dataDir, identity, (folder) => {
      const options = { disk, folder, identity, durability: 'fsync' } as const;
      if (member.id !== id) createLogFiles(options);
      else {
        if (node.snapshot !== null) {
          copySnapshot(disk, node.snapshot.path, folder, { identity, description: node.snapshot.description });
        }
        createLogFiles(options, kept.content);
      }
    });
  }
  const bootstrap = { voters: configuration.voters, learners: [] };
  const renewed = { ...file, clusterId, bootstrap };
  // From here on it is the new cluster; each of its folders takes its place now or at the next start.
  writeClusterFile(disk, dataDir, renewed);
  takeNewFolders(disk, dataDir, renewed);
  return { clusterId, keptIndex: kept.last.index, keptTerm: kept.last.term };
}

interface KeptLog {
  readonly content: { term: number; vote: null; base: LogPlace; entries: EntryRun[] };
  readonly last: LogPlace;
}

/** What stands behind the snapshot, and the entry that makes the node the only voter, in a term of its own. */
function keptLog(node: StoredNode, configuration: Configuration): KeptLog {
  const { base, entries, last } = contentOf(node);
  const newTerm = Math.max(node.log.term, last.term) + 1;
  entries.push({ firstIndex: last.index + 1, term: newTerm, ...packConfiguration(configuration) });
  return { content: { term: newTerm, vote: null, base, entries }, last };
}
