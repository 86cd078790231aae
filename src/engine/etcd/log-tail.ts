/**
 * The log as far as it has been taken in: batches in order, each once. They come from own appends, from refused ones,
 * from the watch, and from reads of the log, so the same one may come more than once, and one of ours may be told
 * before the one ahead of it.
 */
import { type Head, emptyHead, headAfter, type LogBatch } from './layout.js';
import { Terms } from './terms.js';

export interface LogTailOptions {
  /** Called with each batch, in the order of the log. */
  readonly taken: (batch: LogBatch) => void;
  /** The next batch is of another term than the one before it. */
  readonly newTerm: () => void;
}

export class LogTail {
  #head = emptyHead;
  readonly #ahead = new Map<number, LogBatch>();
  readonly #terms = new Terms();
  readonly #options: LogTailOptions;

  constructor(options: LogTailOptions) {
    this.#options = options;
  }

  get head(): Head {
    return this.#head;
  }

  /** In which an entry was appended; 0 before the first. */
  termAt(index: number): number {
    return this.#terms.at(index);
  }

  /** Nobody asks for the terms before. */
  forgetTermsBefore(index: number): void {
    this.#terms.forgetBefore(index);
  }

  /** False: there is something between, which is not known yet. */
  accept(batch: LogBatch): boolean {
    if (batch.firstIndex <= this.#head.index) return true;
    this.#ahead.set(batch.firstIndex, batch);
    for (let next = this.#takeNext(); next !== undefined; next = this.#takeNext()) this.#options.taken(next);
    return batch.firstIndex <= this.#head.index;
  }

  /** A snapshot that ends there takes the place of all that came before. */
  moveTo(head: Head): void {
    this.#head = head;
    this.#terms.add({ firstIndex: head.index, term: head.term });
    this.#ahead.clear();
  }

  forgetAhead(): void {
    this.#ahead.clear();
  }

  #takeNext(): LogBatch | undefined {
    const next = this.#ahead.get(this.#head.index + 1);
    if (next === undefined) return undefined;
    this.#ahead.delete(next.firstIndex);
    if (next.term !== this.#head.term) this.#options.newTerm();
    this.#terms.add(next);
    this.#head = headAfter(next);
    return next;
  }
}
