/** Damage to chosen records of a node's log, for tests of what can still be made of it. */
import fs from 'node:fs';
import { lastIndexOf } from '../../src/raft/entries.js';
import { scanLogFiles, type ScannedRecord } from '../../src/storage/log-scan.js';
import { createNodeDisk } from '../../src/storage/node-disk.js';

export function recordsOf(dataDir: string, id: number): ScannedRecord[] {
  const items = [...scanLogFiles(createNodeDisk(), `${dataDir}/node-${id}`)];
  return items.filter((item): item is ScannedRecord => item.kind === 'record');
}

/** Flips a byte in the body of every record that holds an entry of these indexes. */
export function damageEntries(dataDir: string, id: number, from: number, to: number): void {
  for (const record of recordsOf(dataDir, id)) if (holds(record, from, to)) damageRecord(record);
}

/** The same in every record from the first that holds such an entry on. */
export function damageEnd(dataDir: string, id: number, from: number): void {
  const records = recordsOf(dataDir, id);
  const first = records.findIndex((record) => holds(record, from, Infinity));
  if (first !== -1) for (const record of records.slice(first)) damageRecord(record);
}

function holds({ record }: ScannedRecord, from: number, to: number): boolean {
  return record.entries.some((run) => run.firstIndex <= to && lastIndexOf(run) >= from);
}

function damageRecord({ file, offset }: ScannedRecord): void {
  flipByte(file, offset + 50);
}

/** Flips a byte of the newest snapshot's content. */
export function damageSnapshot(dataDir: string, id: number): void {
  const folder = `${dataDir}/node-${id}`;
  const name = fs.readdirSync(folder).find((each) => each.startsWith('snapshot-'));
  flipByte(`${folder}/${name}`, 4096 + 100);
}

function flipByte(path: string, offset: number): void {
  const file = fs.openSync(path, 'r+');
  const byte = new Uint8Array(1);
  fs.readSync(file, byte, 0, 1, offset);
  fs.writeSync(
    file,
    byte.map((value) => value ^ 0xff),
    0,
    1,
    offset,
  );
  fs.closeSync(file);
}
