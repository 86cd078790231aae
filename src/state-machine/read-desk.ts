/**
 * The reads of one metadata-store: those whose index is not applied yet wait, those that have no answer yet are parked
 * until what they wait for has changed. No clock: how long a caller waits is its own affair, and it says so when it no
 * longer does. So what is parked is bounded by the reads that callers may have pending.
 */
import type { ErrorValue } from '../errors.js';
import type { AnsweredReads, ParkedAnswer, ParkedRead, ReadAnswers, ReadBatch } from '../engine/engine.js';
import type { HostedStateMachine } from './state-machine.js';
import { NotYet } from './state-machine.js';

interface Parked extends ParkedRead {
  readonly request: unknown;
  readonly confirmed: boolean;
  readonly waitsFor: NotYet;
}

type Answered = { readonly value: unknown } | { readonly error: ErrorValue } | NotYet;

export interface ReadDeskOptions {
  readonly machine: Pick<HostedStateMachine, 'query' | 'toPosted' | 'changedKeys'>;
  /** What is asked of the controller, and confirmed; undefined: no such request. */
  readonly answerControl: (request: unknown) => unknown;
  appliedIndex(): number;
  post(message: AnsweredReads): void;
}

export class ReadDesk {
  readonly #options: ReadDeskOptions;
  #waiting: { readonly index: number; readonly batch: ReadBatch }[] = [];
  /** By their names. */
  readonly #parked = new Map<string, Parked>();

  constructor(options: ReadDeskOptions) {
    this.#options = options;
  }

  /** Confirmed: to be answered once `index` is applied. */
  wait(index: number, batch: ReadBatch): void {
    this.#waiting.push({ index, batch });
    this.#answerWaiting();
  }

  /** From whatever is applied. */
  answerLocal(batch: ReadBatch): void {
    this.#answer(batch, false);
  }

  /** Nobody waits for these any more. */
  forget(reads: readonly ParkedRead[]): void {
    for (const read of reads) this.#parked.delete(nameOf(read));
  }

  /** A batch of entries was applied. */
  applied(): void {
    if (this.#parked.size > 0 && this.#options.machine.changedKeys !== undefined) {
      const changed = this.#options.machine.changedKeys();
      if (changed.size > 0) this.#answerParked(({ waitsFor }) => changed.has(waitsFor.key));
    }
    this.#answerWaiting();
  }

  /** The state is another altogether, or what its node is. */
  askAgain(): void {
    this.#answerParked(() => true);
    this.#answerWaiting();
  }

  stop(): void {
    this.#waiting = [];
    this.#parked.clear();
  }

  #answer({ id, requests }: ReadBatch, confirmed: boolean): void {
    const values: unknown[] = [];
    const errors: ReadAnswers['errors'][number][] = [];
    const parked: number[] = [];
    for (const request of requests) {
      const place = values.length;
      const answered = this.#ask(request, confirmed);
      values.push('value' in answered ? answered.value : undefined);
      if ('error' in answered) errors.push({ place, error: answered.error });
      if (!(answered instanceof NotYet)) continue;
      parked.push(place);
      const read = { batch: id, place, request, confirmed, waitsFor: answered };
      this.#parked.set(nameOf(read), read);
    }
    this.#options.post({ kind: 'readAnswers', batch: id, index: this.#options.appliedIndex(), values, errors, parked });
  }

  #answerWaiting(): void {
    const waiting = this.#waiting;
    const appliedIndex = this.#options.appliedIndex();
    this.#waiting = waiting.filter(({ index }) => index > appliedIndex);
    for (const { index, batch } of waiting) if (index <= appliedIndex) this.#answer(batch, true);
  }

  #answerParked(mayBeAnswered: (read: Parked) => boolean): void {
    const answers: ParkedAnswer[] = [];
    for (const [name, read] of this.#parked) {
      if (!mayBeAnswered(read)) continue;
      const answered = this.#ask(read.request, read.confirmed);
      // What it waits for now is of the same request, so it has the same key.
      if (answered instanceof NotYet) continue;
      this.#parked.delete(name);
      answers.push({ batch: read.batch, place: read.place, ...answered });
    }
    if (answers.length > 0) this.#options.post({ kind: 'parkedAnswers', index: this.#options.appliedIndex(), answers });
  }

  #ask(request: unknown, confirmed: boolean): Answered {
    const { machine, answerControl } = this.#options;
    try {
      const value = (confirmed ? answerControl(request) : undefined) ?? machine.query(request);
      return value instanceof NotYet ? value : { value: machine.toPosted?.(value) ?? value };
    } catch (error) {
      // A user's own machine may throw here: nothing but this read is lost.
      return { error: { code: 'InvalidArgument', message: `the query failed: ${String(error)}` } };
    }
  }
}

function nameOf({ batch, place }: ParkedRead): string {
  return `${batch}:${place}`;
}
