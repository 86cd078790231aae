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

/** The queue, and all that was pushed and not popped. */
class Watched {
  readonly waiting = new Set<Item>();
  #draws = 0;
  readonly #queue = new RisingQueue<Item>(
    ({ group, load, isOut }) => (isOut ? undefined : { group, load: load >> 1, otherLoad: load & 1 }),
    (bound) => (this.#draws += 7) % bound,
  );

  push(item: Item): void {
    this.#queue.push(item);
    this.waiting.add(item);
  }

  change(at: number, change: (item: Item) => void): void {
    const chosen = [...this.waiting][at % Math.max(this.waiting.size, 1)];
    if (chosen !== undefined) change(chosen);
  }

  /** Must be the least of those that wait. */
  pop(): Item | undefined {
    const left = [...this.waiting].filter(({ isOut }) => !isOut);
    const item = this.#queue.pop();
    if (item === undefined) {
      assert.is(left.length, 0);
      return undefined;
    }
    assert.ok(this.waiting.delete(item) && !item.isOut);
    assert.is(weightOf(item), Math.min(...left.map(weightOf)));
    return item;
  }
}

function weightOf({ group, load }: Item): number {
  return group * 1_000 + load;
}

test('pops the least of those that wait, whatever has risen meanwhile', () => {
  let popped = 0;
  fc.assert(
    fc.property(fc.array(anyStep, { size: 'max', maxLength: 60 }), (steps) => {
      const watched = new Watched();
      for (const step of steps) {
        if (step.kind === 'push') watched.push({ ...step.item });
        else if (step.kind === 'rise') watched.change(step.at, (item) => (item.load += step.by));
        else if (step.kind === 'regroup') watched.change(step.at, (item) => (item.group += 1));
        else if (step.kind === 'out') watched.change(step.at, (item) => (item.isOut = true));
        else if (watched.pop() !== undefined) popped += 1;
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
