/** Counts of what was observed, in fixed buckets: what a thread adds to in passing, and what it tells of it. */

export interface HistogramCounts {
  /** The largest value of each bucket, ascending. */
  readonly bounds: readonly number[];
  /** Of each bucket alone, and at last of what is above all bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** So many buckets, each so many times as far as the one before. */
  constructor(firstBound: number, buckets: number, growth = 2) {
    this.#bounds = Array.from({ length: buckets }, (_, bucket) => firstBound * growth ** bucket);
    this.#counts = new Array<number>(buckets + 1).fill(0);
  }

  observe(value: number): void {
    let bucket = 0;
    while (value > (this.#bounds[bucket] ?? Number.POSITIVE_INFINITY)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sum += value;
  }

  read(): HistogramCounts {
    return { bounds: this.#bounds, counts: this.#counts, sum: this.#sum };
  }
}
