/**
 * The last changes in log order, for those who read on from an index. Bounded by their count and by their records; who
 * reads too late finds that what it wants is gone. Places in it are sequences, which only grow.
 */
import { assert } from '../../assert.js';

interface Change {
  /** Of the log; grows. */
  readonly index: number;
  /** How many records it changed. */
  readonly size: number;
}

interface RingBounds {
  readonly maxChanges: number;
  readonly maxRecords: number;
}

export class ChangeRing<Kept extends Change> {
  readonly #bounds: RingBounds;
  /** In order; those before `#head` are gone. */
  #changes: (Kept | null)[] = [];
  #head = 0;
  /** Of `#changes[0]`. */
  #base = 0;
  #records = 0;
  #horizon: number;

  /** `horizon`: everything up to this index happened before. */
  constructor(bounds: RingBounds, horizon: number) {
    this.#bounds = bounds;
    this.#horizon = horizon;
  }

  /** Whoever has seen everything up to this index, or a later one, misses nothing. */
  get horizon(): number {
    return this.#horizon;
  }

  /** Sequence of the oldest change that is kept, or of the next to come. */
  get first(): number {
    return this.#base + this.#head;
  }

  /** Sequence of the next change to come. */
  get end(): number {
    return this.#base + this.#changes.length;
  }

  push(change: Kept): void {
    const last = this.#changes.at(-1);
    assert(change.index > (last?.index ?? this.#horizon), 'changes come in the order of the log');
    this.#changes.push(change);
    this.#records += change.size;
    const { maxChanges, maxRecords } = this.#bounds;
    while (this.end - this.first > maxChanges || (this.#records > maxRecords && this.end - this.first > 1)) {
      this.#dropOldest();
    }
  }

  /** Undefined: it is gone, or not there yet. */
  get(sequence: number): Kept | undefined {
    return this.#changes[sequence - this.#base] ?? undefined;
  }

  /** Of the first change behind this index, which is the horizon or later. */
  sequenceAfter(index: number): number {
    assert(index >= this.#horizon, `what follows ${index} is not kept from ${this.#horizon} on`);
    let low = this.first;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.get(middle)?.index ?? 0) > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** What comes follows this index, and nothing is known of what was before: no earlier sequence is valid any more. */
  restart(horizon: number): void {
    this.#base = this.end + 1;
    this.#changes = [];
    this.#head = 0;
    this.#records = 0;
    this.#horizon = horizon;
  }

  #dropOldest(): void {
    const oldest = this.get(this.first);
    assert(oldest !== undefined, 'a change to drop');
    this.#changes[this.#head] = null;
    this.#head += 1;
    this.#records -= oldest.size;
    this.#horizon = oldest.index;
    // As many are moved as were dropped since: one move for each.
    if (this.#head * 2 < this.#changes.length) return;
    this.#base += this.#head;
    this.#changes = this.#changes.slice(this.#head);
    this.#head = 0;
  }
}
