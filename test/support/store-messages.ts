/** What a store in a process of its own and whoever started it tell each other. */
import type { ErrorCode, WatchedChange } from '../../src/index.js';

export interface StoreCall {
  readonly id: number;
  /** Of a method of the store, or of `groups.`, or of what is added here. */
  readonly name: string;
  readonly args: readonly unknown[];
}

export interface CallFailure {
  readonly code: ErrorCode | null;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** One client of this process has been told that its write number `step` is done. */
export interface Acknowledgement {
  readonly client: string;
  readonly step: number;
}

export type ProgramMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly failure: CallFailure }
  | ({ readonly kind: 'acknowledged' } & Acknowledgement);

/** `end`: the code of the error that ended it; null: it goes on. */
export interface Watched {
  readonly changes: readonly WatchedChange[];
  readonly end: string | null;
}

/** The call to open the store, answered or failed like any other. */
export const OPENING = 0;
