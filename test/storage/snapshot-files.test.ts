/** Snapshots in files: whole or not there, readable in parts, each part verified. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ClusterError } from '../../src/errors.js';
import { openFileSnapshots } from '../../src/storage/file-snapshots.js';
import { createLogFiles } from '../../src/storage/log-files.js';
import { openStorage } from '../../src/storage/open-storage.js';
import {
  createSnapshotWriter,
  newestSnapshot,
  openSnapshotFile,
  readSnapshotContent,
  snapshotPath,
} from '../../src/storage/snapshot-files.js';
import { createVolatileSnapshots } from '../../src/storage/volatile-snapshots.js';
import type { NewSnapshot, SnapshotShelf } from '../../src/storage/snapshot-shelf.js';
import { identity, snapshotAt } from './support/logs.js';
import { createMemoryDisk, type MemoryDisk } from './support/memory-disk.js';

const test = suite('snapshot files');
const to = { id: 2, incarnation: 'incarnation-2' };

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, position) => (position * 31 + (position >> 8)) & 0xff);
}

function write(disk: MemoryDisk, index: number, content: Uint8Array, sliceBytes = 10_000): string {
  const description = snapshotAt(index, 3);
  const writer = createSnapshotWriter(disk, 'n', { identity, description });
  for (let start = 0; start < content.length; start += sliceBytes) {
    writer.write(content.subarray(start, start + sliceBytes));
  }
  writer.finish();
  return snapshotPath('n', description);
}

function refusal(act: () => unknown): ClusterError {
  try {
    act();
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'CorruptLog') return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('what was written comes back, whatever its length, at once and in parts', () => {
  for (const length of [0, 1, 65_519, 65_520, 65_521, 200_000]) {
    const disk = createMemoryDisk();
    const content = bytes(length);
    const path = write(disk, 7, content);
    assert.equal(readSnapshotContent(disk, path), content);
    const file = openSnapshotFile(disk, path);
    assert.equal(file.header, { identity, description: snapshotAt(7, 3) });
    for (const [offset, count] of [
      [0, 1],
      [65_519, 3],
      [length - 1, 100],
      [length, 10],
    ] as const) {
      if (offset >= 0) assert.equal(file.read(offset, count), content.slice(offset, offset + count));
    }
    file.close();
  }
});

test('the newest is found, and finishing it removes the one before', () => {
  const disk = createMemoryDisk();
  assert.is(newestSnapshot(disk, 'n', identity), null);
  write(disk, 9, bytes(10));
  const path = write(disk, 10, bytes(20));
  assert.equal(newestSnapshot(disk, 'n', identity), { path, identity, description: snapshotAt(10, 3) });
  assert.equal(disk.list('n'), [path.slice(2)]);
});

test('one that was never finished is none', () => {
  const disk = createMemoryDisk();
  const path = write(disk, 9, bytes(10));
  const writer = createSnapshotWriter(disk, 'n', { identity, description: snapshotAt(12, 3) });
  writer.write(bytes(100_000));
  assert.is(must(newestSnapshot(disk, 'n', identity), 'the one before').path, path);
  writer.abandon();
  assert.equal(disk.list('n'), [path.slice(2)]);
});

test('a snapshot has its name only once it is synced, and the folder is synced before an older one goes', () => {
  const order: string[] = [];
  const disk = createMemoryDisk((call) => {
    order.push(call);
    return false;
  });
  write(disk, 9, bytes(10));
  order.length = 0;
  write(disk, 10, bytes(10));
  assert.equal(order.slice(-4), ['sync', 'rename', 'syncFolder', 'remove']);
});

test('each damaged byte and each shortened length is refused with file and offset', () => {
  const disk = createMemoryDisk();
  const path = write(disk, 9, bytes(70_000));
  const whole = must(disk.files.get(path), path);
  const read = () => readSnapshotContent(disk, path);
  for (let offset = 0; offset < whole.length; offset += offset < 4096 ? 97 : 997) {
    const damaged = whole.slice();
    damaged[offset] = must(damaged[offset], 'byte') ^ 1;
    disk.files.set(path, damaged);
    const { details } = refusal(read);
    assert.is(details['file'], path);
    assert.ok(Number(details['offset']) <= offset, `offset ${String(details['offset'])} for ${offset}`);
    disk.files.set(path, whole.slice(0, offset));
    refusal(read);
  }
  disk.files.set(path, Uint8Array.from([...whole, 0]));
  refusal(read);
});

test('a node whose snapshot is damaged anywhere does not open its log, and so cannot vote', () => {
  const disk = createMemoryDisk();
  const files = { folder: 'n', identity, durability: 'fsync' } as const;
  const path = write(disk, 9, bytes(200_000));
  createLogFiles({ disk, ...files }, { term: 3, vote: null, base: snapshotAt(9, 3), entries: [] });
  const open = () => openStorage(disk, files, { voters: [], learners: [] });
  open().storage.close();
  for (const offset of [100, 5000, 90_000, 150_000, 200_000]) {
    const damaged = must(disk.files.get(path), path);
    damaged[offset] = must(damaged[offset], 'byte') ^ 1;
    assert.is(refusal(open).details['file'], path);
    damaged[offset] = must(damaged[offset], 'byte') ^ 1;
  }
});

test("another cluster's or incarnation's snapshot is refused", () => {
  const disk = createMemoryDisk();
  write(disk, 9, bytes(10));
  const other = { ...identity, member: { id: 1, incarnation: 'incarnation-9' } };
  assert.ok(refusal(() => newestSnapshot(disk, 'n', other)).message.includes('incarnation-1'));
  assert.ok(newestSnapshot(disk, 'n', null));
});

function newSnapshot(index: number, content: Uint8Array, made: { slices: number } = { slices: 0 }): NewSnapshot {
  return {
    description: snapshotAt(index, 3),
    *serialize() {
      for (let start = 0; start < content.length; start += 1000) {
        made.slices += 1;
        yield content.subarray(start, start + 1000);
      }
    },
  };
}

/** In how many steps. */
function keep(shelf: SnapshotShelf, snapshot: NewSnapshot): number {
  return [...shelf.keep(snapshot)].length;
}

function transfer(shelf: SnapshotShelf, index: number, length: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let offset = 0; ;) {
    const part = shelf.read({ to, index, offset, length });
    assert.equal([part.index, part.offset], [index, offset]);
    parts.push(part.bytes);
    offset += part.bytes.length;
    if (part.done) return Buffer.concat(parts);
  }
}

const shelves: Readonly<Record<string, () => SnapshotShelf>> = {
  'in memory': () => createVolatileSnapshots(newSnapshot(0, bytes(0))),
  'in files': () => openFileSnapshots(createMemoryDisk(), 'n', identity).shelf,
};

for (const [name, create] of Object.entries(shelves)) {
  test(`a snapshot ${name} is sent in parts of any length, and the last one is marked`, () => {
    const shelf = create();
    const content = bytes(70_000);
    assert.is(keep(shelf, newSnapshot(5, content)) > 0, name === 'in files');
    assert.is(shelf.index, 5);
    for (const length of [999, 35_000, 70_000, 70_001]) {
      assert.ok(Buffer.from(content).equals(transfer(shelf, 5, length)), `parts of ${length}`);
    }
    shelf.close();
  });

  test(`a snapshot ${name} being sent goes on when a newer one is there; the next transfer gets that`, () => {
    const shelf = create();
    const content = bytes(5000);
    keep(shelf, newSnapshot(5, content));
    const first = shelf.read({ to, index: 5, offset: 0, length: 2000 });
    keep(shelf, newSnapshot(6, bytes(100)));
    const second = shelf.read({ to, index: 5, offset: 2000, length: 4000 });
    assert.equal(Buffer.concat([first.bytes, second.bytes]), Buffer.from(content));
    assert.ok(second.done);
    const later = shelf.read({ to, index: 4, offset: 300, length: 4000 });
    assert.equal([later.index, later.offset, later.bytes.length, later.done], [6, 0, 100, true]);
    shelf.close();
  });
}

test('one that is given up in the middle leaves the one before', () => {
  const disk = createMemoryDisk();
  const { shelf } = openFileSnapshots(disk, 'n', identity);
  keep(shelf, newSnapshot(5, bytes(3000)));
  const keeping = shelf.keep(newSnapshot(6, bytes(3000)));
  keeping.next();
  keeping.next();
  keeping.return();
  assert.is(shelf.index, 5);
  assert.is(disk.list('n').length, 1);
  assert.equal(must(openFileSnapshots(disk, 'n', identity).newest, 'newest').content, bytes(3000));
});

test('in memory only what was asked for is made', () => {
  const shelf = createVolatileSnapshots(newSnapshot(0, bytes(0)));
  const made = { slices: 0 };
  keep(shelf, newSnapshot(5, bytes(50_000), made));
  assert.is(made.slices, 0);
  shelf.read({ to, index: 5, offset: 0, length: 2500 });
  assert.is(made.slices, 3);
});

test.run();
