/**
 * A set of 64-bit hashes in one typed array, open addressing, at most three quarters full. A `Set` of V8 ends at
 * 16.7 million entries and takes several times the memory.
 */

const FIRST_SLOTS = 2 ** 12;
const MAXIMUM_LOAD = 0.75;

export class VisitedStates {
  #lanes = new Uint32Array(FIRST_SLOTS * 2);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#lanes.byteLength;
  }

  /** False when it was there already. */
  add(high: number, low: number): boolean {
    const lowLane = high === 0 && low === 0 ? 1 : low; // zero is an empty slot
    if (!insert(this.#lanes, high, lowLane)) return false;
    this.#count += 1;
    if (this.#count > (this.#lanes.length / 2) * MAXIMUM_LOAD) this.#grow();
    return true;
  }

  #grow(): void {
    const larger = new Uint32Array(this.#lanes.length * 2);
    for (let at = 0; at < this.#lanes.length; at += 2) {
      const high = this.#lanes[at] ?? 0;
      const low = this.#lanes[at + 1] ?? 0;
      if (high !== 0 || low !== 0) insert(larger, high, low);
    }
    this.#lanes = larger;
  }
}

function insert(lanes: Uint32Array, high: number, low: number): boolean {
  const last = lanes.length - 2;
  let at = (low << 1) & last;
  for (;;) {
    const heldHigh = lanes[at] ?? 0;
    const heldLow = lanes[at + 1] ?? 0;
    if (heldHigh === 0 && heldLow === 0) {
      lanes[at] = high;
      lanes[at + 1] = low;
      return true;
    }
    if (heldHigh === high && heldLow === low) return false;
    at = (at + 2) & last;
  }
}

/**
 * The chance that two of `count` different states share a hash, at most: a birthday bound. The canonical hash is the
 * least of one for each naming, and two least of k agree k * k / (2k - 1) times as often as two drawn evenly.
 */
export function collisionBound(count: number, namings: number): number {
  return ((count * count) / 2 / 2 ** 64) * ((namings * namings) / (2 * namings - 1));
}
