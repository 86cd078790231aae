/**
 * Bytes as something between here and there may have left them: bits flipped, cut, grown, spliced, numbers in them set
 * to extremes, text in them no text any more.
 */
import { must } from '../../src/assert.js';
import { drawChance, drawInteger, type Random } from '../../src/random.js';

/** One to three mutations; `other`: valid bytes of the same kind, to splice with. */
export function mutateBytes(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  let mutated = bytes;
  do mutated = pick(random, MUTATIONS)(random, mutated, other);
  while (drawChance(random, 0.4));
  return mutated;
}

export function pick<T>(random: Random, items: readonly T[]): T {
  return items[drawInteger(random, 0, items.length)] as T;
}

type Mutation = (random: Random, bytes: Uint8Array, other: Uint8Array) => Uint8Array;

const EXTREMES = [0, 1, 2, 7, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
const BIG_EXTREMES = [0n, 1n, 2n ** 31n, 2n ** 32n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
/** Overlong, cut off, a lone surrogate, above the last code point, a stray continuation, zero, a mark of byte order. */
const NO_TEXT = [[0xc0, 0xaf], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0x80], [0], [0xef, 0xbb, 0xbf]];

const MUTATIONS: readonly Mutation[] = [
  flipBit,
  flipBit,
  setByte,
  setNumber,
  setNumber,
  setBigNumber,
  truncate,
  extend,
  splice,
  remove,
  repeat,
  (random, bytes) => insert(bytes, place(random, bytes), Uint8Array.from(pick(random, NO_TEXT))),
];

/** An offset in it, or its end. */
function place(random: Random, bytes: Uint8Array): number {
  return drawInteger(random, 0, bytes.length + 1);
}

function flipBit(random: Random, bytes: Uint8Array): Uint8Array {
  return changed(bytes, 1, random, (copy, at) => {
    copy[at] = must(copy[at], 'a byte') ^ (1 << drawInteger(random, 0, 8));
  });
}

function setByte(random: Random, bytes: Uint8Array): Uint8Array {
  return changed(bytes, 1, random, (copy, at) => {
    copy[at] = pick(random, EXTREMES);
  });
}

/** Lengths, counts and offsets are 16 or 32 bits wide; values near what is there are the likeliest to be believed. */
function setNumber(random: Random, bytes: Uint8Array): Uint8Array {
  const near = (): number => bytes.length + drawInteger(random, -8, 9);
  const value = drawChance(random, 0.3) ? near() : pick(random, EXTREMES);
  return changed(bytes, 4, random, (copy, at) => {
    const view = new DataView(copy.buffer);
    if (drawChance(random, 0.3)) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
  });
}

function setBigNumber(random: Random, bytes: Uint8Array): Uint8Array {
  return changed(bytes, 8, random, (copy, at) => {
    new DataView(copy.buffer).setBigUint64(at, pick(random, BIG_EXTREMES), true);
  });
}

/** Half of the numbers stand at a multiple of their width. */
function changed(
  bytes: Uint8Array,
  width: number,
  random: Random,
  change: (copy: Uint8Array, at: number) => void,
): Uint8Array {
  if (bytes.length < width) return extend(random, bytes);
  const at = drawInteger(random, 0, bytes.length - width + 1);
  const copy = Uint8Array.from(bytes);
  change(copy, drawChance(random, 0.5) ? at - (at % width) : at);
  return copy;
}

function truncate(random: Random, bytes: Uint8Array): Uint8Array {
  return bytes.slice(0, drawChance(random, 0.5) ? place(random, bytes) : Math.max(0, bytes.length - 1));
}

function extend(random: Random, bytes: Uint8Array): Uint8Array {
  const more = new Uint8Array(drawInteger(random, 1, 64)).fill(drawChance(random, 0.5) ? 0 : 0xff);
  return insert(bytes, bytes.length, more);
}

function splice(random: Random, bytes: Uint8Array, other: Uint8Array): Uint8Array {
  return insert(bytes.subarray(0, place(random, bytes)), Infinity, other.subarray(place(random, other)));
}

function remove(random: Random, bytes: Uint8Array): Uint8Array {
  const from = place(random, bytes);
  return insert(bytes.subarray(0, from), Infinity, bytes.subarray(from + drawInteger(random, 1, 33)));
}

function repeat(random: Random, bytes: Uint8Array): Uint8Array {
  const from = place(random, bytes);
  return insert(bytes, from, bytes.subarray(from, from + drawInteger(random, 1, 65)));
}

function insert(bytes: Uint8Array, at: number, inserted: Uint8Array): Uint8Array {
  const from = Math.min(at, bytes.length);
  const grown = new Uint8Array(bytes.length + inserted.length);
  grown.set(bytes.subarray(0, from));
  grown.set(inserted, from);
  grown.set(bytes.subarray(from), from + inserted.length);
  return grown;
}
