/** What is remembered of one command: kept by session and sequence, and by the user's request id if it had one. */
import { fromJson, toJson } from './plain-data.js';

export interface Outcome {
  readonly fingerprint: number;
  /** Where the command took effect, or was refused. */
  readonly index: number;
  /** Plain data; absent when refused. */
  readonly result?: unknown;
  readonly refusal?: 'forgotten' | 'differentOperation';
}

/** As it stands in snapshots and digests. */
export function outcomeToJson(outcome: Outcome): unknown {
  const { fingerprint, index, refusal } = outcome;
  return refusal === undefined
    ? { fingerprint, index, result: toJson(outcome.result) }
    : { fingerprint, index, refusal };
}

/** Of what `outcomeToJson` wrote. */
export function outcomeFromJson(json: unknown): Outcome {
  const outcome = json as Outcome;
  return outcome.refusal === undefined ? { ...outcome, result: fromJson(outcome.result) } : outcome;
}
