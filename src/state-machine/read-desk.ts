/**
 * The reads of one metadata-store: those whose index is not applied yet wait, those that have no answer yet are parked
 * until what they wait for has changed. No clock: how long a caller waits is its own affair, and it says so when it no
 * longer does. So what is parked is bounded by the reads that callers may have pending.
 */
import type { ErrorValue } from '../errors.js';
import type { ParkedAnswer, ParkedRead, ReadAnswers, ReadBatch, StoreToHost } from '../messages.js';
import type { HostedStateMachine } from './state-machine.js';
import { NotYet } from './state-machine.js';

interface Parked extends ParkedRead {
  readonly request: unknown;
  readonly waitsFor: NotYet;
}

type Answered = { readonly value: unknown } | { readonly error: ErrorValue } | NotYet;

export class ReadDesk {
  readonly #machine: HostedStateMachine;
  readonly #appliedIndex: () => number;
  readonly #post: (message: StoreToHost) => void;
  #waiting: { readonly index: number; readonly batch: ReadBatch }[] = [];
  /** By their names. */
  readonly #parked = new Map<string, Parked>();

  constructor(machine: HostedStateMachine, appliedIndex: () => number, post: (message: StoreToHost) => void) {
    this.#machine = machine;
    this.#appliedIndex = appliedIndex;
    this.#post = post;
  }

  /** To be answered once `index` is applied. */
  wait(index: number, batch: ReadBatch): void {
    this.#waiting.push({ index, batch });
    this.#answerWaiting();
  }

  answer({ id, requests }: ReadBatch): void {
    const values: unknown[] = [];
    const errors: ReadAnswers['errors'][number][] = [];
    const parked: number[] = [];
    for (const request of requests) {
      const place = values.length;
      const answered = this.#ask(request);
      values.push('value' in answered ? answered.value : undefined);
      if ('error' in answered) errors.push({ place, error: answered.error });
      if (!(answered instanceof NotYet)) continue;
      parked.push(place);
      const read = { batch: id, place, request, waitsFor: answered };
      this.#parked.set(nameOf(read), read);
    }
    this.#post({ kind: 'readAnswers', batch: id, index: this.#appliedIndex(), values, errors, parked });
  }

  /** Nobody waits for these any more. */
  forget(reads: readonly ParkedRead[]): void {
    for (const read of reads) this.#parked.delete(nameOf(read));
  }

  /** A batch of entries was applied. */
  applied(): void {
    if (this.#parked.size > 0 && this.#machine.changedKeys !== undefined) {
      const changed = this.#machine.changedKeys();
      if (changed.size > 0) this.#answerParked(({ waitsFor }) => changed.has(waitsFor.key));
    }
    this.#answerWaiting();
  }

  /** The state is another altogether. */
  restored(): void {
    this.#answerParked(() => true);
    this.#answerWaiting();
  }

  stop(): void {
    this.#waiting = [];
    this.#parked.clear();
  }

  #answerWaiting(): void {
    const waiting = this.#waiting;
    const appliedIndex = this.#appliedIndex();
    this.#waiting = waiting.filter(({ index }) => index > appliedIndex);
    for (const { index, batch } of waiting) if (index <= appliedIndex) this.answer(batch);
  }

  #answerParked(mayBeAnswered: (read: Parked) => boolean): void {
    const answers: ParkedAnswer[] = [];
    for (const [name, read] of this.#parked) {
      if (!mayBeAnswered(read)) continue;
      const answered = this.#ask(read.request);
      // What it waits for now is of the same request, so it has the same key.
      if (answered instanceof NotYet) continue;
      this.#parked.delete(name);
      answers.push({ batch: read.batch, place: read.place, ...answered });
    }
    if (answers.length > 0) this.#post({ kind: 'parkedAnswers', index: this.#appliedIndex(), answers });
  }

  #ask(request: unknown): Answered {
    try {
      const value = this.#machine.query(request);
      return value instanceof NotYet ? value : { value: this.#machine.toPosted?.(value) ?? value };
    } catch (error) {
      // A user's own machine may throw here: nothing but this read is lost.
      return { error: { code: 'InvalidArgument', message: `the query failed: ${String(error)}` } };
    }
  }
}

function nameOf({ batch, place }: ParkedRead): string {
  return `${batch}:${place}`;
}
