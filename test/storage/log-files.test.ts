/** A log in real files: what is written comes back, in either mode, over segments, conflicts, snapshots, compaction. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Persist } from '../../src/raft/ready.js';
import type { StoredState } from '../../src/raft/stored-state.js';
import { createLogFiles, openLogFiles, type LogFilesOptions } from '../../src/storage/log-files.js';
import { createNodeDisk } from '../../src/storage/node-disk.js';
import { scanLogFiles } from '../../src/storage/log-scan.js';
import { entriesOf, identity, persistOf, run, snapshotAt } from './support/logs.js';

const test = suite<{ options: LogFilesOptions }>('log files');
const vote = { id: 2, incarnation: 'incarnation-2' };

test.before.each((context) => {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-log-'));
  context.options = { disk: createNodeDisk(), folder, identity, durability: 'fsync', segmentBytes: 1024 };
  createLogFiles(context.options);
});

test.after.each(({ options }) => {
  rmSync(options.folder, { recursive: true });
});

function write(options: LogFilesOptions, ...persists: readonly Partial<Persist>[]): void {
  const { storage } = openLogFiles(options, snapshotAt(0, 0));
  for (const persist of persists) storage.persist(persistOf(persist));
  storage.close();
}

function reopen(options: LogFilesOptions, snapshot = snapshotAt(0, 0)): StoredState {
  const { stored, storage } = openLogFiles(options, snapshot);
  storage.close();
  return stored;
}

const segments = ({ folder }: LogFilesOptions) => readdirSync(folder).filter((name) => name.startsWith('log-'));

test('a new log is empty, in term 0, without a vote', ({ options }) => {
  const stored = reopen(options);
  assert.equal([stored.term, stored.vote, stored.base.index, stored.entries], [0, null, 0, []]);
});

test('term, vote and entries come back as they were written', ({ options }) => {
  write(
    options,
    { term: 1, vote },
    { term: 1, vote, entries: [run(1, 2, 1)] },
    { term: 3, entries: [run(3, 1, 2), run(4, 1, 3)] },
  );
  const stored = reopen(options);
  assert.equal([stored.term, stored.vote], [3, null]);
  assert.equal(entriesOf(stored), [
    [1, 1, '1@1'],
    [2, 1, '2@1'],
    [3, 2, '3@2'],
    [4, 3, '4@3'],
  ]);
});

test('the vote is remembered with the incarnation it was given to', ({ options }) => {
  write(options, { term: 7, vote });
  const stored = reopen(options);
  assert.equal([stored.term, stored.vote], [7, vote]);
});

test('what follows a conflict takes its place, and the old entries never come back', ({ options }) => {
  write(
    options,
    { entries: [run(1, 5, 1)] },
    { term: 2, truncateFrom: 3, entries: [run(3, 1, 2)] },
    { term: 2, entries: [run(4, 1, 2)] },
  );
  const expected = [1, 1, 2, 2].map((term, position) => [position + 1, term, `${position + 1}@${term}`]);
  assert.equal(entriesOf(reopen(options)), expected);
  assert.equal(entriesOf(reopen(options)), expected);
});

test('a log longer than a segment goes on in the next, and no record is split', ({ options }) => {
  write(options, ...Array.from({ length: 40 }, (_, position) => ({ entries: [run(position + 1, 1, 1, 100)] })));
  assert.ok(segments(options).length > 5, `${segments(options).length} segments`);
  const indexes = entriesOf(reopen(options)).map(([index]) => index);
  assert.equal(
    indexes,
    Array.from({ length: 40 }, (_, position) => position + 1),
  );
});

test('a record larger than a segment gets a segment of its size', ({ options }) => {
  write(options, { entries: [run(1, 1, 1, 5000)] }, { entries: [run(2, 1, 1)] });
  assert.equal(
    entriesOf(reopen(options)).map(([index]) => index),
    [1, 2],
  );
});

test('mode os writes the same log, and either mode goes on where the other ended', ({ options }) => {
  write(
    { ...options, durability: 'os' },
    ...Array.from({ length: 20 }, (_, at) => ({ entries: [run(at + 1, 1, 1, 100)] })),
  );
  write(options, { entries: [run(21, 1, 1)] });
  write({ ...options, durability: 'os' }, { entries: [run(22, 1, 1)] });
  assert.is(entriesOf(reopen(options)).length, 22);
});

test('compaction removes whole segments, keeps term and vote, and the log begins later', ({ options }) => {
  const { storage } = openLogFiles(options, snapshotAt(0, 0));
  for (let index = 1; index <= 40; index += 1) {
    storage.persist(persistOf({ term: 5, vote, entries: [run(index, 1, 5, 100)] }));
  }
  const before = segments(options).length;
  storage.compact(31);
  storage.close();
  assert.ok(segments(options).length < before - 3, `${before} segments, then ${segments(options).length}`);
  const stored = reopen(options, snapshotAt(30, 5));
  assert.equal([stored.term, stored.vote], [5, vote]);
  assert.ok(stored.base.index <= 30 && stored.base.index > 10, `base ${stored.base.index}`);
  assert.is(stored.base.term, 5);
  assert.is(entriesOf(stored).at(-1)?.[0], 40);
  assert.is(entriesOf(stored)[0]?.[0], stored.base.index + 1);
});

test('a conflict behind the first segment left moves the beginning of the log back', ({ options }) => {
  const { storage } = openLogFiles(options, snapshotAt(0, 0));
  for (let index = 1; index <= 20; index += 1) storage.persist(persistOf({ entries: [run(index, 1, 1, 100)] }));
  // The last segment has begun behind entries that the next record replaces.
  storage.persist(persistOf({ term: 2, truncateFrom: 5, entries: [run(5, 30, 2, 10)] }));
  storage.compact(34);
  storage.close();
  const stored = reopen(options, snapshotAt(33, 2));
  assert.equal(stored.base, { index: 4, term: 1 });
  assert.equal(
    entriesOf(stored).map(([index, term]) => [index, term]),
    Array.from({ length: 30 }, (_, position) => [position + 5, 2]),
  );
});

test('a received snapshot replaces the log, unless the log leads to it', ({ options }) => {
  write(options, { entries: [run(1, 5, 1)] }, { term: 2, snapshot: snapshotAt(3, 1), entries: [run(6, 1, 2)] });
  assert.is(entriesOf(reopen(options)).length, 6);
  write(options, { term: 4, snapshot: snapshotAt(50, 3) }, { term: 4, entries: [run(51, 2, 4)] });
  const stored = reopen(options, snapshotAt(50, 3));
  assert.equal(stored.base, { index: 50, term: 3 });
  assert.equal(entriesOf(stored), [
    [51, 4, '51@4'],
    [52, 4, '52@4'],
  ]);
});

test('a snapshot that became durable just before a crash is where the log begins again', ({ options }) => {
  write(options, { term: 6, vote, entries: [run(1, 5, 1)] });
  const stored = reopen(options, snapshotAt(9, 4));
  assert.equal([stored.term, stored.vote, stored.base.index, stored.entries], [6, vote, 9, []]);
  assert.is(reopen(options, snapshotAt(9, 4)).base.term, 4);
});

test('a log that lost its end, as in mode os it may, begins in the term of the snapshot, without a vote', ({
  options,
}) => {
  write(options, { term: 3, vote, entries: [run(1, 2, 3)] });
  const snapshot = snapshotAt(9, 7);
  const { stored, storage } = openLogFiles(options, snapshot);
  assert.equal([stored.term, stored.vote], [7, null]);
  storage.persist(persistOf({ term: 7, vote }));
  storage.close();
  const again = reopen(options, snapshot);
  assert.equal([again.term, again.vote], [7, vote]);
});

test('a log may begin with a content, as tools make it', ({ options }) => {
  rmSync(options.folder, { recursive: true });
  createLogFiles(options, { term: 9, vote: null, base: { index: 20, term: 7 }, entries: [run(21, 300, 8, 100)] });
  const stored = reopen(options, snapshotAt(20, 7));
  assert.equal([stored.term, stored.base], [9, { index: 20, term: 7 }]);
  assert.is(entriesOf(stored).length, 300);
});

test('a scan tells segments and records, and changes nothing', ({ options }) => {
  write(options, { entries: [run(1, 2, 1)] }, { term: 2, truncateFrom: 2, entries: [run(2, 1, 2)] });
  const items = [...scanLogFiles(options.disk, options.folder)];
  assert.equal(
    items.map((item) => (item.kind === 'record' ? [item.record.after.index, item.record.entries.length] : item.kind)),
    ['segment', [0, 1], [1, 1]],
  );
});

test.run();
