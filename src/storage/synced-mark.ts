/**
 * Up to where the log is known to be synced, and at which entry it ended there: a file beside it, written after each
 * sync and never synced itself. It outlives the process, so what stands below it and is damaged was lost by the disk;
 * after a power failure an older one may be left, and the records themselves prove what they can (`log-scan.ts`). Two
 * slots, written in turn, so that a torn write leaves the other.
 */
import type { LogPlace } from '../raft/log.js';
import { checksum } from './checksum.js';
import type { Disk, DiskFile } from './disk.js';
import { getUint64, setUint64 } from './uint64.js';

const MAGIC = 0x4b52414d;
/** A sector: what a disk writes at once. */
const SLOT_BYTES = 512;
const SLOTS = 2;
/** Magic u32, checksum of the rest u32, position u64, index u64, term u64; little-endian. */
const MARK_BYTES = 32;

/** All records before this position are on the disk, and this is the last entry of the log that they make. */
export interface SyncedPlace {
  readonly position: number;
  readonly last: LogPlace;
}

export interface SyncedMark {
  advance(place: SyncedPlace): void;
  close(): void;
}

function markPath(folder: string): string {
  return `${folder}/synced`;
}

/** `seed`: that of the node's identity. */
export function createSyncedMark(disk: Disk, folder: string): void {
  const file = disk.open(markPath(folder), 'create');
  try {
    file.truncate(SLOTS * SLOT_BYTES);
    file.sync();
  } finally {
    file.close();
  }
}

/** The highest place that an intact slot holds; null when none does, or there is no such file. */
export function readSyncedMark(disk: Disk, folder: string, seed: number): SyncedPlace | null {
  if (!disk.list(folder).includes('synced')) return null;
  const file = disk.open(markPath(folder), 'read');
  try {
    const bytes = file.read(0, SLOTS * SLOT_BYTES);
    let highest: SyncedPlace | null = null;
    for (let start = 0; start + MARK_BYTES <= bytes.length; start += SLOT_BYTES) {
      const place = decodeMark(bytes.subarray(start, start + MARK_BYTES), seed);
      if (place !== null && place.position >= (highest?.position ?? 0)) highest = place;
    }
    return highest;
  } finally {
    file.close();
  }
}

export function openSyncedMark(disk: Disk, folder: string, seed: number): SyncedMark {
  if (!disk.list(folder).includes('synced')) createSyncedMark(disk, folder);
  const file = disk.open(markPath(folder), 'write');
  return syncedMark(file, seed);
}

function syncedMark(file: DiskFile, seed: number): SyncedMark {
  const bytes = new Uint8Array(MARK_BYTES);
  const view = new DataView(bytes.buffer);
  let slot = 0;
  return {
    advance({ position, last }) {
      view.setUint32(0, MAGIC, true);
      setUint64(view, 8, position);
      setUint64(view, 16, last.index);
      setUint64(view, 24, last.term);
      view.setUint32(4, checksum(bytes.subarray(8), seed), true);
      slot = (slot + 1) % SLOTS;
      file.write([bytes], slot * SLOT_BYTES);
    },
    close() {
      file.close();
    },
  };
}

function decodeMark(bytes: Uint8Array, seed: number): SyncedPlace | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, MARK_BYTES);
  if (view.getUint32(0, true) !== MAGIC || view.getUint32(4, true) !== checksum(bytes.subarray(8), seed)) return null;
  return { position: getUint64(view, 8), last: { index: getUint64(view, 16), term: getUint64(view, 24) } };
}
