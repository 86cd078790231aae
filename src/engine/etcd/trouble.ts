/** Why the log cannot be used now, when to try again, and what the host is told of it. */
import { ClusterError, toErrorValue, type ErrorValue } from '../../errors.js';
import type { PackedPayloads } from '../../raft/entries.js';
import type { KvFailure } from './kv.js';
import type { Outbox } from './outbox.js';

/** The first attempt comes nearly at once, since another endpoint may answer; then ever later. */
const FIRST_RETRY_MS = 10;
const LONGEST_RETRY_MS = 1_000;
/** Writes that etcd refuses are tried again after so long: it may have got space, or this user a right. */
const REFUSED_PAUSE_MS = 1_000;

export interface TroubleOptions {
  readonly outbox: Outbox;
  readonly now: () => number;
  readonly random: () => number;
}

export class Trouble {
  readonly #options: TroubleOptions;
  #problem: ErrorValue | null = null;
  #attempts = 0;
  #retryAt = Number.POSITIVE_INFINITY;
  #pausedUntil = 0;

  constructor(options: TroubleOptions) {
    this.#options = options;
  }

  get problem(): ErrorValue | null {
    return this.#problem;
  }

  /** Nothing is to be written now. */
  get pausesWrites(): boolean {
    return this.#options.now() < this.#pausedUntil;
  }

  /** Infinity: nothing is to be tried again. */
  get nextDueAt(): number {
    return Math.min(this.#retryAt, this.pausesWrites ? this.#pausedUntil : Number.POSITIVE_INFINITY);
  }

  tell({ kind, message }: KvFailure): void {
    // A history that is gone is no trouble of etcd, but of this reader of it.
    if (kind !== 'compacted') this.#set(toErrorValue(errorOf({ kind, message })));
  }

  pauseWrites(): void {
    this.#pausedUntil = this.#options.now() + REFUSED_PAUSE_MS;
  }

  /** Etcd has not taken these, and is not asked again. */
  refuse(payloads: PackedPayloads): void {
    const error = this.#problem;
    if (payloads.count > 0 && error !== null) {
      this.#options.outbox.toHost({ kind: 'proposalsRefused', payloads, error });
    }
  }

  /** The log is to be joined again, after a while. */
  retryLater(): void {
    const { now, random } = this.#options;
    const longestMs = Math.min(FIRST_RETRY_MS * 2 ** this.#attempts, LONGEST_RETRY_MS);
    this.#attempts += 1;
    this.#retryAt = now() + random() * longestMs;
  }

  /** Once each time that is due. */
  takeRetry(): boolean {
    if (this.#options.now() < this.#retryAt) return false;
    this.#retryAt = Number.POSITIVE_INFINITY;
    return true;
  }

  /** Etcd answers. */
  over(): void {
    this.#attempts = 0;
    if (!this.pausesWrites) this.#set(null);
  }

  #set(problem: ErrorValue | null): void {
    if (problem?.code === this.#problem?.code && problem?.message === this.#problem?.message) return;
    this.#problem = problem;
    this.#options.outbox.toHost({ kind: 'problem', problem });
  }
}

/** As callers are told. */
export function errorOf({ kind, message }: KvFailure): ClusterError {
  switch (kind) {
    case 'unavailable':
    case 'compacted':
      return new ClusterError('NoLeader', `etcd does not answer: ${message}`);
    case 'noSpace':
      return new ClusterError(
        'StorageFailed',
        'etcd is full (alarm NOSPACE) and refuses writes: compact and defragment it, then etcdctl alarm disarm',
      );
    case 'refused':
      return new ClusterError('InvalidArgument', `etcd refuses: ${message}`);
  }
}
