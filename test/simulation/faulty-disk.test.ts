/** The faulty disk: what is synced stays, and of the rest a crash leaves exactly what it is told to leave. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { createRandom } from '../../src/random.js';
import { DiskCrash, FaultyDisk } from '../../src/simulation/faulty-disk.js';
import {
  allSurvives,
  drawSurvival,
  nothingSurvives,
  survivesFrom,
  survivesUpTo,
  type Survival,
} from '../../src/simulation/survival.js';

const SECTOR = 512;

const test = suite('faulty disk');

const sectorsOf = (...values: readonly number[]) => values.map((value) => new Uint8Array(SECTOR).fill(value));

/** A synced file `a/f` of three sectors 1, 1, 1. */
function diskWithFile(): FaultyDisk {
  const disk = new FaultyDisk();
  disk.makeFolder('a');
  disk.syncFolder('');
  const file = disk.open('a/f', 'create');
  file.write(sectorsOf(1, 1, 1), 0);
  file.sync();
  disk.syncFolder('a');
  file.close();
  return disk;
}

/** The first byte of each sector. */
function contentOf(disk: FaultyDisk, path: string): number[] {
  const file = disk.open(path, 'read');
  const bytes = file.read(0, file.size());
  file.close();
  return [...bytes].filter((_, position) => position % SECTOR === 0);
}

function afterCrash(disk: FaultyDisk, survival: Survival): FaultyDisk {
  const copy = disk.copy();
  copy.crash(survival);
  return copy;
}

test('what is synced survives any crash', () => {
  const disk = diskWithFile();
  assert.is(disk.unsyncedChanges, 0);
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [1, 1, 1]);
});

test('an unsynced write is kept, dropped, torn at any sector, or reordered', () => {
  const disk = diskWithFile();
  disk.open('a/f', 'write').write(sectorsOf(2, 2, 2), 0);
  assert.is(disk.unsyncedChanges, 3);
  const left = (survival: Survival) => contentOf(afterCrash(disk, survival), 'a/f');
  assert.equal(left(allSurvives), [2, 2, 2]);
  assert.equal(left(nothingSurvives), [1, 1, 1]);
  assert.equal(left(survivesUpTo(2)), [2, 2, 1]);
  assert.equal(left(survivesFrom(2)), [1, 1, 2]);
  assert.equal(contentOf(disk, 'a/f'), [2, 2, 2]);
});

test('a copy is a disk of its own, with what was unsynced in the first', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  file.write(sectorsOf(2), 0);
  const copy = disk.copy();
  const other = copy.open('a/f', 'write');
  other.write(sectorsOf(3), SECTOR);
  file.write(sectorsOf(4), 2 * SECTOR);
  file.sync();
  other.sync();
  file.write(sectorsOf(5), 0);
  file.sync();
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [5, 1, 4]);
  assert.equal(contentOf(afterCrash(copy, nothingSurvives), 'a/f'), [2, 3, 1]);
});

test('the end of a process leaves all that was written, as unsynced as it was', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  file.write(sectorsOf(2), 0);
  disk.endProcess();
  assert.equal(contentOf(disk, 'a/f'), [2, 1, 1]);
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [1, 1, 1]);
  assert.throws(() => file.sync(), /is closed/);
});

test('a sector goes to the disk as it was last written, with all that stands in it', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  file.write([new Uint8Array([7])], 0);
  file.write([new Uint8Array([8])], 1);
  assert.is(disk.unsyncedChanges, 1);
  const left = afterCrash(disk, allSurvives).open('a/f', 'read').read(0, 3);
  assert.equal([...left], [7, 8, 1]);
});

test('a size and what is within it survive apart: bytes that were not written are zeros', () => {
  const disk = diskWithFile();
  disk.open('a/f', 'write').write(sectorsOf(2), 3 * SECTOR);
  assert.equal(contentOf(afterCrash(disk, survivesUpTo(1)), 'a/f'), [1, 1, 1, 0]);
  assert.equal(contentOf(afterCrash(disk, survivesFrom(1)), 'a/f'), [1, 1, 1]);
});

test('what was cut off does not come back with a larger size', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  file.truncate(SECTOR);
  file.truncate(3 * SECTOR);
  assert.equal(contentOf(disk, 'a/f'), [1, 0, 0]);
  assert.equal(contentOf(afterCrash(disk, allSurvives), 'a/f'), [1, 0, 0]);
  assert.equal(contentOf(afterCrash(disk, survivesUpTo(1)), 'a/f'), [1]);
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [1, 1, 1]);
});

test('a name is safe once its folder is synced, whatever is synced of the contents', () => {
  const disk = diskWithFile();
  const file = disk.open('a/g', 'create');
  file.write(sectorsOf(5), 0);
  file.sync();
  disk.rename('a/g', 'a/f');
  assert.equal(disk.list('a'), ['f']);
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [1, 1, 1]);
  assert.equal(contentOf(afterCrash(disk, survivesFrom(1)), 'a/f'), [5], 'the rename alone');
  const half = afterCrash(disk, survivesUpTo(1));
  assert.equal([contentOf(half, 'a/f'), contentOf(half, 'a/g')], [[1, 1, 1], [5]]);
  disk.syncFolder('a');
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [5]);
});

test('a rename of unsynced contents may give a name to nothing', () => {
  const disk = diskWithFile();
  disk.open('a/g', 'create').write(sectorsOf(5), 0);
  disk.rename('a/g', 'a/f');
  disk.syncFolder('a');
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), []);
});

test('a removed file or folder comes back unless the folder above is synced', () => {
  const disk = diskWithFile();
  disk.remove('a');
  assert.equal(disk.list(''), []);
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [1, 1, 1]);
  disk.syncFolder('');
  assert.equal(afterCrash(disk, nothingSurvives).list(''), []);
});

test('at the call told so the node crashes, and nothing of it runs after', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  let calls = 0;
  disk.interfere = () => ((calls += 1) === 2 ? 'crash' : null);
  file.write(sectorsOf(2), 0);
  assert.throws(
    () => file.sync(),
    (error: unknown) => error instanceof DiskCrash,
  );
  assert.throws(
    () => disk.remove('a/f'),
    (error: unknown) => error instanceof DiskCrash,
  );
  disk.crash(nothingSurvives);
  assert.equal(contentOf(disk, 'a/f'), [1, 1, 1]);
  assert.throws(() => file.read(0, 1), /is closed/);
});

test('after a failed sync the cache shows what the disk lacks, and a second sync does not write it', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  file.write(sectorsOf(2), 0);
  disk.interfere = ({ operation }) => (operation === 'sync' ? 'fail' : null);
  assert.throws(
    () => file.sync(),
    (error: unknown) =>
      error instanceof ClusterError && error.code === 'StorageFailed' && error.details['file'] === 'a/f',
  );
  disk.interfere = null;
  file.sync();
  assert.equal(contentOf(disk, 'a/f'), [2, 1, 1]);
  assert.equal(contentOf(afterCrash(disk, allSurvives), 'a/f'), [1, 1, 1]);
  file.write(sectorsOf(2), 0);
  file.sync();
  assert.equal(contentOf(afterCrash(disk, nothingSurvives), 'a/f'), [2, 1, 1]);
});

test('a full disk takes a part of a write and says so', () => {
  const disk = diskWithFile();
  const file = disk.open('a/f', 'write');
  disk.interfere = ({ operation }) => (operation === 'write' ? 'fail' : null);
  assert.throws(
    () => file.write(sectorsOf(2, 2), 0),
    (error: unknown) => error instanceof ClusterError && error.code === 'StorageFailed' && /ENOSPC/.test(error.message),
  );
  assert.equal(contentOf(disk, 'a/f'), [2, 1, 1]);
});

test('a flipped bit is on the disk', () => {
  const disk = diskWithFile();
  const copy = disk.copy();
  disk.flipBit('a/f', 9);
  assert.equal([...disk.open('a/f', 'read').read(0, 2)], [1, 3]);
  assert.equal([...afterCrash(disk, nothingSurvives).open('a/f', 'read').read(0, 2)], [1, 3]);
  assert.equal([...copy.open('a/f', 'read').read(0, 2)], [1, 1]);
});

test('drawn crashes leave all, nothing, and much in between, the same for the same seed', () => {
  const disk = diskWithFile();
  disk.open('a/f', 'write').write(sectorsOf(2, 2, 2), 0);
  const left = (seed: number) => contentOf(afterCrash(disk, drawSurvival(createRandom(seed))), 'a/f').join('');
  const seen = new Set<string>();
  for (let seed = 1; seed <= 200; seed += 1) {
    seen.add(left(seed));
    assert.is(left(seed), left(seed));
  }
  assert.is(seen.size, 8, [...seen].join(' '));
});

test('a write to a file that is not there fails, and one in a folder that is not there', () => {
  const disk = new FaultyDisk();
  assert.throws(() => disk.open('f', 'write'), /ENOENT/);
  assert.throws(() => disk.open('a/f', 'create'), /ENOENT/);
  assert.equal(disk.list('a'), []);
  assert.is(disk.openFiles, 0);
});

test.run();
