/**
 * What clients did and heard, in time: the input of both checkers. Pure data. An operation lies between its invocation
 * and its return; one whose outcome was never learnt returns never, and may or may not have taken effect. Calls that
 * certainly had no effect are left out, so that an effect of theirs shows as one that nobody asked for.
 */

/** What a client heard: a value, or the code of a refusal by the state machine. */
export type Answer = { readonly value: unknown } | { readonly code: string };

export interface HistoryOperation<Call> {
  readonly client: number;
  readonly call: Call;
  readonly invokedNs: number;
  /** Infinity: never. */
  returnedNs: number;
  /** Null: unknown. */
  answer: Answer | null;
  /** The log index at which the answer holds. Null where none was told: a refusal, or no answer at all. */
  index: number | null;
}

export type History<Call> = readonly HistoryOperation<Call>[];

/** Never 'unknown' but for a search that ran out of steps, or a write whose outcome nobody looked up. */
export type Verdict = { readonly kind: 'legal' } | { readonly kind: 'illegal' | 'unknown'; readonly reason: string };

/**
 * A state machine without concurrency, in parts that share nothing: one state for each key. States are immutable, equal
 * only if identical by `===` (texts or interned objects).
 */
export interface SequentialModel<Call, State> {
  /** Null: the call reads all keys. */
  keyOf(call: Call): string | null;
  isWrite(call: Call): boolean;
  initial(key: string): State;
  /** The same state when nothing changes. */
  step(state: State, call: Call): { readonly state: State; readonly answer: Answer };
  /** A call on all keys. `changes`: how many writes have changed something so far. */
  survey(states: ReadonlyMap<string, State>, changes: number, call: Call): Answer;
  sameAnswer(one: Answer, other: Answer): boolean;
}

export function describeOperation<Call>(operation: HistoryOperation<Call>): string {
  const { client, call, invokedNs, returnedNs, index, answer } = operation;
  const at = index === null ? '' : ` at index ${index}`;
  return (
    `client ${client}, ${invokedNs} to ${returnedNs} ns: ${JSON.stringify(call)} ` +
    `answered ${JSON.stringify(answer) || 'nothing'}${at}`
  );
}
