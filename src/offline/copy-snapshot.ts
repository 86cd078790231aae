/** A snapshot's content under another header: what a node's state was becomes that of another node or cluster. */
import type { Disk } from '../storage/disk.js';
import { createSnapshotWriter, openSnapshotFile, type SnapshotHeader } from '../storage/snapshot-files.js';

const PART_BYTES = 1 << 20;

/** Verifies what it copies. Throws `CorruptLog` and `StorageFailed`. */
export function copySnapshot(disk: Disk, path: string, folder: string, header: SnapshotHeader): void {
  const from = openSnapshotFile(disk, path);
  try {
    const to = createSnapshotWriter(disk, folder, header);
    try {
      for (let offset = 0; offset < from.contentBytes; offset += PART_BYTES) to.write(from.read(offset, PART_BYTES));
    } catch (error) {
      to.abandon();
      throw error;
    }
    to.finish();
  } finally {
    from.close();
  }
}
