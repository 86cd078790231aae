/** Figures: what they say, when a goal is met, and percentiles of histograms that were added up. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  detailText,
  goalText,
  isMet,
  median,
  quantile,
  quantity,
  reachedText,
  verdictText,
} from '../../bench/figure.js';
import { ratios, rateFigure, rateOf, shareFigure } from '../../bench/in-turns.js';
import { histogramOf, latencyText, percentilesOf } from '../../bench/latency.js';
import type { LoopResult } from '../../bench/closed-loop.js';
import { answer } from './samples.js';

const figures = suite('figures');

figures('three digits below a thousand, whole numbers with separators above', () => {
  assert.equal(
    [0.01234, 1.234, 12.34, 123.4, 1234.5, 1_234_567].map((value) => quantity(value, 'ms')),
    ['0.0123 ms', '1.23 ms', '12.3 ms', '123 ms', '1,235 ms', '1,234,567 ms'],
  );
});

figures('a goal is met at its limit, and missed beyond it', () => {
  const atLeast = (value: number): string => verdictText(answer('a', value, { goal: { atLeast: 40 } }));
  const atMost = (value: number): string => verdictText(answer('a', value, { goal: { atMost: 40 } }));
  assert.equal([atLeast(39.9), atLeast(40), atMost(40), atMost(40.1)], ['missed', 'ok', 'ok', 'missed']);
  assert.is(goalText(answer('a', 1, { goal: { atMost: 1.6 }, unit: 'x' })), '<= 1.6 x');
  assert.is(verdictText(answer('a', 1)), '');
});

figures('a goal that is missed by a hair does not look reached', () => {
  const reached = (value: number): string => reachedText(answer('a', value, { goal: { atLeast: 12 }, unit: '%' }));
  assert.equal([reached(11.97), reached(11.3), reached(12), reached(12.04)], ['11.97 %', '11.3 %', '12 %', '12 %']);
});

figures('what was not measured is neither reached nor missed', () => {
  const absent = answer('a', Number.NaN, { goal: { atLeast: 40 } });
  assert.equal([reachedText(absent), verdictText(absent), isMet(absent)], ['-', 'not measured', true]);
});

figures('details: spread, percentiles, note', () => {
  const latency = { p50Us: 61.44, p90Us: 99, p99Us: 1234, p999Us: 20_000, longestUs: 30_000 };
  assert.is(
    detailText(answer('a', 2, { repeats: [2, 1, 3], latency, note: 'more' })),
    '1 ops/s to 3 ops/s in 3; p50 61.4 µs, p90 99 µs, p99 1.23 ms, p99.9 20 ms; more',
  );
  assert.is(detailText(answer('a', 2)), '');
});

figures('median and quantiles of a sample', () => {
  assert.is(median([3, 1, 2]), 2);
  assert.is(quantile([4, 3, 2, 1], 0.99), 4);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

figures.run();

const latencies = suite('latencies');

const oneToThousandUs = Array.from({ length: 1000 }, (_, number) => (number + 1) / 1000);

latencies('percentiles are right to a thousandth, from a microsecond to a minute', () => {
  for (const factor of [1, 60, 60_000]) {
    const { p50Us, p99Us, p999Us } = percentilesOf([histogramOf(oneToThousandUs.map((ms) => ms * factor))]);
    for (const [is, expected] of [
      [p50Us, 500],
      [p99Us, 990],
      [p999Us, 999],
    ] as const) {
      assert.ok(Math.abs(is / (expected * factor) - 1) <= 0.0021, `${is} for ${expected * factor}`);
    }
  }
});

latencies('histograms add up to that of all calls, which the percentiles of each would not', () => {
  const slow = histogramOf(Array.from({ length: 10 }, () => 100));
  const fast = histogramOf(Array.from({ length: 990 }, () => 1));
  const { p50Us, p99Us, p999Us, longestUs } = percentilesOf([slow, fast]);
  assert.is(latencyText({ p50Us, p90Us: 0, p99Us, p999Us, longestUs }).includes('p99.9 100 ms'), true);
  assert.ok(p99Us < 1100);
  assert.ok(longestUs >= 100_000);
});

latencies('a latency below a nanosecond counts', () => {
  assert.is(histogramOf([0, 0.0000001]).count, 2);
});

latencies.run();

const turns = suite('turns');

function result(operationsPerSecond: number, latenciesMs: readonly number[] = [1]): LoopResult {
  const latencyNs = histogramOf(latenciesMs);
  return { operationsPerSecond, medianUs: 1000, p99Us: 1000, longestUs: 1000, cpuUs: 7, latencyNs };
}

turns('a rate is the median of its repeats, its percentiles are those of all', () => {
  const figure = rateFigure('work', [result(30, [1]), result(10, [2, 2, 2]), result(20, [1])]);
  assert.is(figure.value, 20);
  assert.equal(figure.repeats, [30, 10, 20]);
  assert.ok(Math.abs((figure.latency?.p50Us ?? 0) - 2000) < 5);
  assert.is(figure.note, 'CPU 7 µs');
  assert.is(rateFigure('work', [result(1)], { note: '9 threads' }).note, 'CPU 7 µs; 9 threads');
});

turns('a ratio is taken turn by turn: a machine that slows down for one turn changes nothing', () => {
  const floor = [result(100), result(10), result(100)];
  const cluster = [result(40), result(4), result(44)];
  assert.equal(ratios(cluster, floor, rateOf), { value: 0.4, repeats: [0.4, 0.4, 0.44] });
  const { value, unit, goal } = shareFigure('share', cluster, floor, { goal: { atLeast: 40 } });
  assert.equal({ value, unit, goal }, { value: 40, unit: '%', goal: { atLeast: 40 } });
});

turns.run();
