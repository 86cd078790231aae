/**
 * What a pending write and a pending read have in common: a promise of the caller that a deadline, an AbortSignal or
 * a stop may end before its answer does.
 */
import type { ClusterError } from '../errors.js';

/** What ends a call instead of its answer. */
export type Interruption = 'Timeout' | 'Aborted' | 'Stopped';

/**
 * Makes the caller's value of an answer; an instance of ClusterError rejects the call. One static function a kind of
 * call.
 */
export type AnswerForm = (index: number, result: unknown) => unknown;

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
