/**
 * Where a node's term, vote and log live between its lives. Types only. Files come later; `volatile-storage.ts` keeps
 * nothing, and the simulator has one that can lose what was not synced.
 */
import type { Persist } from '../raft/ready.js';

export interface LogStorage {
  /** One write and one sync. Returns when what the durability mode promises holds; a throw ends the node. */
  persist(persist: Persist): void;
  /** The log before this index may be forgotten. */
  compact(firstIndex: number): void;
  close(): void;
}
