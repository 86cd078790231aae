/**
 * The log as far as it has been taken in: batches in order, each once. They come from own appends, from refused ones,
 * from the watch, and from reads of the log, so the same one may come more than once, and one of ours may be told before
 * the one ahead of it.
 */
import { type Head, emptyHead, headAfter, type LogBatch } from './layout.js';

export class LogTail {
  #head = emptyHead;
  readonly #ahead = new Map<number, LogBatch>();
  readonly #take: (batch: LogBatch) => void;

  /** `take` is called with each batch, in the order of the log. */
  constructor(take: (batch: LogBatch) => void) {
    this.#take = take;
  }

  get head(): Head {
    return this.#head;
  }

  /** False: there is something between, which is not known yet. */
  accept(batch: LogBatch): boolean {
    if (batch.firstIndex <= this.#head.index) return true;
    this.#ahead.set(batch.firstIndex, batch);
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) this.#take(next);
    return batch.firstIndex <= this.#head.index;
  }

  /** A snapshot that ends there takes the place of all that came before. */
  moveTo(head: Head): void {
    this.#head = head;
    this.#ahead.clear();
  }

  forgetAhead(): void {
    this.#ahead.clear();
  }

  #takeNext(): LogBatch | undefined {
    const next = this.#ahead.get(this.#head.index + 1);
    if (next === undefined) return undefined;
    this.#ahead.delete(next.firstIndex);
    this.#head = headAfter(next);
    return next;
  }
}
