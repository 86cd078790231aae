/**
 * Gives equal things one small number, so that a state of the whole cluster is a few numbers. Equal is what has the
 * same text under the nodes' own names, told by 64 bits of it; beside it, the hash of the text under every other
 * naming, for the canonical form.
 */
import { must } from '../../src/assert.js';
import { hashText } from './hash-text.js';
import type { Names } from './names.js';

export class Interner<T> {
  readonly #namings: readonly Names[];
  readonly #textOf: (value: T, names: Names) => string;
  readonly #values: T[] = [];
  readonly #ids = new Map<string, number>();
  /** Of each value and naming: the two lanes of its hash. */
  hashes = new Uint32Array(1024);

  constructor(namings: readonly Names[], textOf: (value: T, names: Names) => string) {
    this.#namings = namings;
    this.#textOf = textOf;
  }

  get size(): number {
    return this.#values.length;
  }

  valueOf(id: number): T {
    return must(this.#values[id], `value ${id}`);
  }

  idOf(value: T): number {
    const own = hashText(this.#textOf(value, must(this.#namings[0], 'a naming')));
    const key = String.fromCharCode(own.high >>> 16, own.high & 0xffff, own.low >>> 16, own.low & 0xffff);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#values.push(value);
    this.#ids.set(key, id);
    this.#noteHashes(id, value);
    return id;
  }

  #noteHashes(id: number, value: T): void {
    const width = this.#namings.length * 2;
    if ((id + 1) * width > this.hashes.length) {
      const larger = new Uint32Array(Math.max(this.hashes.length * 2, (id + 1) * width));
      larger.set(this.hashes);
      this.hashes = larger;
    }
    this.#namings.forEach((names, position) => {
      const { high, low } = hashText(this.#textOf(value, names));
      this.hashes[id * width + position * 2] = high;
      this.hashes[id * width + position * 2 + 1] = low;
    });
  }
}
