/** Known ways to lose what was promised, each as a change of the compiled storage; see `seeded-defects.ts`. */
import type { FileDurability } from '../../src/storage/storage.js';
import type { SeededDefect } from './seeded-defects.js';

export interface SeededStorageDefect extends SeededDefect {
  /** The mode in which a crash at some disk call shows it; by default it takes a fault of the simulation. */
  readonly crashes?: FileDurability;
}

const file = {
  writer: 'storage/log-writer',
  opening: 'storage/log-files',
  segment: 'storage/log-segment',
  record: 'storage/log-record',
  scan: 'storage/log-scan',
  snapshots: 'storage/snapshot-files',
} as const;

export const SEEDED_STORAGE_DEFECTS: readonly SeededStorageDefect[] = [
  {
    name: 'a write is answered before it is synced (thesis 3.8)',
    file: file.writer,
    text: `            if (this.#options.durability === 'fsync')
                this.#sync();
`,
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'the log is marked as synced before it is',
    file: file.writer,
    text: `        this.#file.sync();
        this.#syncedPosition = this.#position;
        this.#mark.advance({ position: this.#position, last: this.#terms.last() });
`,
    replacement: `        this.#mark.advance({ position: this.#position, last: this.#terms.last() });
        this.#syncedPosition = this.#position;
        this.#file.sync();
`,
    crashes: 'fsync',
  },
  {
    name: 'a new segment begins before the one before it is synced, in mode os',
    file: file.writer,
    text: `        if (this.#syncedPosition < this.#position)
            this.#sync();
`,
    replacement: '',
    crashes: 'os',
  },
  {
    name: 'compaction takes a segment that is still needed',
    file: file.writer,
    text: 'next.baseIndex >= firstIndex)',
    replacement: 'next.baseIndex > firstIndex + 2)',
    crashes: 'fsync',
  },
  {
    name: 'compaction removes several segments in any order',
    file: file.writer,
    text: `                disk.syncFolder(folder);
`,
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'a new segment is named before it is synced',
    file: file.segment,
    text: `        file.sync();
        disk.rename(path + TEMPORARY, path);
`,
    replacement: `        disk.rename(path + TEMPORARY, path);
`,
    crashes: 'fsync',
  },
  {
    name: 'the folder of a new segment is not synced',
    file: file.segment,
    text: `        disk.syncFolder(folder);
`,
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'the vote is not written (paper figure 2)',
    file: file.record,
    text: 'view.setUint32(48, record.vote?.id ?? 0, true);',
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'a torn record is taken for a whole one',
    file: file.record,
    text: ' || checksum(body, seed) !== head.bodyChecksum)',
    replacement: ')',
    crashes: 'fsync',
  },
  {
    name: 'what was never safe is not cut off (the next records are hidden behind it)',
    file: file.opening,
    text: `        if (log.cutOffset !== null)
            cut(file, log.cutOffset);
`,
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'what a killed process wrote is believed and not synced',
    file: file.opening,
    text: `        writeAgain(file, log, readSyncedMark(disk, folder, identitySeed(identity))?.position ?? 0);
        file.sync();
`,
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'what a failed sync left in memory is taken for written (fsyncgate)',
    file: file.opening,
    text: `        writeAgain(file, log, readSyncedMark(disk, folder, identitySeed(identity))?.position ?? 0);
`,
    replacement: '',
  },
  {
    name: 'a name that a killed process made is believed and not synced',
    file: file.opening,
    text: `        file.sync();
        disk.syncFolder(folder);
`,
    replacement: `        file.sync();
`,
    crashes: 'fsync',
  },
  {
    name: 'a snapshot is adopted and the log does not begin behind it',
    file: file.opening,
    text: `    if (!held) {
        closingOnFailure(writer, () => {
            writer.append({ term: log.term, vote: log.vote, after: snapshot, reset: true, entries: [] });
        });
    }
`,
    replacement: '',
    crashes: 'fsync',
  },
  {
    name: 'damage in what was safe is taken for a torn tail (protocol-aware recovery)',
    file: file.scan,
    text: 'yield { ...damage, synced: next !== null || position < proven };',
    replacement: 'yield { ...damage, synced: false };',
  },
  {
    name: 'a snapshot is named before it is synced',
    file: file.snapshots,
    text: `            file.sync();
            file.close();
            disk.rename(temporary, path);
            disk.syncFolder(folder);
`,
    replacement: `            disk.rename(temporary, path);
            disk.syncFolder(folder);
            file.sync();
            file.close();
`,
    crashes: 'fsync',
  },
  {
    name: 'the folder of a snapshot is not synced',
    file: file.snapshots,
    text: `            disk.rename(temporary, path);
            disk.syncFolder(folder);
`,
    replacement: `            disk.rename(temporary, path);
`,
    crashes: 'fsync',
  },
  {
    name: 'the snapshot before is removed before the new one is there',
    file: file.snapshots,
    text: `            flush(true);
            file.sync();
            file.close();
`,
    replacement: `            for (const name of snapshotNames(disk, folder)) disk.remove(\`\${folder}/\${name}\`);
            flush(true);
            file.sync();
            file.close();
`,
    crashes: 'fsync',
  },
];
