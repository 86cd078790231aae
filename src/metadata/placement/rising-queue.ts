/**
 * A priority queue whose items may lose rank while they stand in it: a binary heap that looks at an item again when it
 * comes up, and moves it back if it has. Equal ranks come in an order drawn for each.
 */
import type { Draw } from './draw.js';

/** The smaller first: by group, then by load, then by what else it carries. */
export interface Rank {
  readonly group: number;
  readonly load: number;
  readonly otherLoad: number;
}

interface Entry<Item> {
  readonly item: Item;
  rank: Rank;
  readonly tie: number;
}

const TIES = 0x1_0000_0000;

export class RisingQueue<Item> {
  readonly #heap: Entry<Item>[] = [];
  readonly #rankOf: (item: Item) => Rank | undefined;
  readonly #draw: Draw;

  /** `rankOf`: never less than at an earlier time; undefined once the item is out for good. */
  constructor(rankOf: (item: Item) => Rank | undefined, draw: Draw) {
    this.#rankOf = rankOf;
    this.#draw = draw;
  }

  push(item: Item): void {
    const rank = this.#rankOf(item);
    if (rank === undefined) return;
    const entry = { item, rank, tie: this.#draw(TIES) };
    let place = this.#heap.length;
    this.#heap.push(entry);
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#heap[parent] as Entry<Item>;
      if (!isBefore(entry, above)) break;
      this.#heap[place] = above;
      place = parent;
    }
    this.#heap[place] = entry;
  }

  peek(): Item | undefined {
    for (;;) {
      const first = this.#heap[0];
      if (first === undefined) return undefined;
      const rank = this.#rankOf(first.item);
      if (rank === undefined) {
        this.#removeFirst();
        continue;
      }
      if (compareRanks(rank, first.rank) === 0) return first.item;
      first.rank = rank;
      this.#sink(first);
    }
  }

  pop(): Item | undefined {
    const first = this.peek();
    if (first !== undefined) this.#removeFirst();
    return first;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  /** Puts the entry in the place of the first, or below. */
  #sink(entry: Entry<Item>): void {
    const { length } = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= length) break;
      const right = this.#heap[child + 1];
      if (right !== undefined && isBefore(right, this.#heap[child] as Entry<Item>)) child += 1;
      const below = this.#heap[child] as Entry<Item>;
      if (!isBefore(below, entry)) break;
      this.#heap[place] = below;
      place = child;
    }
    this.#heap[place] = entry;
  }
}

/** Below 0: a comes first. */
export function compareRanks(a: Rank, b: Rank): number {
  return a.group - b.group || a.load - b.load || a.otherLoad - b.otherLoad;
}

function isBefore(a: Entry<unknown>, b: Entry<unknown>): boolean {
  const order = compareRanks(a.rank, b.rank);
  return order === 0 ? a.tie < b.tie : order < 0;
}
