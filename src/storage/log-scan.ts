/**
 * Reads a log without changing it: every intact record in order, and every stretch that should hold one and does not.
 * It judges what was safe (`synced`) and what cannot have been; whether a node may start is `log-files.ts`.
 */
import { identitySeed } from './checksum.js';
import type { Disk } from './disk.js';
import {
  decodeHead,
  decodeRecord,
  nextMagic,
  RECORD_ALIGNMENT,
  RECORD_HEAD_BYTES,
  type LogRecord,
  type RecordHead,
} from './log-record.js';
import {
  decodeHeader,
  SEGMENT_HEADER_BYTES,
  segmentNumbers,
  segmentPath,
  type DecodedHeader,
  type SegmentHeader,
} from './log-segment.js';
import { readSyncedMark } from './synced-mark.js';

export type ScanItem = ScannedSegment | ScannedRecord | ScannedDamage;

export interface ScannedSegment {
  readonly kind: 'segment';
  readonly file: string;
  readonly header: SegmentHeader;
  /** What its first record links to. */
  readonly checksum: number;
  /** Bytes behind the header. */
  readonly room: number;
}

export interface ScannedRecord {
  readonly kind: 'record';
  readonly file: string;
  /** In the file. */
  readonly offset: number;
  /** Where the next one begins, in the log. */
  readonly endPosition: number;
  readonly checksum: number;
  readonly record: LogRecord;
}

export interface ScannedDamage {
  readonly kind: 'damage';
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
  readonly reason: string;
  /** It was on the disk once: lost, not merely never finished. */
  readonly synced: boolean;
}

const ZEROS = new Uint8Array(64 * 1024);

/** The header of a segment, or why it is none. */
type Decoded = ReturnType<typeof decodeHeader>;

/** Damage before it is known what was synced. */
type SegmentItem = ScannedRecord | (Omit<ScannedDamage, 'synced'> & { readonly position: number });

export function* scanLogFiles(disk: Disk, folder: string): Generator<ScanItem, void, void> {
  const numbers = segmentNumbers(disk, folder);
  let expected = numbers[0] ?? 1;
  if (numbers.length === 0) yield missing(segmentPath(folder, 1));
  let decoded: Decoded | null = null;
  for (const [position, number] of numbers.entries()) {
    // One for all of a gap: a file name may claim any number.
    if (expected < number) yield missing(segmentPath(folder, expected));
    expected = number + 1;
    decoded ??= readHeader(disk, folder, number);
    const next: Decoded | null = numbers[position + 1] === expected ? readHeader(disk, folder, expected) : null;
    yield* scanFile(disk, folder, { number, decoded, end: startOf(next) });
    decoded = next;
  }
}

function readHeader(disk: Disk, folder: string, number: number): Decoded {
  return decodeHeader(readFile(disk, segmentPath(folder, number), SEGMENT_HEADER_BYTES));
}

/** Null when there is no segment that says where it begins: all before one was synced when it was made. */
function startOf(decoded: Decoded | null): number | null {
  return decoded === null || typeof decoded === 'string' ? null : decoded.header.startPosition;
}

function missing(file: string): ScannedDamage {
  return { kind: 'damage', file, offset: 0, bytes: 0, reason: 'there is no such file', synced: true };
}

function* scanFile(
  disk: Disk,
  folder: string,
  { number, decoded, end }: { readonly number: number; readonly decoded: Decoded; readonly end: number | null },
): Generator<ScanItem, void, void> {
  const file = segmentPath(folder, number);
  const bytes = readFile(disk, file);
  if (typeof decoded === 'string' || decoded.header.number !== number) {
    const reason = typeof decoded === 'string' ? decoded : `it is segment ${decoded.header.number} under another name`;
    yield { kind: 'damage', file, offset: 0, bytes: bytes.length, reason, synced: true };
    return;
  }
  const { header } = decoded;
  yield { kind: 'segment', file, header, checksum: decoded.checksum, room: bytes.length - SEGMENT_HEADER_BYTES };
  const scan = new SegmentScan(file, bytes, decoded);
  const proven = end ?? Math.max(scan.provenPosition, markedPosition(disk, folder, header));
  for (const item of scan.items) {
    if (item.kind === 'record') yield item;
    else {
      const { position, ...damage } = item;
      yield { ...damage, synced: end !== null || position < proven };
    }
  }
  if (scan.endPosition < proven && scan.items.at(-1)?.kind !== 'damage') {
    const offset = SEGMENT_HEADER_BYTES + scan.endPosition - header.startPosition;
    const lost = proven - scan.endPosition;
    yield { kind: 'damage', file, offset, bytes: lost, reason: 'records that were here are gone', synced: true };
  }
}

function markedPosition(disk: Disk, folder: string, { identity }: SegmentHeader): number {
  return readSyncedMark(disk, folder, identitySeed(identity))?.position ?? 0;
}

function readFile(disk: Disk, path: string, length?: number): Uint8Array {
  const file = disk.open(path, 'read');
  try {
    return file.read(0, length ?? file.size());
  } finally {
    file.close();
  }
}

/** One segment's bytes, taken apart from front to end. */
class SegmentScan {
  readonly items: SegmentItem[] = [];
  /** Behind the last intact record. */
  endPosition: number;
  /** The most that a record says was synced before it. */
  provenPosition = 0;
  readonly #file: string;
  readonly #bytes: Uint8Array;
  /** The bytes up to the last that is not zero: no record begins behind it. */
  readonly #content: Uint8Array;
  readonly #startPosition: number;
  readonly #seed: number;
  #offset = SEGMENT_HEADER_BYTES;
  /** Null behind damage: the record that it would have to match is not known. */
  #previousChecksum: number | null;

  constructor(file: string, bytes: Uint8Array, { header, checksum }: DecodedHeader) {
    this.#file = file;
    this.#bytes = bytes;
    this.#content = bytes.subarray(0, endOfContent(bytes));
    this.#startPosition = header.startPosition;
    this.#seed = identitySeed(header.identity);
    this.endPosition = header.startPosition;
    this.#previousChecksum = checksum;
    for (let next = this.#nextHead(); next !== null; next = this.#nextHead()) this.#take(next.offset, next.head);
    this.#damageUntil(this.#content.length, 'bytes that are no record');
  }

  #positionAt(offset: number): number {
    return this.#startPosition + offset - SEGMENT_HEADER_BYTES;
  }

  /** The first whole head from here on: its place is in it, so nothing that an entry contains is taken for one. */
  #nextHead(): { offset: number; head: RecordHead } | null {
    let offset = nextMagic(this.#content, this.#offset);
    for (; offset !== null; offset = nextMagic(this.#content, offset + RECORD_ALIGNMENT)) {
      const head = decodeHead(this.#bytes, offset, this.#positionAt(offset), this.#seed);
      if (head !== null) return { offset, head };
    }
    return null;
  }

  #take(offset: number, head: RecordHead): void {
    this.#damageUntil(offset, 'no record begins here');
    this.provenPosition = Math.max(this.provenPosition, head.syncedPosition);
    const record = decodeRecord(this.#bytes, offset, head, this.#seed);
    const chained = this.#previousChecksum === null || head.previousChecksum === this.#previousChecksum;
    if (record === null || !chained) {
      // Its length is not to be trusted over a record that may stand within.
      this.#damageUntil(
        offset + RECORD_HEAD_BYTES,
        record === null ? 'the checksum of a record does not match' : 'a record does not follow the one before',
      );
      return;
    }
    const endOffset = offset + RECORD_HEAD_BYTES + head.bodyBytes;
    const endPosition = this.#positionAt(endOffset);
    this.items.push({ kind: 'record', file: this.#file, offset, endPosition, checksum: head.checksum, record });
    this.endPosition = endPosition;
    this.#previousChecksum = head.checksum;
    this.#offset = endOffset;
  }

  #damageUntil(end: number, reason: string): void {
    const offset = this.#offset;
    if (end <= offset) return;
    const last = this.items.at(-1);
    if (last?.kind === 'damage') this.items.pop();
    const from = last?.kind === 'damage' ? last : { offset, reason, position: this.#positionAt(offset) };
    this.items.push({ ...from, kind: 'damage', file: this.#file, bytes: end - from.offset });
    this.#previousChecksum = null;
    this.#offset = end;
  }
}

/** Behind the last byte that is not zero; block by block, since most of a segment is still to be written. */
function endOfContent(bytes: Uint8Array): number {
  let end = bytes.length;
  while (end >= ZEROS.length && Buffer.compare(bytes.subarray(end - ZEROS.length, end), ZEROS) === 0) {
    end -= ZEROS.length;
  }
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return end;
}
