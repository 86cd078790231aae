/**
 * What a cluster replicates: the public `StateMachine`, and the form in which the metadata-store actor hosts one.
 * Knows neither Raft nor metadata.
 */

/** A user's own state machine. Every node calls the same entries in the same order and must come to the same state. */
export interface StateMachine {
  /** Deterministic and total: answers, never throws. A throw ends the node. `entry` is only valid during the call. */
  apply(entry: Uint8Array, context: ApplyContext): unknown;
  query?(request: Uint8Array): unknown;
  snapshot(): Uint8Array;
  restore(snapshot: Uint8Array): void;
}

export interface ApplyContext {
  /** Log index of the entry; grows, not always by one. */
  readonly index: number;
  readonly term: number;
}

/** A state frozen at one moment, which later operations do not change. */
export interface CapturedState {
  /** Slices made as they are asked for, so that writes go on in between; equal states are equal bytes. */
  serialize(): Iterable<Uint8Array>;
}

/** Instead of an answer, where a query has none before the record of that key has changed: it is then asked again. */
export class NotYet {
  readonly key: string;

  constructor(key: string) {
    this.key = key;
  }
}

/**
 * What the metadata-store actor drives: entries come in batches, and a state can be captured without blocking writes.
 */
export interface HostedStateMachine {
  begin(): void;
  /** Between `begin` and `end`. The answer is plain data, safe to post and to keep. */
  apply(command: Uint8Array, context: ApplyContext): unknown;
  end(): void;
  /** Keys by which a `NotYet` waits, of records that the last batch has changed; absent: it never answers one. */
  readonly changedKeys?: () => ReadonlySet<string>;
  /** What of an answer crosses to the host, whose client makes the same answer of it; absent: the answer itself. */
  readonly toPosted?: (answer: unknown) => unknown;
  /** Not between `begin` and `end`. The answer may be a `NotYet`. */
  query(request: unknown): unknown;
  capture(): CapturedState;
  restore(snapshot: Uint8Array): void;
  /** The whole state as plain data in canonical order. */
  dump(): unknown;
  /** Equal on equal states, in every process. */
  digest(): string;
}
