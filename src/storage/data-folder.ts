/**
 * What a `dataDir` holds beside the logs: `cluster.json` says which cluster this is and who its nodes are, and in each
 * node's folder `identity.json` says whose files these are. The order of what is written makes every crash readable:
 * without `cluster.json` nothing ever voted; with it, a node without `identity.json` is one that was wiped.
 */
import { randomUUID } from 'node:crypto';
import type { Configuration } from '../raft/messages.js';
import { isConfiguration } from '../raft/well-formed.js';
import { corruptLog } from './corrupt-log.js';
import type { Disk } from './disk.js';
import { readJsonFile, writeJsonFile } from './json-file.js';
import { scanLogFiles } from './log-scan.js';
import { segmentNumbers } from './log-segment.js';
import type { StorageIdentity } from './storage.js';

const CLUSTER_FILE = 'cluster.json';
const IDENTITY_FILE = 'identity.json';
/** A folder that is to take the place of the node's, and the one whose place was taken. */
const NEW = '.new';
const OLD = '.old';

/** Content of `cluster.json`. */
export interface ClusterFile {
  readonly clusterId: string;
  /** The name that the user's state machine gives itself; null: the metadata one. */
  readonly stateMachine: string | null;
  /** In force before the first entry. */
  readonly bootstrap: Configuration;
  /** Ids of the nodes that have a folder, ascending. */
  readonly nodes: readonly number[];
  /** The highest id ever given: none is given twice. */
  readonly lastNodeId: number;
}

/** A new cluster's, with ids and incarnations of its own. */
export function newClusterFile(nodes: number, stateMachine: string | null): ClusterFile {
  const ids = Array.from({ length: nodes }, (_, position) => position + 1);
  const voters = ids.map((id) => ({ id, incarnation: randomUUID() }));
  return { clusterId: randomUUID(), stateMachine, bootstrap: { voters, learners: [] }, nodes: ids, lastNodeId: nodes };
}

export function nodeFolder(dataDir: string, id: number): string {
  return `${dataDir}/node-${id}`;
}

/** Null: there is none, so no cluster was ever started here. Throws `CorruptLog`. */
export function readClusterFile(disk: Disk, dataDir: string): ClusterFile | null {
  const content = readJsonFile(disk, dataDir, CLUSTER_FILE);
  if (content === null || isClusterFile(content)) return content;
  throw corruptLog(`${dataDir}/${CLUSTER_FILE}`, 0, 'it does not say what a cluster is');
}

export function writeClusterFile(disk: Disk, dataDir: string, file: ClusterFile): void {
  const { clusterId, stateMachine, bootstrap, nodes, lastNodeId } = file;
  writeJsonFile(disk, dataDir, CLUSTER_FILE, { clusterId, stateMachine, bootstrap, nodes, lastNodeId });
}

/** Null: the node was wiped. Throws `CorruptLog` when the folder belongs to another cluster or node. */
export function readIdentity(disk: Disk, dataDir: string, clusterId: string, id: number): StorageIdentity | null {
  const folder = nodeFolder(dataDir, id);
  const path = `${folder}/${IDENTITY_FILE}`;
  const content = readJsonFile(disk, folder, IDENTITY_FILE);
  if (content === null) return null;
  const { incarnation } = content;
  if (typeof incarnation !== 'string') throw corruptLog(path, 0, 'it names no incarnation');
  if (content['clusterId'] !== clusterId) throw corruptLog(path, 0, 'it belongs to another cluster');
  if (content['nodeId'] !== id) throw corruptLog(path, 0, `it belongs to node ${JSON.stringify(content['nodeId'])}`);
  return { clusterId, member: { id, incarnation } };
}

/**
 * A node's folder, in place of what was left of an earlier one. `fill` makes its log, and whatever else it starts
 * with; the identity comes last, since it says that the rest is there.
 */
export function makeNodeFolder(
  disk: Disk,
  dataDir: string,
  identity: StorageIdentity,
  fill: (folder: string) => void,
): void {
  const folder = nodeFolder(dataDir, identity.member.id);
  removeFolder(disk, folder);
  fillFolder(disk, folder, identity, fill);
  disk.syncFolder(dataDir);
}

/**
 * Makes a folder beside the node's, which takes its place in `takeNewFolders`: once `cluster.json` says that the
 * cluster is the one it was made for, and not before.
 */
export function makeNewFolder(
  disk: Disk,
  dataDir: string,
  identity: StorageIdentity,
  fill: (folder: string) => void,
): void {
  const folder = nodeFolder(dataDir, identity.member.id) + NEW;
  disk.remove(folder);
  fillFolder(disk, folder, identity, fill);
  disk.syncFolder(dataDir);
}

/**
 * Ends what `makeNewFolder` began, before anything else is done with the data folder: whole folders made for this
 * cluster take their places, what else was left is removed. What was there before is kept beside.
 */
export function takeNewFolders(disk: Disk, dataDir: string, { clusterId, nodes }: ClusterFile): void {
  for (const id of nodes) {
    const folder = nodeFolder(dataDir, id);
    const made = folder + NEW;
    if (disk.list(made).length === 0) continue;
    if (readJsonFile(disk, made, IDENTITY_FILE)?.['clusterId'] !== clusterId) {
      disk.remove(made);
      continue;
    }
    if (disk.list(folder).length > 0) {
      disk.remove(folder + OLD);
      disk.rename(folder, folder + OLD);
    }
    disk.remove(folder);
    disk.rename(made, folder);
    disk.syncFolder(dataDir);
  }
}

function fillFolder(
  disk: Disk,
  folder: string,
  { clusterId, member }: StorageIdentity,
  fill: (folder: string) => void,
): void {
  disk.makeFolder(folder);
  fill(folder);
  disk.syncFolder(folder);
  writeJsonFile(disk, folder, IDENTITY_FILE, {
    clusterId,
    nodeId: member.id,
    incarnation: member.incarnation,
  });
}

export function removeNodeFolder(disk: Disk, dataDir: string, id: number): void {
  removeFolder(disk, nodeFolder(dataDir, id));
  disk.syncFolder(dataDir);
}

/** The identity goes first: a folder that is half removed is a wiped node, never a damaged one. */
function removeFolder(disk: Disk, folder: string): void {
  if (disk.list(folder).includes(IDENTITY_FILE)) {
    disk.remove(`${folder}/${IDENTITY_FILE}`);
    disk.syncFolder(folder);
  }
  disk.remove(folder);
}

/** Without a `cluster.json`: throws `CorruptLog` when a node has voted or stored something all the same. */
export function refuseOrphans(disk: Disk, dataDir: string): void {
  for (const name of disk.list(dataDir)) {
    const folder = `${dataDir}/${name}`;
    if (!/^node-\d+$/.test(name) || !holdsSomething(disk, folder)) continue;
    throw corruptLog(`${dataDir}/${CLUSTER_FILE}`, 0, `it is missing, and ${folder} holds what a cluster has stored`);
  }
}

function holdsSomething(disk: Disk, folder: string): boolean {
  if (disk.list(folder).some((name) => /^snapshot-[\d-]+$/.test(name))) return true;
  if (segmentNumbers(disk, folder).length === 0) return false;
  for (const item of scanLogFiles(disk, folder)) {
    if (item.kind !== 'segment' || item.header.base.index > 0) return true;
  }
  return false;
}

function isClusterFile(content: object): content is ClusterFile {
  const { clusterId, stateMachine, bootstrap, nodes, lastNodeId } = content as Record<keyof ClusterFile, unknown>;
  return (
    typeof clusterId === 'string' &&
    (stateMachine === null || typeof stateMachine === 'string') &&
    isConfiguration(bootstrap) &&
    Array.isArray(nodes) &&
    nodes.every((id) => Number.isSafeInteger(id) && id > 0) &&
    Number.isSafeInteger(lastNodeId)
  );
}
