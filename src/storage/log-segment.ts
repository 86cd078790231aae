/**
 * A segment: one file of the log, a header block and then records. It is made beside its name, synced and renamed, so
 * a file of that name is always a whole segment; and only once all before it is synced, so only the last one may have
 * a tail that was never safe. The header is a checksummed block of JSON, legible with `head -c 512`.
 */
import { assert } from '../assert.js';
import type { LogPlace } from '../raft/log.js';
import type { Member } from '../raft/messages.js';
import { isLogPlace, isMember, isPlace } from '../raft/well-formed.js';
import { checksum } from './checksum.js';
import type { Disk, DiskFile } from './disk.js';
import { parseContent } from './json-file.js';
import { isStorageIdentity, type StorageIdentity } from './storage.js';

const FORMAT = 1;
export const SEGMENT_HEADER_BYTES = 512;
const HEADER_CONTENT_BYTES = SEGMENT_HEADER_BYTES - Uint32Array.BYTES_PER_ELEMENT;
const NAME = /^log-\d{8}$/;
const TEMPORARY = '.tmp';

export interface SegmentHeader {
  readonly identity: StorageIdentity;
  /** From 1, without gaps. */
  readonly number: number;
  /** The position of its first record. */
  readonly startPosition: number;
  /** The last place of the log when the segment began. */
  readonly base: LogPlace;
  readonly term: number;
  readonly vote: Member | null;
}

export interface DecodedHeader {
  readonly header: SegmentHeader;
  /** What the first record links to. */
  readonly checksum: number;
}

export function segmentPath(folder: string, number: number): string {
  return `${folder}/log-${String(number).padStart(8, '0')}`;
}

/** The numbers of the segments there, ascending. */
export function segmentNumbers(disk: Disk, folder: string): number[] {
  return disk
    .list(folder)
    .filter((name) => NAME.test(name))
    .map((name) => Number(name.slice(-8)));
}

/** Drops what a crash left of a segment in the making. */
export function removeUnfinishedSegments(disk: Disk, folder: string): void {
  for (const name of disk.list(folder)) {
    if (name.startsWith('log-') && name.endsWith(TEMPORARY)) disk.remove(`${folder}/${name}`);
  }
}

/** The file, open; its header, its size and its name are on the disk. `bytes`: room for records. */
export function createSegment(
  disk: Disk,
  folder: string,
  header: SegmentHeader,
  bytes: number,
): { file: DiskFile; checksum: number } {
  const path = segmentPath(folder, header.number);
  const block = encodeHeader(header);
  const file = disk.open(path + TEMPORARY, 'create');
  try {
    file.write([block.bytes], 0);
    // A size known beforehand spares each later sync the write of a new one.
    file.truncate(SEGMENT_HEADER_BYTES + bytes);
    file.sync();
    disk.rename(path + TEMPORARY, path);
    disk.syncFolder(folder);
  } finally {
    file.close();
  }
  return { file: disk.open(path, 'write'), checksum: block.checksum };
}

function encodeHeader(header: SegmentHeader): { bytes: Uint8Array; checksum: number } {
  const text = Buffer.from(JSON.stringify({ format: FORMAT, ...header }) + '\n');
  assert(text.length <= HEADER_CONTENT_BYTES, `header of ${text.length} bytes`);
  const bytes = new Uint8Array(SEGMENT_HEADER_BYTES).fill(0x20);
  bytes.set(text, 0);
  const view = new DataView(bytes.buffer);
  const sum = checksum(bytes.subarray(0, HEADER_CONTENT_BYTES));
  view.setUint32(HEADER_CONTENT_BYTES, sum, true);
  return { bytes, checksum: sum };
}

/** A reason in words when the block is no header of a segment. */
export function decodeHeader(bytes: Uint8Array): DecodedHeader | string {
  if (bytes.length < SEGMENT_HEADER_BYTES) return 'the file ends within its header';
  const sum = new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER_CONTENT_BYTES, true);
  const content = bytes.subarray(0, HEADER_CONTENT_BYTES);
  if (checksum(content) !== sum) return 'the checksum of its header does not match';
  const { format, ...header } = parseContent(Buffer.from(content).toString()) ?? {};
  if (format !== FORMAT) return `this program reads format ${FORMAT}, which it is not`;
  return isSegmentHeader(header) ? { header, checksum: sum } : 'its header is not that of a segment';
}

function isSegmentHeader(content: object): content is SegmentHeader {
  const { identity, number, startPosition, base, term, vote } = content as Record<keyof SegmentHeader, unknown>;
  return (
    isStorageIdentity(identity) &&
    [number, startPosition, term].every(isPlace) &&
    isLogPlace(base) &&
    (vote === null || isMember(vote))
  );
}
