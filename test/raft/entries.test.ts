/** Runs of packed entries: cut, shortened and measured, entry by entry. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  entriesWithin,
  lastIndexOf,
  packPayloads,
  payloadAt,
  payloadBytes,
  sliceRun,
  truncateRuns,
  type EntryRun,
} from '../../src/raft/entries.js';

const test = suite('entries');

/** Entry `index` has a payload of so many bytes, each its index. */
function run(firstIndex: number, sizes: readonly number[], term = 1): EntryRun {
  const payloads = sizes.map((size, position) => new Uint8Array(size).fill(firstIndex + position));
  return { firstIndex, term, ...packPayloads(payloads) };
}

function contentOf(runs: readonly EntryRun[]): string[] {
  return runs.flatMap((each) =>
    Array.from({ length: each.count }, (_, position) => {
      const payload = payloadAt(each, position);
      assert.ok(payload.every((byte) => byte === each.firstIndex + position));
      return `${each.firstIndex + position}:${payload.length}`;
    }),
  );
}

test('a slice holds exactly its entries, with their bytes', () => {
  const whole = run(5, [3, 0, 2, 4, 1]);
  assert.is(sliceRun(whole, 5, 9), whole, 'all of it is no copy');
  assert.equal(contentOf([sliceRun(whole, 5, 7)]), ['5:3', '6:0', '7:2']);
  assert.equal(contentOf([sliceRun(whole, 7, 8)]), ['7:2', '8:4']);
  assert.is(payloadBytes(sliceRun(whole, 7, 9)), 7);
  for (const [from, to] of [
    [4, 6],
    [6, 10],
    [8, 7],
  ] as const)
    assert.throws(() => sliceRun(whole, from, to), /slice/);
  for (const position of [-1, 5]) assert.throws(() => payloadAt(whole, position), /payload/);
});

test('what is behind an index is dropped from runs, a run that holds it is cut', () => {
  const truncated = (index: number): string[] => {
    const runs = [run(1, [1, 2]), run(3, [3], 2), run(4, [4, 5, 6], 3)];
    truncateRuns(runs, index);
    assert.is(runs.at(-1)?.firstIndex === undefined ? 0 : lastIndexOf(runs.at(-1) as EntryRun), Math.min(index, 6));
    return contentOf(runs);
  };
  const all = ['1:1', '2:2', '3:3', '4:4', '5:5', '6:6'];
  for (let index = 0; index <= 7; index += 1) assert.equal(truncated(index), all.slice(0, index));
});

test('how many entries fit: at least one, then as many as the bytes allow', () => {
  const sizes = run(10, [3, 2, 4, 1]);
  const fitting = (from: number, bytes: number): number => entriesWithin(sizes, from, bytes);
  assert.equal(
    [0, 2, 3, 4, 5, 8, 9, 10, 99].map((bytes) => fitting(10, bytes)),
    [1, 1, 1, 1, 2, 2, 3, 4, 4],
  );
  assert.equal(
    [0, 5, 6, 7].map((bytes) => fitting(11, bytes)),
    [1, 1, 2, 3],
  );
});

test.run();
