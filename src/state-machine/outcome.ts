/** What is remembered of one command: kept by session and sequence, and by the user's request id if it had one. */
import { assert } from '../assert.js';
import { isPlace } from '../raft/well-formed.js';
import { fromJson, toJson } from './plain-data.js';

const REFUSALS: readonly unknown[] = ['forgotten', 'differentOperation'];

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

/** Throws on what `outcomeToJson` did not write. */
export function outcomeFromJson(json: unknown): Outcome {
  const { fingerprint, index, result, refusal } = json as Outcome;
  assert(isPlace(fingerprint) && isPlace(index), 'an outcome has a fingerprint and an index');
  if (refusal === undefined) return { fingerprint, index, result: fromJson(result) };
  assert(REFUSALS.includes(refusal), 'an outcome is refused for one of two reasons');
  return { fingerprint, index, refusal };
}
