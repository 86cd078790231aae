/** The latest snapshot in memory, as it was captured: bytes are made only as far as a follower has asked for them. */
import { assert } from '../assert.js';
import type { SnapshotRead } from '../raft/ready.js';
import type { NewSnapshot, SnapshotPart, SnapshotShelf } from './snapshot-shelf.js';

const FIRST_BYTES = 1 << 16;

/** `first`: what a node without entries has. */
export function createVolatileSnapshots(first: NewSnapshot): SnapshotShelf {
  let latest = first;
  let sending: LazyBytes | null = null;
  return {
    get index() {
      return latest.description.index;
    },
    *keep(snapshot) {
      latest = snapshot;
    },
    read(read) {
      if (sending?.index !== read.index) sending = new LazyBytes(latest);
      return sending.read(read);
    },
    close: () => undefined,
  };
}

/** The bytes of a snapshot, made from its front as far as they were needed. */
class LazyBytes {
  readonly index: number;
  readonly #slices: Iterator<Uint8Array>;
  #made = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #whole = false;

  constructor(snapshot: NewSnapshot) {
    this.index = snapshot.description.index;
    this.#slices = snapshot.serialize()[Symbol.iterator]();
  }

  read({ index, offset, length }: SnapshotRead): SnapshotPart {
    const start = index === this.index ? offset : 0;
    this.#makeUpTo(start + length + 1);
    assert(start <= this.#length, `offset ${start} of a snapshot of ${this.#length} bytes`);
    const end = Math.min(start + length, this.#length);
    return {
      index: this.index,
      offset: start,
      bytes: this.#made.slice(start, end),
      done: this.#whole && end === this.#length,
    };
  }

  /** One byte more than is asked for tells whether more follows. */
  #makeUpTo(length: number): void {
    while (!this.#whole && this.#length < length) {
      const slice = this.#slices.next();
      if (slice.done === true) this.#whole = true;
      else this.#append(slice.value);
    }
  }

  #append(slice: Uint8Array): void {
    const length = this.#length + slice.length;
    if (length > this.#made.length) {
      const larger = new Uint8Array(2 * length);
      larger.set(this.#made);
      this.#made = larger;
    }
    this.#made.set(slice, this.#length);
    this.#length = length;
  }
}
