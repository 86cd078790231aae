/**
 * Outcomes by the users' own request ids, for the last operations that carried one, forgotten in log order. Kept in
 * segments that are only appended to, so a capture copies a list of segments, and a full segment is hashed once.
 */
import { assert, must } from '../assert.js';
import { canonicalJson } from './canonical-json.js';
import { digestOf } from './digest.js';
import type { Outcome } from './outcome.js';
import { outcomeFromJson, outcomeToJson } from './outcome.js';

export const MAX_REQUEST_IDS = 100_000;
const SEGMENT_LENGTH = 1_000;

export interface RequestIdEntry {
  readonly requestId: string;
  readonly outcome: Outcome;
}

/** Entries are numbered since the first ever; a segment ends before the next multiple of its length, on every node. */
interface Segment {
  readonly start: number;
  readonly entries: RequestIdEntry[];
}

/** Entries `first` to `next - 1`. */
export interface CapturedRequestIds {
  readonly first: number;
  readonly next: number;
  readonly segments: readonly Segment[];
}

export class RequestIdTable {
  readonly #outcomes = new Map<string, Outcome>();
  #segments: Segment[] = [];
  #first = 0;
  #next = 0;

  find(requestId: string): Outcome | undefined {
    return this.#outcomes.get(requestId);
  }

  /** An id that is not known yet. */
  remember(requestId: string, outcome: Outcome): void {
    if (this.#next % SEGMENT_LENGTH === 0 || this.#segments.length === 0) {
      this.#segments.push({ start: this.#next, entries: [] });
    }
    must(this.#segments.at(-1), 'pushed above').entries.push({ requestId, outcome });
    this.#outcomes.set(requestId, outcome);
    this.#next += 1;
    if (this.#next - this.#first > MAX_REQUEST_IDS) this.#forgetOldest();
  }

  capture(): CapturedRequestIds {
    return { first: this.#first, next: this.#next, segments: [...this.#segments] };
  }

  replaceAll(first: number, entries: Iterable<RequestIdEntry>): void {
    this.#outcomes.clear();
    this.#segments = [];
    this.#first = first;
    this.#next = first;
    for (const { requestId, outcome } of entries) this.remember(requestId, outcome);
  }

  #forgetOldest(): void {
    const segment = must(this.#segments[0], 'a segment for what is kept');
    const oldest = must(segment.entries[this.#first - segment.start], 'the oldest entry');
    this.#outcomes.delete(oldest.requestId);
    this.#first += 1;
    if (this.#first % SEGMENT_LENGTH === 0) this.#segments.shift();
  }
}

/** One line for each entry kept, in log order. */
export function* requestIdLines(captured: CapturedRequestIds): Generator<string> {
  for (const segment of captured.segments) {
    for (const entry of keptEntries(segment, captured)) yield entryToLine(entry);
  }
}

/** Throws on what was not written as one. */
export function entryFromLine(line: string): RequestIdEntry {
  const { requestId, outcome } = JSON.parse(line) as RequestIdEntry;
  assert(typeof requestId === 'string', 'a request id is a text');
  return { requestId, outcome: outcomeFromJson(outcome) };
}

const knownDigests = new WeakMap<Segment, string>();

/** One for each segment; those of whole segments are remembered. */
export function* requestIdDigests(captured: CapturedRequestIds): Generator<string> {
  for (const segment of captured.segments) {
    const entries = keptEntries(segment, captured);
    const known = entries.length === SEGMENT_LENGTH ? knownDigests.get(segment) : undefined;
    const digest = known ?? digestOf(entries.map(entryToLine));
    if (entries.length === SEGMENT_LENGTH) knownDigests.set(segment, digest);
    yield digest;
  }
}

function keptEntries(segment: Segment, { first, next }: CapturedRequestIds): readonly RequestIdEntry[] {
  return segment.entries.slice(Math.max(0, first - segment.start), next - segment.start);
}

function entryToLine({ requestId, outcome }: RequestIdEntry): string {
  return canonicalJson({ requestId, outcome: outcomeToJson(outcome) });
}
