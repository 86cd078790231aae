/**
 * The host's hold on a `dataDir`: its lock, what `cluster.json` says, and the folders of its nodes, made and removed in
 * an order that a crash at any point leaves readable. What is in a node's log is that node's business.
 */
import { randomUUID } from 'node:crypto';
import { ClusterError } from '../errors.js';
import type { NodeFiles } from '../messages.js';
import type { Configuration, Member } from '../raft/messages.js';
import {
  makeNodeFolder,
  newClusterFile,
  nodeFolder,
  readClusterFile,
  readIdentity,
  refuseOrphans,
  removeNodeFolder,
  takeNewFolders,
  writeClusterFile,
  type ClusterFile,
} from '../storage/data-folder.js';
import type { Disk } from '../storage/disk.js';
import { lockFolder, type FolderLock } from '../storage/folder-lock.js';
import { createLogFiles } from '../storage/log-files.js';
import { createNodeDisk } from '../storage/node-disk.js';
import { DEFAULT_NODES, type FileOptions } from './options.js';

/** What a start says of the cluster; null where it leaves it to what is stored. */
export interface WantedCluster {
  readonly nodes: number | null;
  /** The name of the user's own; null: the metadata one. */
  readonly stateMachine: string | null;
}

/** Throws `DataDirInUse`, `InvalidArgument` when what is stored contradicts, `CorruptLog`, `StorageFailed`. */
export function openClusterFolder(options: FileOptions, wanted: WantedCluster): ClusterFolder {
  const disk = createNodeDisk();
  const lock = lockFolder(options.dataDir);
  try {
    const stored = readClusterFile(disk, options.dataDir);
    if (stored === null) refuseOrphans(disk, options.dataDir);
    else {
      checkWanted(stored, wanted);
      takeNewFolders(disk, options.dataDir, stored);
    }
    const nodes = wanted.nodes ?? DEFAULT_NODES;
    return new ClusterFolder(
      { ...options, disk, lock },
      stored ?? newClusterFile(nodes, wanted.stateMachine),
      stored === null,
    );
  } catch (error) {
    lock.release();
    throw error;
  }
}

function checkWanted(stored: ClusterFile, wanted: WantedCluster): void {
  const differs = (what: string, here: unknown, given: unknown): ClusterError =>
    new ClusterError('InvalidArgument', `${what}: the data folder holds ${String(here)}, not ${String(given)}`);
  if (wanted.nodes !== null && wanted.nodes !== stored.nodes.length) {
    throw differs('nodes', stored.nodes.length, wanted.nodes);
  }
  if (wanted.stateMachine !== stored.stateMachine) {
    throw differs('stateMachine', stored.stateMachine ?? 'the metadata one', wanted.stateMachine ?? 'the metadata one');
  }
}

interface FolderParts extends FileOptions {
  readonly disk: Disk;
  readonly lock: FolderLock;
}

export class ClusterFolder {
  /** Nothing of the cluster existed before this start. */
  readonly isNew: boolean;
  readonly #parts: FolderParts;
  #file: ClusterFile;

  constructor(parts: FolderParts, file: ClusterFile, isNew: boolean) {
    this.#parts = parts;
    this.#file = file;
    this.isNew = isNew;
    if (!isNew) return;
    for (const member of file.bootstrap.voters) this.#makeFolder(member);
    writeClusterFile(parts.disk, parts.dataDir, file);
  }

  get clusterId(): string {
    return this.#file.clusterId;
  }

  get bootstrap(): Configuration {
    return this.#file.bootstrap;
  }

  get nodes(): readonly number[] {
    return this.#file.nodes;
  }

  get lastNodeId(): number {
    return this.#file.lastNodeId;
  }

  /** Who the node's files say it is; a node without an identity was wiped, and is made anew. Throws `CorruptLog`. */
  memberOf(id: number): Member {
    const { disk, dataDir } = this.#parts;
    return readIdentity(disk, dataDir, this.clusterId, id)?.member ?? this.makeBlank(id);
  }

  /** The node's folder is empty, and the node somebody new. */
  makeBlank(id: number): Member {
    const member = { id, incarnation: randomUUID() };
    this.#makeFolder(member);
    return member;
  }

  addNode(id: number): Member {
    const member = this.makeBlank(id);
    this.#write({ nodes: [...this.nodes, id], lastNodeId: Math.max(id, this.lastNodeId) });
    return member;
  }

  removeNode(id: number): void {
    this.#write({ nodes: this.nodes.filter((other) => other !== id) });
    removeNodeFolder(this.#parts.disk, this.#parts.dataDir, id);
  }

  filesOf(member: Member): NodeFiles {
    const { dataDir, durability } = this.#parts;
    const identity = { clusterId: this.clusterId, member };
    return { folder: nodeFolder(dataDir, member.id), identity, durability };
  }

  close(): void {
    this.#parts.lock.release();
  }

  #makeFolder(member: Member): void {
    const { disk, dataDir, durability } = this.#parts;
    const identity = { clusterId: this.clusterId, member };
    makeNodeFolder(disk, dataDir, identity, (folder) => {
      createLogFiles({ disk, folder, identity, durability });
    });
  }

  #write(change: Partial<ClusterFile>): void {
    this.#file = { ...this.#file, ...change };
    writeClusterFile(this.#parts.disk, this.#parts.dataDir, this.#file);
  }
}
