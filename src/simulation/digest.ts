/**
 * 32-bit digests of what a simulation does: of bytes, of texts (FNV-1a) and of a growing sequence of numbers. Not
 * cryptographic.
 */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export const EMPTY_DIGEST = OFFSET_BASIS;

/** Four bytes at a time: each entry is digested at every node that writes, sends or applies it. */
export function digestBytes(bytes: Uint8Array): number {
  const { length } = bytes;
  let digest = OFFSET_BASIS ^ length;
  let position = 0;
  for (; position + 3 < length; position += 4) {
    const word =
      byteAt(bytes, position) |
      (byteAt(bytes, position + 1) << 8) |
      (byteAt(bytes, position + 2) << 16) |
      (byteAt(bytes, position + 3) << 24);
    digest = Math.imul(digest ^ word, PRIME);
    digest ^= digest >>> 15;
  }
  for (; position < length; position += 1) digest = Math.imul(digest ^ byteAt(bytes, position), PRIME);
  return digest >>> 0;
}

function byteAt(bytes: Uint8Array, position: number): number {
  return bytes[position] ?? 0;
}

export function digestText(text: string): number {
  let digest = OFFSET_BASIS;
  for (let position = 0; position < text.length; position += 1) {
    digest = Math.imul(digest ^ text.charCodeAt(position), PRIME);
  }
  return digest >>> 0;
}

/** The digest of a sequence with one more whole number. */
export function extendDigest(digest: number, value: number): number {
  let mixed = Math.imul(digest ^ (value | 0), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}

/** Of plain data, whatever the order of an object's members. */
export function digestValue(value: unknown): number {
  switch (typeof value) {
    case 'number':
      return digestNumber(value);
    case 'string':
      return digestText(value);
    case 'object':
      return value === null ? 1 : digestObject(value);
    default:
      return digestText(`${typeof value} ${String(value)}`);
  }
}

function digestObject(value: object): number {
  if (value instanceof Uint8Array) return digestBytes(value);
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => extendDigest(sum, digestValue(item)), 2);
  let digest = 3;
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    digest = (digest + extendDigest(digestText(name), digestValue(member))) | 0;
  }
  return digest >>> 0;
}

function digestNumber(value: number): number {
  if (Object.is(value | 0, value)) return extendDigest(4, value);
  return digestText(Object.is(value, -0) ? '-0' : String(value));
}
