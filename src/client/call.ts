/**
 * What a pending write and a pending read have in common: a promise of the caller that a deadline, an AbortSignal or
 * a stop may end before its answer does.
 */
import type { ClusterError } from '../errors.js';

/** What ends a call instead of its answer. */
export type Interruption = 'Timeout' | 'Aborted' | 'Stopped';

/**
 * Makes the caller's value of an answer, or a promise of it; an instance of ClusterError rejects the call. One function
 * a kind of call and store.
 */
export type AnswerForm<Asked extends Call = Call> = (index: number, result: unknown, call: Asked) => unknown;

/** Options of one call, validated. */
export interface CallTerms {
  /** On the clock of `performance.now()`. */
  readonly deadline: number;
  readonly signal: AbortSignal | undefined;
}

export interface Call extends CallTerms {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClusterError) => void;
  /** Does nothing once settled. */
  interrupt(cause: Interruption): void;
}
