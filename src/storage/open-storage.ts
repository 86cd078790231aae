/** What a node finds when it starts, and where it keeps what comes: in files, or, without any, nowhere. */
import type { NodeFiles } from '../messages.js';
import type { Configuration } from '../raft/messages.js';
import type { Disk } from './disk.js';
import { openLogFiles } from './log-files.js';
import { verifiedSnapshot } from './snapshot-files.js';
import type { OpenedStorage } from './storage.js';
import { createVolatileStorage } from './volatile-storage.js';

/** `bootstrap`: the configuration in force before the first entry. Throws `CorruptLog` and `StorageFailed`. */
export function openStorage(disk: Disk, files: NodeFiles | null, bootstrap: Configuration): OpenedStorage {
  const snapshot = { index: 0, term: 0, configuration: bootstrap };
  if (files === null) {
    const stored = { term: 0, vote: null, snapshot, base: snapshot, entries: [] };
    return { stored, storage: createVolatileStorage() };
  }
  // Its content is the metadata-store's; but who cannot show what it has promised must not vote.
  const newest = verifiedSnapshot(disk, files.folder, files.identity);
  return openLogFiles({ disk, ...files }, newest?.description ?? snapshot);
}
