/**
 * 32-bit digests of what a simulation does: of bytes (FNV-1a) and of a growing sequence of numbers. Not
 * cryptographic.
 */

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;

export const EMPTY_DIGEST = OFFSET_BASIS;

export function digestBytes(bytes: Uint8Array): number {
  let digest = OFFSET_BASIS;
  for (const byte of bytes) digest = Math.imul(digest ^ byte, PRIME);
  return digest >>> 0;
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
