/**
 * JSON with one spelling for each value: members in code-unit order (also integer-like names, which JSON.stringify puts
 * first), no spaces, no -0. Equal values are equal bytes on every node. Large texts are made and read in parts: a
 * string ends at 512 MiB, and a thread has other work to do in between.
 */
import { assert } from '../assert.js';

const SLICE_LENGTH = 1 << 16;

export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `${value} is not JSON`);
    return String(value);
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  assert(typeof value === 'object', `${typeof value} is not JSON`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  let members = '';
  for (const name of Object.keys(value).sort()) {
    const member = memberOf(value, name);
    if (member !== undefined) members += `${members === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(member)}`;
  }
  return `{${members}}`;
}

/** Texts as UTF-8, in slices of about 64 KiB, made as they are asked for: about a millisecond of work each. */
export function* encodeInSlices(texts: Iterable<string>): Generator<Uint8Array, void, void> {
  const encoder = new TextEncoder();
  let pending = '';
  for (const text of texts) {
    pending += text;
    if (pending.length < SLICE_LENGTH) continue;
    yield encoder.encode(pending);
    pending = '';
  }
  if (pending !== '') yield encoder.encode(pending);
}

/** The lines of a text, without their ends, each decoded by itself. */
export function* readLines(bytes: Uint8Array): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let start = 0;
  while (start < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, start);
    const end = newline === -1 ? bytes.length : newline;
    yield decoder.decode(bytes.subarray(start, end));
    start = end + 1;
  }
}

export const NEWLINE = 0x0a;

/** In an array that owns its buffer. */
export function joinBytes(parts: Iterable<Uint8Array>): Uint8Array {
  const list = [...parts];
  const joined = new Uint8Array(list.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of list) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function memberOf(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}
