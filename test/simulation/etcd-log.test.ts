/**
 * The log in etcd in virtual time: several processes over one etcd that loses, delays, fills up and goes away. What
 * holds in it is checked by `test/simulation/detectors/etcd-log.ts`; which defects that finds, and after how many
 * seeds, is in `test/simulation/seeded-defects.txt`.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { shareLog, type LogFigures } from './detectors/etcd-log.js';

const SEEDS = 250;

const test = suite('the log in etcd, simulated');

function shareLogOf(seed: number): LogFigures {
  try {
    return shareLog(seed);
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

test(`${SEEDS} seeds: one order, each write once, all ends well`, () => {
  const runs = Array.from({ length: SEEDS }, (_, place) => shareLogOf(place + 1));
  for (const [figure, least] of Object.entries(LEAST_IN_ALL)) {
    const reached = runs.reduce((sum, run) => sum + run[figure as keyof LogFigures], 0);
    assert.ok(reached >= least, `it was put to the test: ${reached} ${figure}, not ${least}`);
  }
});

const LEAST_IN_ALL: LogFigures = {
  entries: 100_000,
  terms: 500,
  trims: 5_000,
  restored: 500,
  reads: 2_000,
  crashes: 500,
};

test('a seed is the same run each time', () => {
  for (const seed of [3, 95]) assert.equal(shareLogOf(seed), shareLogOf(seed));
});

test.run();
