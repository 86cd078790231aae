/** The flags of the benchmark, its bar, and its tables. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { barText, createProgress } from '../../bench/progress.js';
import { parseSettings, type Settings } from '../../bench/settings.js';
import { changeTable, figureTable, goalTable } from '../../bench/tables.js';
import { compareAnswers } from '../../bench/compare.js';
import { coloursFor } from '../../src/cli/screen.js';
import { answer } from './samples.js';

const flags = suite('flags');

const parse = (words: string): Settings | undefined => {
  return parseSettings(words === '' ? [] : words.split(' '), ['clients', 'nodes'], () => undefined);
};

flags('none: everything, nothing written, nothing compared', () => {
  const expected = { only: null, quick: false, json: null, compare: null, thresholdPercent: 20, charts: null };
  assert.equal(parse(''), expected);
});

flags('all of them', () => {
  const all = '--quick --only nodes,clients --only nodes --json a --compare b --threshold 7.5 --charts c';
  assert.equal(parse(all), {
    only: ['nodes', 'clients', 'nodes'],
    quick: true,
    json: 'a',
    compare: 'b',
    thresholdPercent: 7.5,
    charts: 'c',
  });
});

flags('a mistake is one line that says what would be right', () => {
  assert.throws(() => parse('--only latency'), /'latency' is no question; there are clients, nodes\.$/);
  assert.throws(() => parse('--threshold much'), /It must be a number of percent, such as 20\.$/);
  assert.throws(() => parse('--quik'), /^unknown option '--quik' \(Did you mean --quick\?\)$/);
  assert.throws(() => parse('clients'), /too many arguments/);
});

flags.run();

const bar = suite('progress');

const steps = [
  { name: 'start', seconds: 10 },
  { name: 'clients', seconds: 30 },
];

bar('it counts seconds, not questions, and never goes back', () => {
  assert.match(barText(steps, 0, 5), /^█{4}░{26} 13 % {2}start \(1 of 2\) {2}35 s left$/);
  assert.match(barText(steps, 0, 999), /25 % .* 30 s left$/);
  assert.match(barText(steps, 1, 0), /25 % .*clients \(2 of 2\)/);
  assert.match(barText(steps, 1, 30), /^█{30} 100 % /);
});

bar('nothing is written where no one watches; on a terminal one line that is taken away again', () => {
  const write = (isTTY: boolean): string => {
    let written = '';
    const progress = createProgress({ isTTY, columns: 100, write: (text) => (written += text) }, steps);
    progress.begin(0);
    progress.end();
    return written;
  };
  assert.is(write(false), '');
  const written = write(true);
  assert.not.match(written, /\n/);
  assert.match(written, /start/);
  assert.ok(written.endsWith('\r\u001b[2K'));
});

bar.run();

const tables = suite('tables');

const plain = coloursFor({ write: () => undefined }, {});

tables('the goals: what has one, reached or missed, and what could not be measured', () => {
  const answers = [
    answer('fast work', 50, { unit: '%', goal: { atLeast: 40 } }),
    answer('slow work', 30, { unit: '%', goal: { atLeast: 40 } }),
    answer('beside it', 1000),
    answer('etcd', Number.NaN, { note: 'not installed' }),
  ];
  assert.equal(goalTable(answers, plain).split('\n').slice(1), [
    'fast work      50 %   >= 40 %   ok',
    'slow work      30 %   >= 40 %   missed',
    'etcd              -             not installed',
  ]);
  assert.match(figureTable(answers, plain), /beside it +1,000 ops\/s/);
});

tables('changes: before, now, percent', () => {
  const changes = compareAnswers([answer('a', 200), answer('b', 1)], [answer('a', 150)], 20);
  assert.equal(
    changeTable(changes, plain)
      .split('\n')
      .slice(1)
      .map((line) => line.split(/ {2,}/)),
    [
      ['clients', 'a', '200 ops/s', '150 ops/s', '-25.0 %', 'worse'],
      ['clients', 'b', '1 ops/s', '-', '-'],
    ],
  );
});

tables.run();
