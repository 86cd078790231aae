/**
 * One file twice: as programs see it (the page cache) and as the disk has it (the platter), with what lies between the
 * two. A disk writes whole sectors, each at once and in any order; a size is a change of its own.
 */
import { must } from '../assert.js';

export const SECTOR_BYTES = 512;

interface SizeChange {
  readonly order: number;
  readonly size: number;
}

/** `bytes`: whole sectors, zero behind the size. */
interface Content {
  bytes: Uint8Array;
  size: number;
}

export class FaultyFile {
  /** May be the same object as the platter while nothing is unsynced. */
  #cache: Content = { bytes: new Uint8Array(0), size: 0 };
  #platter: Content = this.#cache;
  /** With a copy of the file: to be replaced, not changed. */
  #platterShared = true;
  /** Orders among all changes on the disk. A sector goes to the platter as it is in the cache by then. */
  #unsyncedSectors = new Map<number, number>();
  #unsyncedSizes: SizeChange[] = [];
  /** A failed sync: the disk lacks what the cache takes for written. */
  #apart = false;

  get size(): number {
    return this.#cache.size;
  }

  get unsyncedOrders(): number[] {
    return [...this.#unsyncedSectors.values(), ...this.#unsyncedSizes.map(({ order }) => order)];
  }

  read(offset: number, length: number): Uint8Array {
    const { bytes, size } = this.#cache;
    return bytes.slice(offset, Math.max(offset, Math.min(offset + length, size)));
  }

  write(parts: readonly Uint8Array[], offset: number, nextOrder: () => number): void {
    const cache = this.#ownCache();
    const end = parts.reduce((sum, part) => sum + part.length, offset);
    if (end > cache.size) this.truncate(end, nextOrder);
    let at = offset;
    for (const part of parts) {
      cache.bytes.set(part, at);
      at += part.length;
    }
    for (let sector = Math.floor(offset / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector += 1) {
      this.#unsyncedSectors.set(sector, nextOrder());
    }
  }

  truncate(size: number, nextOrder: () => number): void {
    resize(this.#ownCache(), size);
    this.#unsyncedSizes.push({ order: nextOrder(), size });
    for (const sector of this.#unsyncedSectors.keys()) {
      if (sector * SECTOR_BYTES >= size) this.#unsyncedSectors.delete(sector);
    }
  }

  sync(): void {
    this.#writeBack(() => true);
    this.#forgetUnsynced();
  }

  /** What was to be written is not, and is taken for clean from now on: the next sync succeeds and writes nothing. */
  failSync(): void {
    this.#apart = true;
    this.#forgetUnsynced();
  }

  #writeBack(survives: (order: number) => boolean): void {
    if (this.#isClean()) return;
    if (this.#platterShared) this.#platter = copyContent(this.#platter);
    this.#platterShared = false;
    for (const { order, size } of this.#unsyncedSizes) if (survives(order)) resize(this.#platter, size);
    for (const [sector, order] of this.#unsyncedSectors) {
      if (survives(order)) copySector(this.#cache, this.#platter, sector);
    }
  }

  #isClean(): boolean {
    return this.#unsyncedSectors.size === 0 && this.#unsyncedSizes.length === 0;
  }

  #forgetUnsynced(): void {
    this.#unsyncedSectors.clear();
    this.#unsyncedSizes = [];
  }

  crash(survives: (order: number) => boolean): void {
    this.#writeBack(survives);
    this.#forgetUnsynced();
    this.#apart = false;
    const { bytes, size } = this.#platter;
    if (bytes.length > wholeSectors(size)) this.#platter = { bytes: bytes.slice(0, wholeSectors(size)), size };
    this.#cache = this.#platter;
  }

  /** On the platter, if it is there yet, and in what was read from it. */
  flipBit(bit: number): void {
    const position = Math.floor(bit / 8);
    const flip = (content: Content): Content => {
      if (position >= content.bytes.length) return content;
      const flipped = copyContent(content);
      flipped.bytes[position] = must(flipped.bytes[position], 'byte') ^ (1 << (bit % 8));
      return flipped;
    };
    this.#cache = flip(this.#cache);
    this.#platter = flip(this.#platter);
  }

  copy(): FaultyFile {
    const copy = new FaultyFile();
    copy.#platter = this.#platter;
    this.#platterShared = true;
    const clean = this.#isClean() && !this.#apart;
    copy.#cache = clean ? this.#platter : copyContent(this.#cache);
    copy.#unsyncedSectors = new Map(this.#unsyncedSectors);
    copy.#unsyncedSizes = [...this.#unsyncedSizes];
    copy.#apart = this.#apart;
    return copy;
  }

  #ownCache(): Content {
    if (this.#cache === this.#platter) this.#cache = copyContent(this.#cache);
    return this.#cache;
  }
}

function copyContent({ bytes, size }: Content): Content {
  return { bytes: bytes.slice(), size };
}

function wholeSectors(size: number): number {
  return Math.ceil(size / SECTOR_BYTES) * SECTOR_BYTES;
}

function resize(content: Content, size: number): void {
  if (size < content.size) content.bytes.fill(0, size);
  grow(content, wholeSectors(size));
  content.size = size;
}

function copySector(from: Content, to: Content, sector: number): void {
  const start = sector * SECTOR_BYTES;
  grow(to, start + SECTOR_BYTES);
  to.bytes.set(from.bytes.subarray(start, start + SECTOR_BYTES), start);
}

function grow(content: Content, length: number): void {
  if (content.bytes.length >= length) return;
  const bytes = new Uint8Array(length);
  bytes.set(content.bytes);
  content.bytes = bytes;
}
