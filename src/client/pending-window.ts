/**
 * What is pending of one session, by sequence: a ring over the sequences from the lowest pending one to the highest.
 * Not a Map, which leaves a table behind whenever it is cleaned of what was deleted: a table that has grown old keeps
 * all that it once held from the collector of young objects, and that was a quarter of what a busy host cost.
 */
import { assert } from '../assert.js';

const FIRST_LENGTH = 16;

export class PendingWindow<Item> {
  size = 0;
  /** The item of a sequence is at its remainder; the length is a power of two. */
  #ring = new Array<Item | undefined>(FIRST_LENGTH);
  /** Everything pending is from here ... */
  #lowest = 0;
  /** ... to below here. */
  #end = 0;

  /** Sequences only grow. */
  add(sequence: number, item: Item): void {
    assert(sequence >= this.#end, `sequence ${sequence} after ${this.#end - 1}`);
    if (this.size === 0) this.#lowest = sequence;
    while (sequence - this.#lowest >= this.#ring.length) this.#grow();
    this.#ring[this.#placeOf(sequence)] = item;
    this.#end = sequence + 1;
    this.size += 1;
  }

  get(sequence: number): Item | undefined {
    return sequence >= this.#lowest && sequence < this.#end ? this.#ring[this.#placeOf(sequence)] : undefined;
  }

  delete(sequence: number): void {
    if (this.get(sequence) === undefined) return;
    this.#ring[this.#placeOf(sequence)] = undefined;
    this.size -= 1;
    while (this.#lowest < this.#end && this.get(this.#lowest) === undefined) this.#lowest += 1;
  }

  /** In order of their sequences. */
  items(): Item[] {
    const items: Item[] = [];
    for (let sequence = this.#lowest; sequence < this.#end; sequence += 1) {
      const item = this.get(sequence);
      if (item !== undefined) items.push(item);
    }
    return items;
  }

  #placeOf(sequence: number): number {
    return sequence & (this.#ring.length - 1);
  }

  #grow(): void {
    const length = 2 * this.#ring.length;
    const ring = new Array<Item | undefined>(length);
    for (let sequence = this.#lowest; sequence < this.#end; sequence += 1) {
      ring[sequence & (length - 1)] = this.get(sequence);
    }
    this.#ring = ring;
  }
}
