/** A few hundred mutated inputs of each kind; `npm run proof` tries millions. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createRandom } from '../../src/random.js';
import { GROUP, InputWatch, TARGETS, targetOf, tryGroup } from './inputs.js';
import { mutateJson } from './mutate-json.js';
import { BrokenRule, type Target } from './target.js';

const test = suite('malformed input');
const GROUPS = 2;
const SEED = 7;

for (const target of TARGETS) {
  test(`is refused by name or taken rightly: ${target.kind}`, () => {
    const watch = new InputWatch(target, () => undefined);
    for (let group = 0; group < GROUPS; group += 1) assert.is(tryGroup(target, SEED, group, watch), null);
    const { accepted, refused } = watch.tally;
    assert.ok(accepted + refused >= GROUPS * GROUP);
    // Mutations that are all refused, or all taken, would not reach what they are for.
    assert.ok(accepted > 0 && refused > 0, JSON.stringify(watch.tally));
  });
}

function targetThat(tryNext: () => void): Target {
  return {
    kind: 'sample',
    share: 1,
    create: () => () => {
      tryNext();
      return 'refused';
    },
  };
}

test('an error that is not documented is a failure, with the number of the input', () => {
  let count = 0;
  const target = targetThat(() => {
    count += 1;
    if (count > GROUP + 3) throw new TypeError('x is undefined');
  });
  const watch = new InputWatch(target, () => undefined);
  assert.is(tryGroup(target, SEED, 0, watch), null);
  const failure = tryGroup(target, SEED, 1, watch);
  assert.is(failure?.number, GROUP + 3);
  assert.match(failure?.problem ?? '', 'TypeError: x is undefined');
});

test('so are memory that is kept, and an input that takes too long again and again', () => {
  const kept: Uint8Array[] = [];
  const hoarding = targetThat(() => kept.push(new Uint8Array(1 << 20)));
  assert.match(tryGroup(hoarding, SEED, 0, new InputWatch(hoarding, () => undefined))?.problem ?? '', 'memory holds');
  kept.length = 0;

  let count = 0;
  const spinning = targetThat(() => {
    count += 1;
    const rounds = count > GROUP && count % GROUP === 5 ? 1e7 : 1e2;
    for (let round = 0; round < rounds; round += 1);
  });
  const slow: Target = { ...spinning, timesAsLong: 100 };
  const watch = new InputWatch(slow, () => undefined);
  assert.is(tryGroup(slow, SEED, 0, watch), null);
  assert.match(tryGroup(slow, SEED, 1, watch)?.problem ?? '', 'times as long');
});

test('an input stays small, however often a mutation doubles: making it is not what takes long', () => {
  const random = createRandom(SEED);
  const long = JSON.stringify([['x'.repeat(40_000)], 'x'.repeat(40_000)]);
  const longest = Math.max(...Array.from({ length: 2_000 }, () => mutateJson(random, long, long).length));
  assert.ok(longest < 2_000_000, String(longest));
});

test('the same kind, seed and number are the same input', () => {
  const seen = (seed: number): number[] => {
    const draws: number[] = [];
    const { kind } = targetOf('query');
    const target: Target = {
      kind,
      share: 1,
      create: () => (random) => {
        draws.push(random.a);
        return 'refused';
      },
    };
    tryGroup(target, seed, 1, new InputWatch(target, () => undefined));
    return draws;
  };
  assert.equal(seen(1), seen(1));
  assert.not.equal(seen(1), seen(2));
  assert.is(new BrokenRule('r').name, 'BrokenRule');
});

test.run();
