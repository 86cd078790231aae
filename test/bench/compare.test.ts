/** Two runs side by side: what is worse, what is better, what only one of them has. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareAnswers, type Answer, type Change } from '../../bench/compare.js';
import { answer } from './samples.js';

const test = suite('compare');

function verdict(before: Partial<Answer>, now: Partial<Answer>, thresholdPercent = 20): Change['verdict'] | undefined {
  const [change] = compareAnswers([answer('a', 0, before)], [answer('a', 0, now)], thresholdPercent);
  return change?.verdict;
}

test('a rate that fell, and a time that grew, by more than the threshold is worse', () => {
  assert.is(verdict({ value: 100 }, { value: 79 }), 'worse');
  assert.is(verdict({ value: 100 }, { value: 81 }), '');
  assert.is(verdict({ value: 100 }, { value: 121 }), 'better');
  const unit = 'µs' as const;
  assert.is(verdict({ value: 100, unit }, { value: 121, unit }), 'worse');
  assert.is(verdict({ value: 100, unit }, { value: 119, unit }), '');
  assert.is(verdict({ value: 100, unit }, { value: 79, unit }), 'better');
});

test('a ratio says by its goal which way is worse; without one neither is', () => {
  const ratio = (value: number, goal?: Answer['goal']): Partial<Answer> => ({
    value,
    unit: 'x',
    ...(goal && { goal }),
  });
  assert.is(verdict(ratio(1), ratio(2, { atMost: 3 })), 'worse');
  assert.is(verdict(ratio(1), ratio(2, { atLeast: 1 })), 'better');
  assert.is(verdict(ratio(1), ratio(2)), '');
});

test('the change is told in percent of what was', () => {
  const [change] = compareAnswers([answer('a', 200)], [answer('a', 150)], 20);
  assert.equal(change, {
    question: 'clients',
    name: 'a',
    unit: 'ops/s',
    before: 200,
    now: 150,
    changePercent: -25,
    verdict: 'worse',
  });
});

test('figures are found by question and name, whatever their order', () => {
  const before = [answer('a', 1), answer('b', 2), answer('a', 3, { question: 'nodes' })];
  const now = [answer('a', 3, { question: 'nodes' }), answer('b', 2), answer('a', 1)];
  assert.equal(
    compareAnswers(before, now, 0).map(({ changePercent }) => changePercent),
    [0, 0, 0],
  );
});

test('one that only one run has, or could measure, is told and judged neither way', () => {
  // As JSON.parse gives back what was not a number.
  const unmeasured = { ...answer('c', 0), value: null as unknown as number };
  const before = [answer('a', 1), unmeasured, answer('d', 1, { question: 'not asked now' })];
  const changes = compareAnswers(before, [answer('b', 1), answer('c', Number.NaN)], 0);
  assert.equal(
    changes.map(({ name, before: was, now, verdict: of }) => [name, was, now, of]),
    [
      ['b', null, 1, ''],
      ['c', null, null, ''],
      ['a', 1, null, ''],
    ],
  );
});

test.run();
