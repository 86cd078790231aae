/**
 * One snapshot as a file: a header block of checksummed JSON, legible with `head -c 4096`, then the content in blocks
 * of one size, each with a checksum of its own, so that any part can be read and verified by itself. A snapshot is made
 * beside its name, synced and renamed: a file of that name is a whole one. What the content means is not known here.
 */
import { assert } from '../assert.js';
import type { SnapshotDescription } from '../raft/messages.js';
import { isSnapshotDescription } from '../raft/well-formed.js';
import { checksum } from './checksum.js';
import { corruptLog } from './corrupt-log.js';
import type { Disk, DiskFile } from './disk.js';
import { parseContent } from './json-file.js';
import { isStorageIdentity, sameIdentity, type StorageIdentity } from './storage.js';

const FORMAT = 1;
const HEADER_BYTES = 4096;
const HEADER_CONTENT_BYTES = HEADER_BYTES - Uint32Array.BYTES_PER_ELEMENT;
const BLOCK_BYTES = 1 << 16;
/** Checksum u32, length of the content u32, number of the block u32, 1 in the last block u32; little-endian. */
const BLOCK_HEAD_BYTES = 16;
const CONTENT_BYTES = BLOCK_BYTES - BLOCK_HEAD_BYTES;
/** A sync in between keeps the last one short. */
const SYNC_EVERY_BLOCKS = 16;
const NAME = /^snapshot-(\d{16})-(\d+)$/;
const TEMPORARY = 'snapshot.tmp';

export interface SnapshotHeader {
  readonly identity: StorageIdentity;
  readonly description: SnapshotDescription;
}

export interface SnapshotWriter {
  write(bytes: Uint8Array): void;
  /** On the disk under its name when this returns; older ones are gone. */
  finish(): void;
  /** As if it had never been begun. */
  abandon(): void;
}

export function snapshotPath(folder: string, { index, term }: SnapshotDescription): string {
  return `${folder}/snapshot-${String(index).padStart(16, '0')}-${term}`;
}

/** The snapshots in a folder, the newest last. */
function snapshotNames(disk: Disk, folder: string): string[] {
  return disk.list(folder).filter((name) => NAME.test(name));
}

export interface FoundSnapshot extends SnapshotHeader {
  readonly path: string;
}

/** The newest; null when there is none. With an identity, one of another node or incarnation is `CorruptLog`. */
export function newestSnapshot(disk: Disk, folder: string, identity: StorageIdentity | null): FoundSnapshot | null {
  const name = snapshotNames(disk, folder).at(-1);
  if (name === undefined) return null;
  const path = `${folder}/${name}`;
  const snapshot = openSnapshotFile(disk, path);
  snapshot.close();
  const { header } = snapshot;
  if (snapshotPath(folder, header.description) !== path) {
    throw corruptLog(path, 0, `it is the snapshot of entry ${header.description.index} under another name`);
  }
  if (identity !== null && !sameIdentity(header.identity, identity)) {
    const { clusterId, member } = header.identity;
    const owner = `node ${member.id}, incarnation ${member.incarnation}, of cluster ${clusterId}`;
    throw corruptLog(path, 0, `it belongs to ${owner}`);
  }
  return { path, ...header };
}

/** The same, every block of it read. */
export function verifiedSnapshot(disk: Disk, folder: string, identity: StorageIdentity | null): FoundSnapshot | null {
  const newest = newestSnapshot(disk, folder, identity);
  if (newest !== null) verifySnapshot(disk, newest.path);
  return newest;
}

export function createSnapshotWriter(disk: Disk, folder: string, header: SnapshotHeader): SnapshotWriter {
  const path = snapshotPath(folder, header.description);
  const temporary = `${folder}/${TEMPORARY}`;
  const file = disk.open(temporary, 'create');
  const seed = writeHeader(file, header);
  const block = new Uint8Array(BLOCK_BYTES);
  let number = 0;
  let filled = 0;
  const flush = (last: boolean): void => {
    const bytes = encodeBlock(block, { filled, number, last, seed });
    file.write([bytes], HEADER_BYTES + number * BLOCK_BYTES);
    number += 1;
    filled = 0;
    if (number % SYNC_EVERY_BLOCKS === 0) file.sync();
  };
  return {
    write(bytes) {
      for (let taken = 0; taken < bytes.length;) {
        if (filled === CONTENT_BYTES) flush(false);
        const part = bytes.subarray(taken, taken + CONTENT_BYTES - filled);
        block.set(part, BLOCK_HEAD_BYTES + filled);
        filled += part.length;
        taken += part.length;
      }
    },
    finish() {
      flush(true);
      file.sync();
      file.close();
      disk.rename(temporary, path);
      disk.syncFolder(folder);
      for (const name of snapshotNames(disk, folder)) {
        if (`${folder}/${name}` < path) disk.remove(`${folder}/${name}`);
      }
    },
    abandon() {
      file.close();
      disk.remove(temporary);
    },
  };
}

export interface SnapshotFile {
  readonly path: string;
  readonly header: SnapshotHeader;
  readonly contentBytes: number;
  /** Shorter where the content ends. Throws `CorruptLog` where it is not what was written. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Throws `CorruptLog` when it is no whole snapshot. */
export function openSnapshotFile(disk: Disk, path: string): SnapshotFile {
  const file = disk.open(path, 'read');
  try {
    const { header, seed } = readHeader(file);
    const blocks = Math.ceil((file.size() - HEADER_BYTES) / BLOCK_BYTES);
    const readBlock = (number: number): Uint8Array => decodeBlock(file, number, number === blocks - 1, seed);
    if (blocks < 1) throw corruptLog(path, HEADER_BYTES, 'the file ends too soon');
    const contentBytes = (blocks - 1) * CONTENT_BYTES + readBlock(blocks - 1).length;
    return {
      path,
      header,
      contentBytes,
      read(offset, length) {
        const end = Math.min(offset + length, contentBytes);
        const bytes = new Uint8Array(Math.max(0, end - offset));
        for (let at = offset; at < end;) {
          const number = Math.floor(at / CONTENT_BYTES);
          const part = readBlock(number).subarray(at - number * CONTENT_BYTES, end - number * CONTENT_BYTES);
          bytes.set(part, at - offset);
          at += part.length;
        }
        return bytes;
      },
      close() {
        file.close();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

/** Reads every block. Throws `CorruptLog`. */
export function verifySnapshot(disk: Disk, path: string): void {
  const file = openSnapshotFile(disk, path);
  try {
    for (let offset = 0; offset < file.contentBytes; offset += CONTENT_BYTES) file.read(offset, CONTENT_BYTES);
  } finally {
    file.close();
  }
}

/** All of it, verified. */
export function readSnapshotContent(disk: Disk, path: string): Uint8Array {
  const file = openSnapshotFile(disk, path);
  try {
    return file.read(0, file.contentBytes);
  } finally {
    file.close();
  }
}

/** Gives the seed of the blocks' checksums: those of another snapshot do not verify. */
function writeHeader(file: DiskFile, header: SnapshotHeader): number {
  const text = new TextEncoder().encode(`${JSON.stringify({ format: FORMAT, ...header })}\n`);
  assert(text.length <= HEADER_CONTENT_BYTES, `header of ${text.length} bytes`);
  const bytes = new Uint8Array(HEADER_BYTES).fill(0x20);
  bytes.set(text);
  const seed = checksum(bytes.subarray(0, HEADER_CONTENT_BYTES));
  new DataView(bytes.buffer).setUint32(HEADER_CONTENT_BYTES, seed, true);
  file.write([bytes], 0);
  return seed;
}

function readHeader(file: DiskFile): { header: SnapshotHeader; seed: number } {
  const bytes = file.read(0, HEADER_BYTES);
  if (bytes.length < HEADER_BYTES) throw corruptLog(file.path, bytes.length, 'the file ends within its header');
  const seed = checksum(bytes.subarray(0, HEADER_CONTENT_BYTES));
  if (new DataView(bytes.buffer, bytes.byteOffset).getUint32(HEADER_CONTENT_BYTES, true) !== seed) {
    throw corruptLog(file.path, 0, 'the checksum of its header does not match');
  }
  const text = new TextDecoder().decode(bytes.subarray(0, HEADER_CONTENT_BYTES));
  const { format, identity, description } = parseContent(text) ?? {};
  if (format !== FORMAT) throw corruptLog(file.path, 0, `this program reads format ${FORMAT}, which it is not`);
  if (!isStorageIdentity(identity) || !isSnapshotDescription(description)) {
    throw corruptLog(file.path, 0, 'its header is not that of a snapshot');
  }
  return { header: { identity, description }, seed };
}

function encodeBlock(
  block: Uint8Array,
  { filled, number, last, seed }: { filled: number; number: number; last: boolean; seed: number },
): Uint8Array {
  const bytes = block.subarray(0, BLOCK_HEAD_BYTES + filled);
  const view = new DataView(block.buffer);
  view.setUint32(4, filled, true);
  view.setUint32(8, number, true);
  view.setUint32(12, last ? 1 : 0, true);
  view.setUint32(0, checksum(bytes.subarray(4), seed), true);
  return bytes;
}

function decodeBlock(file: DiskFile, number: number, last: boolean, seed: number): Uint8Array {
  const offset = HEADER_BYTES + number * BLOCK_BYTES;
  const bytes = file.read(offset, BLOCK_BYTES);
  const refuse = (reason: string) => corruptLog(file.path, offset, reason);
  if (bytes.length < BLOCK_HEAD_BYTES) throw refuse('the file ends too soon');
  const view = new DataView(bytes.buffer, bytes.byteOffset, BLOCK_HEAD_BYTES);
  if (view.getUint32(0, true) !== checksum(bytes.subarray(4), seed))
    throw refuse('the checksum of a block does not match');
  if (view.getUint32(8, true) !== number) throw refuse(`block ${number} is not where it belongs`);
  if ((view.getUint32(12, true) === 1) !== last) throw refuse('the file ends too soon');
  const content = bytes.subarray(BLOCK_HEAD_BYTES);
  if (view.getUint32(4, true) !== content.length || (!last && content.length < CONTENT_BYTES)) {
    throw refuse('a block is not as long as it says');
  }
  return content;
}
