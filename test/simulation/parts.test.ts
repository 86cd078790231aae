/** The simulator's own parts: the clock's order, what a crash leaves on a disk, cuts that overlap. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRandom, drawInteger } from '../../src/random.js';
import { packPayloads } from '../../src/raft/entries.js';
import type { Persist } from '../../src/raft/ready.js';
import {
  createDisk,
  lastSyncedIndex,
  lastWrittenIndex,
  recover,
  settle,
  sync,
  write,
} from '../../src/simulation/disk.js';
import { createEventQueue, happenNext, schedule } from '../../src/simulation/event-queue.js';
import { emptySnapshot } from '../../src/simulation/machine.js';
import { createNetwork, cutDirections, joinDirections, transmit } from '../../src/simulation/network.js';
import { drawPlan } from '../../src/simulation/plan.js';

const test = suite("the simulator's parts");

const blank = emptySnapshot({ voters: [], learners: [] });

function persistOf(term: number, firstIndex: number, count: number, truncateFrom: number | null = null): Persist {
  const payloads = Array.from({ length: count }, (_, position) => new Uint8Array([2, term, position]));
  const entries = count === 0 ? [] : [{ firstIndex, term, ...packPayloads(payloads) }];
  return { sequence: 1, term, vote: null, truncateFrom, entries, snapshot: null };
}

test('events happen in the order of time, and of scheduling at equal times', () => {
  const random = createRandom(7);
  const queue = createEventQueue();
  const seen: string[] = [];
  const expected: { readonly atMs: number; readonly order: number }[] = [];
  for (let order = 0; order < 500; order += 1) {
    const atMs = drawInteger(random, 0, 13);
    expected.push({ atMs, order });
    schedule(queue, atMs, () => seen.push(`${queue.nowMs} ${order}`));
  }
  while (happenNext(queue));
  expected.sort((one, other) => one.atMs - other.atMs || one.order - other.order);
  assert.equal(
    seen,
    expected.map(({ atMs, order }) => `${atMs} ${order}`),
  );
});

test('a crash keeps the unsynced write as a whole or not at all, and all that was synced', () => {
  for (const kept of [true, false]) {
    const disk = createDisk(blank);
    write(disk, persistOf(1, 1, 4));
    sync(disk);
    write(disk, persistOf(2, 3, 3, 3));
    assert.is(lastSyncedIndex(disk), 2, 'entries that the write replaces are not synced');
    assert.is(lastWrittenIndex(disk), 5);
    settle(disk, kept);
    const { term, entries } = recover(disk);
    const terms = entries.flatMap((run) => Array.from({ length: run.count }, () => run.term));
    assert.equal([term, ...terms], kept ? [2, 1, 1, 2, 2, 2] : [1, 1, 1, 1, 1]);
  }
});

test('a snapshot that the log does not lead to replaces it at recovery', () => {
  const disk = createDisk(blank);
  write(disk, persistOf(1, 1, 4));
  sync(disk);
  disk.snapshot = { ...blank, description: { ...blank.description, index: 3, term: 2 } };
  assert.equal(recover(disk).entries, []);
  assert.is(lastWrittenIndex(disk), 3);
});

test('a direction under two cuts carries nothing until both are joined', () => {
  const queue = createEventQueue();
  const network = createNetwork(queue, createRandom(3), drawPlan(createRandom(3), { from: 3, to: 3 }, 20_000), {});
  network.calm = true;
  const direction = { from: 0, to: 1 };
  const arrivals = (): number => {
    let count = 0;
    transmit(network, direction, () => (count += 1));
    while (happenNext(queue));
    return count;
  };
  cutDirections(network, [direction]);
  cutDirections(network, [direction]);
  joinDirections(network, [direction]);
  assert.is(arrivals(), 0);
  joinDirections(network, [direction]);
  assert.is(arrivals(), 1);
});

test.run();
