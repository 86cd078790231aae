/** A snapshot's content under another header: what a node's state was becomes that of another node or cluster. */
import type { Disk } from '../storage/disk.js';
import {
  createSnapshotWriter,
  openSnapshotFile,
  type SnapshotFile,
  type SnapshotHeader,
} from '../storage/snapshot-files.js';

const PART_BYTES = 1 << 20;

/** Verifies what it copies. Throws `CorruptLog` and `StorageFailed`. */
export function copySnapshot(disk: Disk, path: string, folder: string, header: SnapshotHeader): void {
  const from = openSnapshotFile(disk, path);
  try {
    saveContent(disk, folder, header, partsOf(from));
  } finally {
    from.close();
  }
}

/** Whole or not at all. Throws `StorageFailed`, and what making a part throws. */
export function saveContent(disk: Disk, folder: string, header: SnapshotHeader, parts: Iterable<Uint8Array>): void {
  const to = createSnapshotWriter(disk, folder, header);
  try {
    for (const part of parts) to.write(part);
  } catch (error) {
    to.abandon();
    throw error;
  }
  to.finish();
}

function* partsOf(file: SnapshotFile): Generator<Uint8Array, void, void> {
  for (let offset = 0; offset < file.contentBytes; offset += PART_BYTES) yield file.read(offset, PART_BYTES);
}
