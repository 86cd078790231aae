/**
 * JSON with one spelling for each value: members in code-unit order (also integer-like names, which JSON.stringify puts
 * first), no spaces, no -0. Equal values are equal bytes on every node. Large texts are built as bytes in parts, since
 * one string ends at 512 MiB.
 */
import { assert } from '../assert.js';

const FLUSH_LENGTH = 1 << 16;

export function canonicalJson(value: unknown): string {
  if (typeof value === 'number') {
    assert(Number.isFinite(value), `${value} is not JSON`);
    return JSON.stringify(value);
  }
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  assert(typeof value === 'object', `${typeof value} is not JSON`);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  return `{${Object.keys(value)
    .sort()
    .filter((name) => memberOf(value, name) !== undefined)
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(memberOf(value, name))}`)
    .join(',')}}`;
}

/** Collects text as UTF-8 bytes. */
export class TextSink {
  readonly #encoder = new TextEncoder();
  readonly #parts: Uint8Array[] = [];
  #length = 0;
  #pending = '';

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= FLUSH_LENGTH) this.#flush();
  }

  /** Everything written, in an array that owns its buffer. */
  finish(): Uint8Array {
    this.#flush();
    return joinBytes(this.#parts, this.#length);
  }

  #flush(): void {
    const part = this.#encoder.encode(this.#pending);
    this.#parts.push(part);
    this.#length += part.length;
    this.#pending = '';
  }
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

export function joinBytes(parts: readonly Uint8Array[], length: number): Uint8Array {
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

function memberOf(value: object, name: string): unknown {
  return (value as Record<string, unknown>)[name];
}
