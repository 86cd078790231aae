/** What a log in etcd is made with, what happens to it, and what it says of itself. Types only. */
import type { ErrorValue } from '../../errors.js';
import type { AnsweredReads, HostToEngine, StoreToEngine } from '../engine.js';
import type { KeyChange, KvFailure, TxnResult } from './kv.js';
import type { Head } from './layout.js';

export interface EtcdLogConfig {
  /** Names this process; no other ever has the same. */
  readonly writer: string;
  /** Silent for so long, a controller is followed by another. */
  readonly controllerTimeoutMs: number;
  /** Entries that are kept behind a snapshot. */
  readonly trailingEntries: number;
}

export interface Surroundings {
  /** Draws from [0, 1). */
  readonly random: () => number;
}

export type EtcdLogInput =
  | { readonly kind: 'host'; readonly message: HostToEngine }
  | { readonly kind: 'store'; readonly message: StoreToEngine | AnsweredReads }
  | { readonly kind: 'answered'; readonly id: number; readonly result: TxnResult }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: KvFailure }
  | { readonly kind: 'watched'; readonly id: number; readonly changes: readonly KeyChange[] }
  | { readonly kind: 'watchFailed'; readonly id: number; readonly failure: KvFailure }
  /** Nothing but time has passed. */
  | { readonly kind: 'wake' }
  /** This process ends: another is to be the controller. */
  | { readonly kind: 'resign' };

export interface EtcdLogStatus {
  readonly writer: string;
  /** It follows the log, appends and confirms reads. */
  readonly joined: boolean;
  /** Of the log as far as it is known here. */
  readonly head: Head;
  /** Who leads in the present term; null: nobody that is known. */
  readonly controller: string | null;
  /** Where the newest snapshot in etcd ends; 0: there is none. */
  readonly snapshotIndex: number;
  /** Why nothing can be appended, or confirmed; null: all is well. */
  readonly problem: ErrorValue | null;
}
