/**
 * One record of the log: all that one `Persist` changes, written by one call. Append-only: a record says behind which
 * place its entries belong, so a conflict truncates without overwriting anything. Layout, little-endian:
 * head: magic u32, bytes of the body u32, position u64, synced position u64, previous checksum u32, checksum of the
 * body u32, runs u32, checksum of the head u32. Body: term u64, vote (id u32, bytes u32), place (index u64, term u64),
 * reset u64, a row a run (term u64, entries u32, bytes u32), the incarnation voted for, the runs as `entries.ts` packs
 * them, zeros up to a multiple of 8. A position counts the bytes of all records before, from the log's beginning.
 */
import { must } from '../assert.js';
import type { EntryRun } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import type { Member } from '../raft/messages.js';
import { areWellFormed, isLogPlace, isPlace } from '../raft/well-formed.js';
import { checksum } from './checksum.js';
import { getUint64, setUint64 } from './uint64.js';

const MAGIC = 0x474f4c43;
export const RECORD_ALIGNMENT = 8;
export const RECORD_HEAD_BYTES = 40;
const BODY_FIXED_BYTES = 40;
const RUN_ROW_BYTES = 16;

/** What the log holds after this record: everything up to `after`, and these entries. */
export interface LogRecord {
  readonly term: number;
  readonly vote: Member | null;
  readonly after: LogPlace;
  /** A snapshot replaced the log: nothing up to `after` is held either. */
  readonly reset: boolean;
  /** Consecutive from `after.index + 1`. */
  readonly entries: readonly EntryRun[];
}

/** Where a record stands, and what it proves about what stands before it. */
export interface RecordLink {
  readonly position: number;
  /** All before this position was synced when the record was written. */
  readonly syncedPosition: number;
  /** Checksum of the head of the record before, or of the segment's header. */
  readonly previousChecksum: number;
}

export interface RecordHead extends RecordLink {
  readonly bodyBytes: number;
  readonly bodyChecksum: number;
  readonly runs: number;
  readonly checksum: number;
}

/** Ready to be written but for its head. */
export interface EncodedRecord {
  /** The first begins with room for the head. */
  readonly parts: readonly Uint8Array[];
  /** Of head and body: where the next record begins. */
  readonly bytes: number;
  readonly bodyChecksum: number;
  readonly runs: number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const PADDING = new Uint8Array(RECORD_ALIGNMENT);

/** Of the record as a whole, without making it. */
export function recordBytes(record: LogRecord): number {
  let bytes = RECORD_HEAD_BYTES + BODY_FIXED_BYTES + encoder.encode(record.vote?.incarnation ?? '').length;
  for (const run of record.entries) bytes += RUN_ROW_BYTES + run.data.length;
  return align(bytes);
}

function align(bytes: number): number {
  return Math.ceil(bytes / RECORD_ALIGNMENT) * RECORD_ALIGNMENT;
}

/** `seed`: that of the node's identity, see `checksum.ts`. The runs are taken as they are, not copied. */
export function encodeRecord(record: LogRecord, seed: number): EncodedRecord {
  const front = encodeFront(record, encoder.encode(record.vote?.incarnation ?? ''));
  const parts = [front];
  let bytes = front.length;
  let bodyChecksum = checksum(front.subarray(RECORD_HEAD_BYTES), seed);
  const add = (part: Uint8Array): void => {
    parts.push(part);
    bytes += part.length;
    bodyChecksum = checksum(part, bodyChecksum);
  };
  for (const run of record.entries) add(run.data);
  if (align(bytes) > bytes) add(PADDING.subarray(0, align(bytes) - bytes));
  return { parts, bytes, bodyChecksum, runs: record.entries.length };
}

/** Writes the head of a record, now that its place is known; gives the checksum to which the next one links. */
export function sealRecord(
  { parts, bytes, bodyChecksum, runs }: EncodedRecord,
  link: RecordLink,
  seed: number,
): number {
  const front = must(parts[0], 'the front of a record');
  const view = new DataView(front.buffer, front.byteOffset);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, bytes - RECORD_HEAD_BYTES, true);
  setUint64(view, 8, link.position);
  setUint64(view, 16, link.syncedPosition);
  view.setUint32(24, link.previousChecksum, true);
  view.setUint32(28, bodyChecksum, true);
  view.setUint32(32, runs, true);
  const sum = checksum(front.subarray(0, RECORD_HEAD_BYTES - 4), seed);
  view.setUint32(36, sum, true);
  return sum;
}

/** Room for the head, then all of the body before the runs' own bytes. */
function encodeFront(record: LogRecord, incarnation: Uint8Array): Uint8Array {
  const rows = RECORD_HEAD_BYTES + BODY_FIXED_BYTES;
  const front = new Uint8Array(rows + record.entries.length * RUN_ROW_BYTES + incarnation.length);
  const view = new DataView(front.buffer);
  setUint64(view, 40, record.term);
  view.setUint32(48, record.vote?.id ?? 0, true);
  view.setUint32(52, incarnation.length, true);
  setUint64(view, 56, record.after.index);
  setUint64(view, 64, record.after.term);
  setUint64(view, 72, record.reset ? 1 : 0);
  record.entries.forEach((run, position) => {
    const row = rows + position * RUN_ROW_BYTES;
    setUint64(view, row, run.term);
    view.setUint32(row + 8, run.count, true);
    view.setUint32(row + 12, run.data.length, true);
  });
  front.set(incarnation, rows + record.entries.length * RUN_ROW_BYTES);
  return front;
}

/** The next offset, a multiple of the alignment, at which a head may begin; null when there is none. */
export function nextMagic(bytes: Uint8Array, from: number): number | null {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const step = RECORD_ALIGNMENT >> 2;
  for (let word = from >> 2; word < words.length; word += step) {
    if (words[word] === MAGIC) return word << 2;
  }
  return null;
}

/** The head at this offset of a segment's bytes, if one of this log was written for this position; otherwise null. */
export function decodeHead(bytes: Uint8Array, offset: number, position: number, seed: number): RecordHead | null {
  if (offset + RECORD_HEAD_BYTES > bytes.length) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, RECORD_HEAD_BYTES);
  if (view.getUint32(0, true) !== MAGIC || getUint64(view, 8) !== position) return null;
  const sum = view.getUint32(36, true);
  if (checksum(bytes.subarray(offset, offset + RECORD_HEAD_BYTES - 4), seed) !== sum) return null;
  return {
    position,
    bodyBytes: view.getUint32(4, true),
    syncedPosition: getUint64(view, 16),
    previousChecksum: view.getUint32(24, true),
    bodyChecksum: view.getUint32(28, true),
    runs: view.getUint32(32, true),
    checksum: sum,
  };
}

/**
 * The record behind an intact head; null when its body is not what was written, or nothing that a node writes. Its runs
 * own their bytes.
 */
export function decodeRecord(bytes: Uint8Array, offset: number, head: RecordHead, seed: number): LogRecord | null {
  const start = offset + RECORD_HEAD_BYTES;
  const body = bytes.subarray(start, start + head.bodyBytes);
  if (body.length < head.bodyBytes || checksum(body, seed) !== head.bodyChecksum) return null;
  const incarnationStart = BODY_FIXED_BYTES + head.runs * RUN_ROW_BYTES;
  if (body.length < incarnationStart) return null;
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const term = getUint64(view, 0);
  const after = { index: getUint64(view, 16), term: getUint64(view, 24) };
  const incarnationBytes = view.getUint32(12, true);
  const voteId = view.getUint32(8, true);
  let dataStart = incarnationStart + incarnationBytes;
  const incarnation = decoder.decode(body.subarray(incarnationStart, dataStart));
  const entries: EntryRun[] = [];
  let firstIndex = after.index + 1;
  for (let position = 0; position < head.runs; position += 1) {
    const row = BODY_FIXED_BYTES + position * RUN_ROW_BYTES;
    const count = view.getUint32(row + 8, true);
    const dataEnd = dataStart + view.getUint32(row + 12, true);
    const data = new Uint8Array(body.subarray(dataStart, dataEnd));
    entries.push({ firstIndex, term: getUint64(view, row), count, data });
    firstIndex += count;
    dataStart = dataEnd;
  }
  if (align(dataStart) !== body.length || !isPlace(term) || !isLogPlace(after)) return null;
  if (!areWellFormed(entries, after, term)) return null;
  return {
    term,
    vote: voteId === 0 ? null : { id: voteId, incarnation },
    after,
    reset: getUint64(view, 32) !== 0,
    entries,
  };
}
