/**
 * The tail of a log, damaged in every way one at a time: what comes back is exactly what was acknowledged, or a typed
 * refusal. Only what was never synced may vanish. The last record was written and not synced: a crash in the middle.
 */
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ClusterError } from '../../src/errors.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../src/storage/log-files.js';
import { identity, persistOf, run, snapshotAt } from './support/logs.js';
import { createMemoryDisk, type MemoryDisk } from './support/memory-disk.js';

const FILE = 'n/log-00000001';
const TAIL_BYTES = 64 * 1024;
const FLIPPED_BYTES = 4096;
export const ACKNOWLEDGED = 40;
const SECTOR_BYTES = 512;

interface Outcome {
  readonly entries: number;
  readonly refused: boolean;
}

const options: Omit<LogFilesOptions, 'disk'> = { folder: 'n', identity, durability: 'fsync', segmentBytes: 80 * 1024 };

const written = Array.from({ length: ACKNOWLEDGED + 1 }, (_, position) => run(position + 1, 1, 1, 1600));

/** Forty acknowledged records, then one whose sync never ended; the tail of 64 KiB begins within the first ones. */
const original = ((): { files: Map<string, Uint8Array>; end: number; syncedEnd: number } => {
  let crash = false;
  const disk = createMemoryDisk((call) => crash && call === 'sync');
  createLogFiles({ ...options, disk });
  const { storage } = openLogFiles({ ...options, disk }, snapshotAt(0, 0));
  // Records end at multiples of eight.
  const endOfContent = () =>
    Math.ceil((must(disk.files.get(FILE), FILE).findLastIndex((byte) => byte !== 0) + 1) / 8) * 8;
  for (const each of written.slice(0, ACKNOWLEDGED)) storage.persist(persistOf({ entries: [each] }));
  const syncedEnd = endOfContent();
  crash = true;
  assert.throws(() => {
    storage.persist(persistOf({ entries: written.slice(ACKNOWLEDGED) }));
  });
  return { files: disk.files, end: endOfContent(), syncedEnd };
})();

const disk: MemoryDisk = createMemoryDisk();

/** Recovers from the original with one file changed; all else is as it was. */
function recover(content: Uint8Array): Outcome {
  for (const [path, bytes] of original.files) disk.files.set(path, path === FILE ? content : bytes.slice());
  try {
    const { stored, storage } = openLogFiles({ ...options, disk }, snapshotAt(0, 0));
    storage.close();
    stored.entries.forEach(({ firstIndex, term, data }, position) => {
      const expected = must(written[position], 'a run that was written');
      const same = firstIndex === expected.firstIndex && term === 1 && Buffer.compare(data, expected.data) === 0;
      if (!same) throw new Error(`entry ${firstIndex} is not what was written`);
    });
    return { entries: stored.entries.length, refused: false };
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code !== 'CorruptLog') throw error;
    return { entries: 0, refused: true };
  }
}

/** Below the synced end damage must be refused; beyond it, only the record that was never synced may be missing. */
function judge({ entries, refused }: Outcome, damagedAt: number, what: string): void {
  if (damagedAt < original.syncedEnd) {
    if (!refused && entries < ACKNOWLEDGED) throw new Error(`${what} at ${damagedAt} lost entries silently`);
    return;
  }
  if (refused || entries < ACKNOWLEDGED) throw new Error(`${what} at ${damagedAt} is beyond what was synced`);
}

const content = (): Uint8Array => must(original.files.get(FILE), FILE).slice();
export interface TailReport {
  /** Damages tried. */
  tried: number;
  /** With `CorruptLog`. */
  refused: number;
  /** Came back with all that was acknowledged, without what was never synced. */
  acknowledged: number;
  /** Came back with that, too. */
  whole: number;
}

function createReport(): TailReport {
  return { tried: 0, refused: 0, acknowledged: 0, whole: 0 };
}

function tryOne(report: TailReport, damaged: Uint8Array, damagedAt: number, what: string): void {
  const outcome = recover(damaged);
  judge(outcome, damagedAt, what);
  report.tried += 1;
  if (outcome.refused) report.refused += 1;
  else if (outcome.entries === ACKNOWLEDGED) report.acknowledged += 1;
  else report.whole += 1;
}

export function recoverUndamaged(): Outcome {
  return recover(content());
}

/** At each byte of the last 64 KiB; `stride`: only at every so manieth. */
export function truncateTail(stride = 1): TailReport {
  const { end } = original;
  if (end <= TAIL_BYTES) throw new Error(`the log has ${end} bytes only`);
  const report = createReport();
  const whole = content();
  for (let size = end - TAIL_BYTES; size <= end; size += stride)
    tryOne(report, whole.slice(0, size), size, 'truncation');
  return report;
}

/** Each bit of the last 4 KiB. */
export function flipTail(stride = 1): TailReport {
  const { end } = original;
  const report = createReport();
  for (let bit = (end - FLIPPED_BYTES) * 8; bit < end * 8; bit += stride) {
    const offset = bit >> 3;
    const damaged = content();
    damaged[offset] = must(damaged[offset], 'byte') ^ (1 << (bit & 7));
    tryOne(report, damaged, offset, 'a flip');
  }
  if (report.whole > 0) throw new Error(`${report.whole} flipped bits went unnoticed`);
  return report;
}

/** Each sector behind the header. */
export function zeroSectors(): TailReport {
  const report = createReport();
  for (let start = SECTOR_BYTES; start < original.end; start += SECTOR_BYTES) {
    const refusedBefore = report.refused;
    tryOne(report, content().fill(0, start, start + SECTOR_BYTES), start, 'zeros');
    const refused = report.refused > refusedBefore;
    if (start < original.syncedEnd && !refused) throw new Error(`zeros at ${start} went unnoticed`);
  }
  return report;
}
