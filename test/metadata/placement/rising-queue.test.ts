/** The queue of placement against a plain search: items whose rank grows while they wait, and some that drop out. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { RisingQueue } from '../../../src/metadata/placement/rising-queue.js';

const test = suite('rising queue');

interface Item {
  group: number;
  load: number;
  isOut: boolean;
}

const anyItem = fc.record({ group: fc.nat(2), load: fc.nat(5), isOut: fc.constant(false) });
const anyStep = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('push' as const), item: anyItem }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('rise' as const), at: fc.nat(), by: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('out' as const, 'regroup' as const), at: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('pop' as const) }) },
);

test('pops the least of those that wait, whatever has risen meanwhile', () => {
  let popped = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { size: 'max', maxLength: 60 }), (steps) => {
      let draws = 0;
      const queue = new RisingQueue<Item>(
        ({ group, load, isOut }) => (isOut ? undefined : { group, load: load >> 1, otherLoad: load & 1 }),
        (bound) => (draws += 7) % bound,
      );
      const waiting = new Set<Item>();
      for (const step of steps) {
        const chosen = 'at' in step ? [...waiting][step.at % Math.max(waiting.size, 1)] : undefined;
        if (step.kind === 'push') {
          const item = { ...step.item };
          queue.push(item);
          waiting.add(item);
        } else if (step.kind === 'rise' && chosen !== undefined) chosen.load += step.by;
        else if (step.kind === 'regroup' && chosen !== undefined) chosen.group += 1;
        else if (step.kind === 'out' && chosen !== undefined) chosen.isOut = true;
        else if (step.kind === 'pop') {
          const left = [...waiting].filter(({ isOut }) => !isOut);
          const least = Math.min(...left.map(({ group, load }) => group * 1_000 + load));
          const item = queue.pop();
          if (item === undefined) assert.is(left.length, 0);
          else {
            assert.ok(waiting.delete(item) && !item.isOut);
            assert.is(item.group * 1_000 + item.load, least);
            popped += 1;
          }
        }
      }
    }),
    { numRuns: 1_000, seed: 1 },
  );
  assert.ok(popped > 1_000, `${popped} popped`);
});

test('equals come in the order of what is drawn for them', () => {
  const ties = [3, 1, 2];
  const queue = new RisingQueue<string>(
    () => ({ group: 0, load: 0, otherLoad: 0 }),
    () => ties.shift() ?? 0,
  );
  for (const item of ['c', 'a', 'b']) queue.push(item);
  assert.equal([queue.peek(), queue.pop(), queue.pop(), queue.pop(), queue.pop()], ['a', 'a', 'b', 'c', undefined]);
});

test.run();
