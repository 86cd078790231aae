/**
 * The tail of a log, damaged in every way one at a time: what comes back is exactly what was acknowledged, or a typed
 * refusal. Only what was never synced may vanish. The last record was written and not synced: a crash in the middle.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ClusterError } from '../../src/errors.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../src/storage/log-files.js';
import { identity, persistOf, run, snapshotAt } from './support/logs.js';
import { createMemoryDisk, type MemoryDisk } from './support/memory-disk.js';

const test = suite('log tail');
const FILE = 'n/log-00000001';
const TAIL_BYTES = 64 * 1024;
const ACKNOWLEDGED = 40;
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
const counts = { refused: 0, whole: 0, acknowledged: 0 };

function count({ entries, refused }: Outcome): void {
  if (refused) counts.refused += 1;
  else if (entries === ACKNOWLEDGED) counts.acknowledged += 1;
  else counts.whole += 1;
}

test('without damage everything written comes back', () => {
  assert.equal(recover(content()), { entries: ACKNOWLEDGED + 1, refused: false });
});

test('truncated at each byte of its last 64 KiB', () => {
  const { end } = original;
  assert.ok(end > TAIL_BYTES, `${end} bytes`);
  const whole = content();
  for (let size = end - TAIL_BYTES; size <= end; size += 1) {
    const outcome = recover(whole.slice(0, size));
    judge(outcome, size, 'truncation');
    count(outcome);
  }
  assert.ok(counts.refused > 60_000 && counts.acknowledged > 1500 && counts.whole > 0, JSON.stringify(counts));
});

test('each bit of its last 4 KiB flipped', () => {
  const { end } = original;
  const seen = { ...counts };
  for (let offset = end - 4096; offset < end; offset += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const damaged = content();
      damaged[offset] = must(damaged[offset], 'byte') ^ (1 << bit);
      const outcome = recover(damaged);
      judge(outcome, offset, 'a flip');
      count(outcome);
    }
  }
  assert.is(counts.whole, seen.whole, 'no flipped bit goes unnoticed');
  assert.ok(counts.acknowledged > seen.acknowledged && counts.refused > seen.refused, JSON.stringify(counts));
});

test('each of its sectors zeroed', () => {
  for (let start = SECTOR_BYTES; start < original.end; start += SECTOR_BYTES) {
    const damaged = content().fill(0, start, start + SECTOR_BYTES);
    const outcome = recover(damaged);
    judge(outcome, start, 'zeros');
    if (start < original.syncedEnd) assert.ok(outcome.refused, `zeros at ${start}`);
  }
});

test.run();
