/**
 * Can the harness see? Each known way to get Raft wrong, planted into a copy of the code, must make a checker fire, and
 * the sound code none. A few of them here; the gate of `npm run proof` searches them all.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { search } from './detectors/search.js';
import { occurrences } from './defective-core.js';
import type { DetectorName } from './seeded-defect.js';
import { SEEDED_DEFECTS } from './seeded-defects.js';
import { ROWS, ROWS_NOT_PLANTED } from './seeded-rows.js';
import { searchAll } from './seeded-search.js';
import { CHECK_WIDTH, lineOf, readTable, tableOf, WRITE_COMMAND, type Results } from './seeded-table.js';

const FEW_SEEDS = 5;
const SOUND_SEEDS = 150;

const test = suite('seeded defects');

/** What the committed table says. */
function resultsInTable(): Results {
  const lines = readTable().split('\n');
  return SEEDED_DEFECTS.map(({ name }) => {
    const line = lines.find((each) => each.endsWith(`  ${name}`)) ?? '';
    const [, seeds, rest = ''] = /^ *\d+ {2}.{15} +(\d+) {2}(.*)/.exec(line) ?? [];
    const check = rest.slice(0, CHECK_WIDTH);
    return seeds === undefined ? null : { seeds: Number(seeds), check: check.trimEnd() };
  });
}

test('the text of each defect occurs exactly once in its file', () => {
  for (const defect of SEEDED_DEFECTS) assert.is(occurrences(defect), 1, `${defect.file}: ${defect.text}`);
});

test('each row of the list has a defect or a reason why not', () => {
  const planted = new Set(SEEDED_DEFECTS.map(({ row }) => row));
  for (let row = 1; row <= ROWS.length; row += 1) {
    assert.is(planted.has(row), !ROWS_NOT_PLANTED.has(row), `row ${row}: ${ROWS[row - 1] ?? ''}`);
  }
});

test('the committed table lists all defects, each found', () => {
  const results = resultsInTable();
  SEEDED_DEFECTS.forEach(({ name }, place) => assert.ok(results[place], `${name}: ${WRITE_COMMAND}`));
  assert.is(readTable(), tableOf(results), WRITE_COMMAND);
});

test('a defect of each detector, and those found soonest, are found as the table says', async () => {
  const results = resultsInTable();
  const places = [...SEEDED_DEFECTS.keys()].filter((place) => (results[place]?.seeds ?? 0) <= FEW_SEEDS);
  const found = await searchAll(places);
  for (const place of places) {
    const defect = SEEDED_DEFECTS[place];
    assert.ok(defect !== undefined);
    assert.is(lineOf(defect, found.get(place) ?? null), lineOf(defect, results[place] ?? null), WRITE_COMMAND);
  }
});

const quickDetectors: readonly DetectorName[] = [
  'stability',
  'exactly once',
  'client',
  'transport',
  'metadata',
  'quorum',
];

for (const detector of quickDetectors) {
  test(`in the sound code ${SOUND_SEEDS} seeds find nothing: ${detector}`, async () => {
    assert.is(await search({ detector, maximumSeeds: SOUND_SEEDS }), null);
  });
}

test.run();
