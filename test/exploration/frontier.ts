/** A queue of states of equal width, in chunks: what has been taken is freed. */
import { must } from '../../src/assert.js';

const CHUNK_STATES = 2 ** 14;

export class Frontier {
  readonly #width: number;
  readonly #chunks: Uint32Array[] = [];
  #taken = 0;
  #added = 0;
  #largest = 0;

  constructor(width: number) {
    this.#width = width;
  }

  get size(): number {
    return this.#added - this.#taken;
  }

  /** Of the chunks held at the worst time. */
  get largestBytes(): number {
    return this.#largest * CHUNK_STATES * this.#width * Uint32Array.BYTES_PER_ELEMENT;
  }

  add(state: Uint32Array): void {
    const position = this.#added % CHUNK_STATES;
    if (position === 0) {
      this.#chunks.push(new Uint32Array(CHUNK_STATES * this.#width));
      this.#largest = Math.max(this.#largest, this.#chunks.length);
    }
    must(this.#chunks.at(-1), 'a chunk').set(state, position * this.#width);
    this.#added += 1;
  }

  take(into: Uint32Array): void {
    const position = this.#taken % CHUNK_STATES;
    const chunk = must(this.#chunks[0], 'a chunk');
    into.set(chunk.subarray(position * this.#width, (position + 1) * this.#width));
    this.#taken += 1;
    if (position === CHUNK_STATES - 1) this.#chunks.shift();
  }
}
