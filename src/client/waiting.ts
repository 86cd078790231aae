/**
 * Waiting for a condition on the host, with a deadline and a signal. Looks again whenever something is said to have
 * changed, and at least every few milliseconds, since not every change is told.
 */
import { readCallArguments, unreadable, type Wait } from './options.js';
import { ClusterError } from '../errors.js';

const LOOK_AGAIN_MS = 10;

export interface Deadline {
  readonly at: number;
  readonly signal: AbortSignal | null;
  /** What is waited for, as the end of "no … within". */
  readonly what: string;
}

/** What a caller gave for `timeoutMs` and `signal`, checked. */
export function callerDeadline(wait: Wait | undefined, defaultTimeoutMs: number, what: string): Deadline {
  try {
    const { deadline, signal } = readCallArguments(wait, defaultTimeoutMs);
    return { at: deadline, signal: signal ?? null, what };
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

export function deadlineIn(timeoutMs: number, signal: AbortSignal | null, what: string): Deadline {
  return { at: performance.now() + timeoutMs, signal, what };
}

export function remainingMs(deadline: Deadline): number {
  return Math.max(0, deadline.at - performance.now());
}

/** Throws `Aborted` or `Timeout` when the time for waiting is over. */
export function checkDeadline(deadline: Deadline): void {
  if (deadline.signal?.aborted === true || performance.now() >= deadline.at) throw overdue(deadline);
}

function overdue({ signal, what }: Deadline): ClusterError {
  if (signal?.aborted === true) return new ClusterError('Aborted', `aborted while waiting for ${what}`);
  return new ClusterError('Timeout', `no ${what} within the time given`);
}

/** The promise, unless the time for waiting for it ends first. */
export function endsBy<T>(promise: Promise<T>, deadline: Deadline): Promise<T> {
  const { signal } = deadline;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      reject(overdue(deadline));
    };
    const timeout = setTimeout(end, remainingMs(deadline));
    if (signal?.aborted === true) end();
    signal?.addEventListener('abort', end, { once: true });
    void promise.then(resolve, reject).finally(() => {
      clearTimeout(timeout);
      signal?.removeEventListener('abort', end);
    });
  });
}

/** One place that says "something changed"; waiters wake at it. */
export class Changes {
  #waiters = new Set<() => void>();

  announce(): void {
    const waiters = this.#waiters;
    this.#waiters = new Set();
    for (const wake of waiters) wake();
  }

  /** Resolves at the next change, or after a few milliseconds, or at the abort. */
  next(deadline: Deadline): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timeout);
        this.#waiters.delete(wake);
        deadline.signal?.removeEventListener('abort', wake);
        resolve();
      };
      const timeout = setTimeout(wake, Math.min(LOOK_AGAIN_MS, remainingMs(deadline)));
      this.#waiters.add(wake);
      deadline.signal?.addEventListener('abort', wake, { once: true });
    });
  }

  /** The first value of `look` that is not null. */
  async until<T>(look: () => T | null | Promise<T | null>, deadline: Deadline): Promise<T> {
    for (;;) {
      const value = await look();
      if (value !== null) return value;
      checkDeadline(deadline);
      await this.next(deadline);
    }
  }
}
