/**
 * One pending write: its payload, sealed once, and its place among all unanswered writes, which is a linked list in
 * call order.
 */
import { ClusterError } from '../errors.js';
import type { AnswerForm, Call, CallTerms, Interruption } from './call.js';
import type { Batch } from './send-window.js';
import type { Session } from './session.js';

/** A command as the state machine will see it. */
export interface EncodedCommand {
  readonly bytes: Uint8Array;
  /** Over what the caller gave: the same for a repeat, see the envelope. */
  readonly fingerprint: number;
}

export interface WriteTerms extends CallTerms {
  readonly calledAtMs: number;
  readonly requestId: string | undefined;
}

/** Who writes: one for each store, whose writes take effect in call order. */
export interface Writer {
  /** Only this node is asked; null: whichever leads. */
  readonly nodeId: number | null;
  /** Opened by the first write. */
  session: Session<Write> | null;
}

export interface Settlement {
  readonly form: AnswerForm<Write>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClusterError) => void;
}

/** Of the opening of a session, for which nobody waits. */
export const openingTerms: WriteTerms = {
  calledAtMs: 0,
  deadline: Number.POSITIVE_INFINITY,
  signal: undefined,
  requestId: undefined,
};
export const nobody: Settlement = { form: () => undefined, resolve: () => undefined, reject: () => undefined };

export class Write implements Call {
  previous: Write | null = null;
  next: Write | null = null;
  linked = false;
  settled = false;
  /** With which it left last; null: it has not left. */
  batch: Batch | null = null;
  timesSent = 0;
  /** It has been moved to a new session once. */
  moved = false;
  readonly writer: Writer;
  readonly session: Session<Write>;
  readonly sequence: number;
  readonly payload: Uint8Array;
  readonly terms: WriteTerms;
  readonly form: AnswerForm<Write>;
  readonly deadline: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClusterError) => void;
  readonly #owner: { interrupt(write: Write, cause: Interruption): void };

  constructor(owner: WriteOwner, place: WritePlace, terms: WriteTerms, settlement: Settlement) {
    this.#owner = owner;
    this.writer = place.writer;
    this.session = place.session;
    this.sequence = place.sequence;
    this.payload = place.payload;
    this.terms = terms;
    this.deadline = terms.deadline;
    this.form = settlement.form;
    this.resolve = settlement.resolve;
    this.reject = settlement.reject;
  }

  get signal(): AbortSignal | undefined {
    return this.terms.signal;
  }

  get opensSession(): boolean {
    return this.sequence === 0;
  }

  /** With what its form has made of the answer. */
  conclude(value: unknown): void {
    if (value instanceof ClusterError) this.reject(value);
    else this.resolve(value);
  }

  interrupt(cause: Interruption): void {
    this.#owner.interrupt(this, cause);
  }
}

interface WriteOwner {
  interrupt(write: Write, cause: Interruption): void;
}

interface WritePlace {
  readonly writer: Writer;
  readonly session: Session<Write>;
  readonly sequence: number;
  readonly payload: Uint8Array;
}
