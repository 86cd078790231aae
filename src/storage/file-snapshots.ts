/** The snapshots of one node in its folder: the newest only, and while it is written the one before. */
import { must } from '../assert.js';
import type { SnapshotDescription } from '../raft/messages.js';
import type { SnapshotRead } from '../raft/ready.js';
import type { Disk } from './disk.js';
import {
  createSnapshotWriter,
  newestSnapshot,
  openSnapshotFile,
  readSnapshotContent,
  snapshotPath,
  type FoundSnapshot,
  type SnapshotFile,
} from './snapshot-files.js';
import type { NewSnapshot, SnapshotPart, SnapshotShelf } from './snapshot-shelf.js';
import type { StorageIdentity } from './storage.js';

export interface OpenedSnapshots {
  readonly shelf: SnapshotShelf;
  readonly newest: {
    readonly path: string;
    readonly description: SnapshotDescription;
    readonly content: Uint8Array;
  } | null;
}

/** Throws `CorruptLog` and `StorageFailed`, as whatever is done with the shelf may. */
export function openFileSnapshots(disk: Disk, folder: string, identity: StorageIdentity): OpenedSnapshots {
  const newest = newestSnapshot(disk, folder, identity);
  const shelf = createShelf(disk, folder, identity, newest);
  return { shelf, newest: newest === null ? null : { ...newest, content: readSnapshotContent(disk, newest.path) } };
}

function createShelf(
  disk: Disk,
  folder: string,
  identity: StorageIdentity,
  found: FoundSnapshot | null,
): SnapshotShelf {
  let newest = found;
  let sending: SnapshotFile | null = null;

  const closeSending = (): void => {
    sending?.close();
    sending = null;
  };
  const fileFor = (index: number): SnapshotFile => {
    if (sending?.header.description.index === index) return sending;
    closeSending();
    sending = openSnapshotFile(disk, must(newest, 'a snapshot to send').path);
    return sending;
  };

  return {
    get index() {
      return newest?.description.index ?? 0;
    },
    *keep(snapshot: NewSnapshot) {
      const { description } = snapshot;
      const writer = createSnapshotWriter(disk, folder, { identity, description });
      let whole = false;
      try {
        for (const slice of snapshot.serialize()) {
          writer.write(slice);
          yield;
        }
        whole = true;
      } finally {
        if (!whole) writer.abandon();
      }
      writer.finish();
      newest = { path: snapshotPath(folder, description), identity, description };
    },
    read({ index, offset, length }: SnapshotRead): SnapshotPart {
      const file = fileFor(index);
      const found = file.header.description.index;
      const start = found === index ? offset : 0;
      const bytes = file.read(start, length);
      const done = start + bytes.length === file.contentBytes;
      if (done) closeSending();
      return { index: found, offset: start, bytes, done };
    },
    close: closeSending,
  };
}
