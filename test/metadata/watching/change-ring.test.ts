/** The ring of changes: what is kept, from where one can read on, and what is gone. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ChangeRing } from '../../../src/metadata/watching/change-ring.js';

interface Sized {
  readonly size: number;
}

const test = suite('metadata: ring of changes');

function ringOf(maxChanges: number, horizon = 0, maxRecords = 1_000): ChangeRing<Sized> {
  return new ChangeRing<Sized>({ maxChanges, maxRecords }, ({ size }) => size, horizon);
}

function indexesFrom(ring: ChangeRing<Sized>, sequence: number): number[] {
  return Array.from({ length: ring.end - sequence }, (_, at) => ring.indexAt(sequence + at));
}

test('reads on behind any index from the horizon on, whether or not something changed there', () => {
  const ring = ringOf(10, 4);
  for (const index of [6, 7, 10]) ring.push(index, { size: 1 });
  assert.is(ring.horizon, 4);
  const behind = (index: number): unknown => indexesFrom(ring, ring.sequenceAfter(index));
  assert.equal([4, 5, 6, 9, 10, 99].map(behind), [[6, 7, 10], [6, 7, 10], [7, 10], [10], [], []]);
  assert.throws(() => ring.sequenceAfter(3), /kept from 4/);
});

test('the oldest changes go, and the horizon is the last that went', () => {
  const ring = ringOf(3);
  const first = ring.first;
  for (let index = 1; index <= 1_000; index += 1) {
    ring.push(2 * index, { size: 1 });
    assert.is(ring.horizon, Math.max(0, 2 * (index - 3)));
    assert.is(ring.end - ring.first, Math.min(3, index));
    assert.is(ring.indexAt(ring.end - 1), 2 * index);
    assert.is(ring.get(ring.end), undefined);
  }
  assert.is(ring.get(first), undefined, 'what went is not found under its sequence');
  assert.is(ring.get(ring.first - 1), undefined);
});

test('records count, and the latest change is kept whatever its size', () => {
  const ring = ringOf(10, 0, 5);
  for (const [index, size] of [2, 3, 1, 9, 1].entries()) ring.push(index + 1, { size });
  assert.equal(indexesFrom(ring, ring.first), [5]);
  const roomy = ringOf(10, 0, 5);
  for (const [index, size] of [2, 3, 1].entries()) roomy.push(index + 1, { size });
  assert.equal(indexesFrom(roomy, roomy.first), [2, 3]);
  roomy.push(4, { size: 9 });
  assert.equal(indexesFrom(roomy, roomy.first), [4]);
});

test('restarted, it has nothing, and no sequence from before leads anywhere', () => {
  const ring = ringOf(10);
  for (let index = 1; index <= 5; index += 1) ring.push(index, { size: 1 });
  const { first, end } = ring;
  ring.restart(40);
  assert.is(ring.horizon, 40);
  assert.ok(end < ring.first, 'not even the next to come');
  ring.push(41, { size: 1 });
  for (let sequence = first; sequence <= end; sequence += 1) assert.is(ring.get(sequence), undefined);
  assert.equal(indexesFrom(ring, ring.sequenceAfter(40)), [41]);
});

test('changes come in the order of the log', () => {
  const ring = ringOf(3, 7);
  assert.throws(() => ring.push(7, { size: 1 }), /order/);
  ring.push(8, { size: 1 });
  assert.throws(() => ring.push(8, { size: 1 }), /order/);
});

test.run();
