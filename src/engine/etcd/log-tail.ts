/**
 * The log as far as it has been taken in: batches in order, each once. They come from own appends, from refused ones,
 * from the watch, and from reads of the log, so the same one may come more than once, and one of ours may be told
 * before the one ahead of it. Each names the one before: where etcd was put back to an earlier state, or a prefix was
 * deleted, and others have gone on from there, this store has taken what is in the log no more, and has to end.
 */
import { type Head, emptyHead, headAfter, type LogBatch, UnreadableLog } from './layout.js';
import { Terms } from './terms.js';

/** In the place of the name of a batch: a snapshot does not tell which one it ends with. */
const OF_SNAPSHOT = 'snapshot';

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
  restored({ index, term }: Pick<Head, 'index' | 'term'>): void {
    this.#head = { index, term, batch: OF_SNAPSHOT };
    this.#terms.add({ firstIndex: index, term });
    this.#ahead.clear();
  }

  /** The log ends where this does, so it has to end with the same batch. */
  confirmEnd(head: Head): void {
    this.#demandEnd(head.batch);
    this.#head = head;
  }

  forgetAhead(): void {
    this.#ahead.clear();
  }

  #takeNext(): LogBatch | undefined {
    const next = this.#ahead.get(this.#head.index + 1);
    if (next === undefined) return undefined;
    this.#demandEnd(next.previous);
    this.#ahead.delete(next.firstIndex);
    if (next.term !== this.#head.term) this.#options.newTerm();
    this.#terms.add(next);
    this.#head = headAfter(next);
    return next;
  }

  #demandEnd(expected: string): void {
    const { index, batch } = this.#head;
    if (batch === expected || batch === OF_SNAPSHOT) return;
    throw new UnreadableLog(`another batch than before ends at ${index}: it was replaced`);
  }
}
