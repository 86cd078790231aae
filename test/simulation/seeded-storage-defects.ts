/** Known ways to lose what storage has promised, each as a change of the compiled storage. */
import type { SeededDefect } from './seeded-defect.js';

const file = {
  writer: 'storage/log-writer',
  opening: 'storage/log-files',
  segment: 'storage/log-segment',
  record: 'storage/log-record',
  scan: 'storage/log-scan',
  snapshots: 'storage/snapshot-files',
} as const;

export const STORAGE_DEFECTS: readonly SeededDefect[] = [
  {
    row: 2,
    name: 'the vote is not written (paper figure 2)',
    file: file.record,
    text: 'view.setUint32(48, record.vote?.id ?? 0, true);',
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 20,
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
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 21,
    name: 'compaction takes a segment that is still needed',
    file: file.writer,
    text: 'next.baseIndex >= firstIndex)',
    replacement: 'next.baseIndex > firstIndex + 2)',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 21,
    name: 'compaction removes several segments in any order',
    file: file.writer,
    text: `                disk.syncFolder(folder);
`,
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 21,
    name: 'the folder of a snapshot is not synced',
    file: file.snapshots,
    text: `            disk.rename(temporary, path);
            disk.syncFolder(folder);
`,
    replacement: `            disk.rename(temporary, path);
`,
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 21,
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
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 43,
    name: 'what a failed sync left in memory is taken for written (fsyncgate)',
    file: file.opening,
    text: `        writeAgain(file, log, readSyncedMark(disk, folder, identitySeed(identity))?.position ?? 0);
`,
    replacement: '',
  },
  {
    row: 44,
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
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 44,
    name: 'a new segment begins before the one before it is synced, in mode os',
    file: file.writer,
    text: `        if (this.#syncedPosition < this.#position)
            this.#sync();
`,
    replacement: '',
    durability: 'os',
    detector: 'every disk call',
  },
  {
    row: 44,
    name: 'a new segment is named before it is synced',
    file: file.segment,
    text: `        file.sync();
        disk.rename(path + TEMPORARY, path);
`,
    replacement: `        disk.rename(path + TEMPORARY, path);
`,
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 44,
    name: 'a torn record is taken for a whole one',
    file: file.record,
    text: ' || checksum(body, seed) !== head.bodyChecksum)',
    replacement: ')',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 45,
    name: 'damage in what was safe is taken for a torn tail (protocol-aware recovery)',
    file: file.scan,
    text: 'yield { ...damage, synced: end !== null || position < proven };',
    replacement: 'yield { ...damage, synced: false };',
  },
  {
    row: 46,
    name: 'what was never safe is not cut off (the next records are hidden behind it)',
    file: file.opening,
    text: `        if (log.cutOffset !== null)
            cut(file, log.cutOffset);
`,
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 49,
    name: 'a snapshot is adopted and the log does not begin behind it',
    file: file.opening,
    text: `    if (!held) {
        closingOnFailure(writer, () => {
            writer.append({ term, vote, after: snapshot, reset: true, entries: [] });
        });
    }
`,
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 50,
    name: 'a write that failed is reported as done',
    file: 'storage/log-writer',
    text: `        change();
        this.#failed = false;
`,
    replacement: `        try {
            change();
        }
        catch { /* the caller goes on */ }
        this.#failed = false;
`,
  },
  {
    row: 61,
    name: 'a name that a killed process made is believed and not synced',
    file: file.opening,
    text: `        file.sync();
        disk.syncFolder(folder);
`,
    replacement: `        file.sync();
`,
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 69,
    name: 'a write is answered before it is synced (thesis 3.8)',
    file: file.writer,
    text: `            if (this.#options.durability === 'fsync')
                this.#sync();
`,
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 69,
    name: 'the folder of a new segment is not synced',
    file: file.segment,
    text: `        disk.syncFolder(folder);
`,
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
  {
    row: 69,
    name: 'what a killed process wrote is believed and not synced',
    file: file.opening,
    text: `        writeAgain(file, log, readSyncedMark(disk, folder, identitySeed(identity))?.position ?? 0);
        file.sync();
`,
    replacement: '',
    durability: 'fsync',
    detector: 'every disk call',
  },
];
