/**
 * Where a node's term, vote and log live between its lives: types, and whose files they are. `volatile-storage.ts`
 * keeps nothing, `log-files.ts` keeps them in files.
 */
import type { Member } from '../raft/messages.js';
import type { Persist } from '../raft/ready.js';
import type { StoredState } from '../raft/stored-state.js';
import { isMember } from '../raft/well-formed.js';

export interface LogStorage {
  /** One write and one sync. Returns when what the durability mode promises holds; a throw ends the node. */
  persist(persist: Persist): void;
  /** The log before this index may be forgotten. */
  compact(firstIndex: number): void;
  close(): void;
}

/** What a node finds when it starts, and where it keeps what comes. */
export interface OpenedStorage {
  readonly stored: StoredState;
  readonly storage: LogStorage;
}

/** In every file: a file of another cluster, node or incarnation is never taken for one's own. */
export interface StorageIdentity {
  readonly clusterId: string;
  readonly member: Member;
}

/** `os`: handed to the operating system, survives the process. `fsync`: on the disk, survives the machine. */
export type FileDurability = 'os' | 'fsync';

export function isStorageIdentity(value: unknown): value is StorageIdentity {
  if (typeof value !== 'object' || value === null) return false;
  const { clusterId, member } = value as Record<keyof StorageIdentity, unknown>;
  return typeof clusterId === 'string' && isMember(member);
}

export function sameIdentity(a: StorageIdentity, b: StorageIdentity): boolean {
  return a.clusterId === b.clusterId && a.member.id === b.member.id && a.member.incarnation === b.member.incarnation;
}
