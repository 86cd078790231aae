/**
 * The last changes in log order, for those who read on from an index. Bounded by their count and by their records; who
 * reads too late finds that what it wants is gone. Places in it are sequences, which only grow. What it holds is old
 * by the time it goes, and dear to the collector for that: of a change it holds nothing but the item.
 */
import { assert } from '../../assert.js';

interface RingBounds {
  readonly maxChanges: number;
  readonly maxRecords: number;
}

const FIRST_LENGTH = 64;

export class ChangeRing<Item extends object> {
  readonly #bounds: RingBounds;
  /** How many records an item is of. */
  readonly #sizeOf: (item: Item) => number;
  /** The item of a sequence is at its remainder. */
  #items = new Array<Item | null>(FIRST_LENGTH).fill(null);
  #indexes = new Float64Array(FIRST_LENGTH);
  /** Everything kept is from here ... */
  #first = 0;
  /** ... to below here. */
  #end = 0;
  #records = 0;
  #horizon: number;
  #lastIndex: number;

  /** `horizon`: everything up to this index happened before. */
  constructor(bounds: RingBounds, sizeOf: (item: Item) => number, horizon: number) {
    this.#bounds = bounds;
    this.#sizeOf = sizeOf;
    this.#horizon = horizon;
    this.#lastIndex = horizon;
  }

  /** Whoever has seen everything up to this index, or a later one, misses nothing. */
  get horizon(): number {
    return this.#horizon;
  }

  /** Sequence of the oldest change that is kept, or of the next to come. */
  get first(): number {
    return this.#first;
  }

  /** Sequence of the next change to come. */
  get end(): number {
    return this.#end;
  }

  /** `index`: of the log; grows. */
  push(index: number, item: Item): void {
    assert(index > this.#lastIndex, 'changes come in the order of the log');
    if (this.#end - this.#first === this.#items.length) this.#grow();
    const place = this.#placeOf(this.#end);
    this.#items[place] = item;
    this.#indexes[place] = index;
    this.#lastIndex = index;
    this.#end += 1;
    this.#records += this.#sizeOf(item);
    const { maxChanges, maxRecords } = this.#bounds;
    while (this.#end - this.#first > maxChanges || (this.#records > maxRecords && this.#end - this.#first > 1)) {
      this.#dropOldest();
    }
  }

  /** Undefined: it is gone, or not there yet. */
  get(sequence: number): Item | undefined {
    if (sequence < this.#first || sequence >= this.#end) return undefined;
    return this.#items[this.#placeOf(sequence)] ?? undefined;
  }

  /** Of a change that is kept. */
  indexAt(sequence: number): number {
    return this.#indexes[this.#placeOf(sequence)] ?? 0;
  }

  /** Of the first change behind this index, which is the horizon or later. */
  sequenceAfter(index: number): number {
    assert(index >= this.#horizon, `what follows ${index} is not kept from ${this.#horizon} on`);
    let low = this.#first;
    let high = this.#end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.indexAt(middle) > index) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** What comes follows this index, and nothing is known of what was before: no earlier sequence is valid any more. */
  restart(horizon: number): void {
    while (this.#first < this.#end) this.#dropOldest();
    this.#first += 1;
    this.#end += 1;
    this.#horizon = horizon;
    this.#lastIndex = horizon;
  }

  #dropOldest(): void {
    const place = this.#placeOf(this.#first);
    const oldest = this.#items[place];
    assert(oldest !== undefined && oldest !== null, 'a change to drop');
    this.#horizon = this.indexAt(this.#first);
    this.#items[place] = null;
    this.#first += 1;
    this.#records -= this.#sizeOf(oldest);
  }

  #placeOf(sequence: number): number {
    return sequence % this.#items.length;
  }

  #grow(): void {
    const length = 2 * this.#items.length;
    const items = new Array<Item | null>(length).fill(null);
    const indexes = new Float64Array(length);
    for (let sequence = this.#first; sequence < this.#end; sequence += 1) {
      items[sequence % length] = this.get(sequence) ?? null;
      indexes[sequence % length] = this.indexAt(sequence);
    }
    this.#items = items;
    this.#indexes = indexes;
  }
}
