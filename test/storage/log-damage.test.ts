/** Damage to a log: what was never safe is cut off; whatever shows that something safe is gone is refused. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { must } from '../../src/assert.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../src/storage/log-files.js';
import { scanLogFiles } from '../../src/storage/log-scan.js';
import { entriesOf, identity, persistOf, run, snapshotAt } from './support/logs.js';
import { createMemoryDisk, type MemoryDisk } from './support/memory-disk.js';

const test = suite('log damage');
const HEADER_BYTES = 512;

interface Log {
  readonly disk: MemoryDisk;
  readonly options: LogFilesOptions;
}

/** Ten entries, one a record, and their offsets in the only segment. */
function tenRecords(change: Partial<LogFilesOptions> = {}): Log {
  const disk = createMemoryDisk();
  const options: LogFilesOptions = { disk, folder: 'n', identity, durability: 'fsync', segmentBytes: 8192, ...change };
  createLogFiles(options);
  const { storage } = openLogFiles(options, snapshotAt(0, 0));
  for (let index = 1; index <= 10; index += 1) storage.persist(persistOf({ entries: [run(index, 1, 1, 50)] }));
  storage.close();
  return { disk, options };
}

function offsets({ disk }: Log): number[] {
  return [...scanLogFiles(disk, 'n')].flatMap((item) => (item.kind === 'record' ? [item.offset] : []));
}

function file(log: Log, name = 'log-00000001'): Uint8Array {
  return must(log.disk.files.get(`n/${name}`), name);
}

function flip(log: Log, offset: number, name?: string): void {
  const bytes = file(log, name);
  bytes[offset] = must(bytes[offset], 'byte') ^ 0x10;
}

function entryCount({ options }: Log, snapshot = snapshotAt(0, 0)): number {
  const { stored, storage } = openLogFiles(options, snapshot);
  storage.close();
  return entriesOf(stored).length;
}

function refusal({ options }: Log, snapshot = snapshotAt(0, 0)): { file: unknown; offset: unknown; reason: string } {
  try {
    openLogFiles(options, snapshot).storage.close();
  } catch (error) {
    assert.instance(error, ClusterError);
    const { code, details, message } = error as ClusterError;
    assert.is(code, 'CorruptLog');
    assert.ok(message.includes(String(details['file'])) && message.includes(String(details['offset'])), message);
    return { file: details['file'], offset: details['offset'], reason: String(details['reason']) };
  }
  throw new Error('the log was not refused');
}

/** As after a crash of the machine: the mark was never on the disk. */
function loseMark(log: Log): void {
  file(log, 'synced').fill(0);
}

test('a flipped bit in a synced record is refused, and file and offset are named', () => {
  const log = tenRecords();
  const offset = must(offsets(log)[4], 'fifth record');
  flip(log, offset + 60);
  const { file: path, offset: at, reason } = refusal(log);
  assert.equal([path, at, reason], ['n/log-00000001', offset, 'the checksum of a record does not match']);
});

test('without the mark, later records prove that a damaged one was synced', () => {
  const log = tenRecords();
  const offset = must(offsets(log)[4], 'fifth record');
  flip(log, offset + 60);
  loseMark(log);
  assert.is(refusal(log).offset, offset);
});

test('without the mark, a damaged last record was never finished: it is cut off and the rest is zero', () => {
  const log = tenRecords();
  const last = must(offsets(log)[9], 'last record');
  flip(log, last + 60);
  file(log).fill(0xee, 4000, 4100);
  loseMark(log);
  assert.is(entryCount(log), 9);
  assert.is(file(log).length, 8192 + HEADER_BYTES);
  assert.ok(
    file(log)
      .subarray(last)
      .every((byte) => byte === 0),
  );
});

test('the mark proves that the last record was synced', () => {
  const log = tenRecords();
  const last = must(offsets(log)[9], 'last record');
  flip(log, last + 60);
  assert.is(refusal(log).offset, last);
  const zeroed = tenRecords();
  file(zeroed).fill(0, last);
  assert.equal(refusal(zeroed), { file: 'n/log-00000001', offset: last, reason: 'records that were here are gone' });
});

test('a mark torn in the middle of a write leaves the one before', () => {
  for (const slot of [0, 512]) {
    const log = tenRecords();
    flip(log, slot + 8, 'synced');
    flip(log, must(offsets(log)[8], 'ninth record') + 60);
    loseRecordsFrom(log, 9);
    assert.is(refusal(log).offset, offsets(tenRecords())[8]);
  }
});

function loseRecordsFrom(log: Log, position: number): void {
  file(log).fill(0, must(offsets(tenRecords())[position], 'record'));
}

test('bytes behind the last record that were never synced are cut off', () => {
  const log = tenRecords();
  const end = file(log).findLastIndex((byte) => byte !== 0) + 1;
  file(log).fill(0xaa, end + 64, end + 128);
  assert.is(entryCount(log), 10);
  assert.ok(
    file(log)
      .subarray(end)
      .every((byte) => byte === 0),
  );
});

test('a single byte far behind the last record is found, wherever in the room it stands', () => {
  const segmentBytes = 256 * 1024;
  const end = segmentBytes + HEADER_BYTES;
  const block = 64 * 1024;
  for (const offset of [5000, end - 3 * block, end - 3 * block - 1, end - block, end - block - 1, end - 1]) {
    const log = tenRecords({ segmentBytes });
    file(log)[offset] = 1;
    const [damage] = [...scanLogFiles(log.disk, 'n')].filter((item) => item.kind === 'damage');
    assert.is(must(damage, `damage at ${offset}`).offset + must(damage, 'damage').bytes, offset + 1);
    assert.is(entryCount(log), 10);
    assert.is(file(log)[offset], 0);
  }
});

test('in mode os an unsynced stretch that the machine lost is cut off with all behind it, and stays away', () => {
  const log = tenRecords({ durability: 'os' });
  flip(log, must(offsets(log)[4], 'fifth record') + 60);
  assert.is(entryCount(log), 4);
  assert.is(entryCount(log), 4);
});

test('a missing segment is refused, first, middle or last', () => {
  for (const name of ['log-00000001', 'log-00000002', 'log-00000003']) {
    const log = tenRecords({ segmentBytes: 600 });
    assert.equal(log.disk.list('n').slice(0, 3), ['log-00000001', 'log-00000002', 'log-00000003']);
    log.disk.files.delete(`n/${name}`);
    const { reason } = refusal(log);
    assert.ok(/no such file|begins behind entry|are gone/.test(reason), reason);
  }
});

test('a segment that lost its end, its header or its name is refused', () => {
  const shortened = tenRecords({ segmentBytes: 600 });
  shortened.disk.files.set('n/log-00000001', file(shortened).slice(0, must(offsets(shortened)[2], 'third record')));
  assert.is(refusal(shortened).reason, 'records that were here are gone');
  const headless = tenRecords();
  flip(headless, 100);
  assert.equal(refusal(headless), {
    file: 'n/log-00000001',
    offset: 0,
    reason: 'the checksum of its header does not match',
  });
  const renamed = tenRecords({ segmentBytes: 600 });
  const second = file(renamed, 'log-00000002');
  renamed.disk.files.set('n/log-00000001', second);
  assert.ok(refusal(renamed).reason.includes('under another name'));
});

test('a folder without a log is refused', () => {
  const log = tenRecords();
  log.disk.files.delete('n/log-00000001');
  assert.is(refusal(log).reason, 'there is no such file');
});

test('a log that begins behind its snapshot is refused', () => {
  const disk = createMemoryDisk();
  const options: LogFilesOptions = { disk, folder: 'n', identity, durability: 'fsync' };
  createLogFiles(options, { term: 3, vote: null, base: { index: 20, term: 2 }, entries: [] });
  assert.ok(refusal({ disk, options }, snapshotAt(19, 2)).reason.includes('begins behind entry 20'));
});

test("another cluster's, node's or incarnation's files are refused", () => {
  const { disk, options } = tenRecords();
  const others = [
    { ...identity, clusterId: 'cluster-b' },
    { ...identity, member: { id: 2, incarnation: 'incarnation-1' } },
    { ...identity, member: { id: 1, incarnation: 'incarnation-9' } },
  ];
  const reasons = others.map((other) => refusal({ disk, options: { ...options, identity: other } }).reason);
  assert.equal(
    reasons.map((reason) => reason.replace(/, .*| \d$/, '')),
    ['it belongs to another cluster', 'it belongs to node', 'it belongs to an earlier incarnation of node 1'],
  );
});

test('a refused log is left as it was', () => {
  const log = tenRecords();
  flip(log, must(offsets(log)[4], 'fifth record') + 60);
  const before = file(log).slice();
  refusal(log);
  assert.equal(file(log), before);
});

test('a sync or write that failed ends the log for good: nothing is retried', () => {
  for (const call of ['sync', 'write']) {
    let failing = false;
    const disk = createMemoryDisk((made, path) => failing && made === call && path.includes('log-'));
    const options: LogFilesOptions = { disk, folder: 'n', identity, durability: 'fsync' };
    createLogFiles(options);
    const { storage } = openLogFiles(options, snapshotAt(0, 0));
    failing = true;
    assert.throws(
      () => {
        storage.persist(persistOf({ entries: [run(1, 1, 1)] }));
      },
      (error: unknown) => error instanceof ClusterError && error.code === 'StorageFailed',
    );
    failing = false;
    const calls = disk.calls.get('write');
    assert.throws(() => {
      storage.persist(persistOf({ entries: [run(1, 1, 1)] }));
    }, /failed once/);
    assert.throws(() => {
      storage.compact(1);
    }, /failed once/);
    assert.is(disk.calls.get('write'), calls);
  }
});

test('each persist is one write and one sync of the log, then the mark; mode os never syncs', () => {
  for (const durability of ['fsync', 'os'] as const) {
    const disk = createMemoryDisk();
    const options: LogFilesOptions = { disk, folder: 'n', identity, durability };
    createLogFiles(options);
    const { storage } = openLogFiles(options, snapshotAt(0, 0));
    disk.calls.clear();
    storage.persist(persistOf({ entries: [run(1, 3, 1), run(4, 2, 1)] }));
    assert.equal([disk.calls.get('write'), disk.calls.get('sync')], durability === 'fsync' ? [2, 1] : [1, undefined]);
  }
});

test.run();
