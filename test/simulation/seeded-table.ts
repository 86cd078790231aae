/**
 * The table of planted defects: which row of the list of known bugs each stands for, how many seeds it took to find it,
 * and which check fired. Every run gives the same, so that the committed table either is exact or out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Found } from './detectors/search.js';
import type { SeededDefect } from './seeded-defect.js';
import { SEEDED_DEFECTS } from './seeded-defects.js';
import { ROWS, ROWS_NOT_PLANTED } from './seeded-rows.js';

/** By the place of the defect in `SEEDED_DEFECTS`. */
export type Results = readonly (Pick<Found, 'seeds' | 'check'> | null)[];

export interface TableFigures {
  readonly defects: number;
  readonly found: number;
  readonly rowsFound: number;
  readonly medianSeeds: number;
  readonly mostSeeds: number;
}

/** Of the longest name of a check, and more. */
export const CHECK_WIDTH = 38;

export const WRITE_COMMAND = 'npm run build && node dist/test/simulation/write-seeded-table.js';

const path = fileURLToPath(new URL('../../../test/simulation/seeded-defects.txt', import.meta.url));

export function readTable(): string {
  return readFileSync(path, 'utf8');
}

export function writeTable(results: Results): void {
  writeFileSync(path, tableOf(results));
}

export function figuresOf(results: Results): TableFigures {
  const seeds = results.flatMap((result) => (result === null ? [] : [result.seeds])).sort((a, b) => a - b);
  const rows = SEEDED_DEFECTS.filter((_, place) => (results[place] ?? null) !== null).map(({ row }) => row);
  return {
    defects: results.length,
    found: seeds.length,
    rowsFound: new Set(rows).size,
    medianSeeds: seeds[seeds.length >> 1] ?? Number.POSITIVE_INFINITY,
    mostSeeds: seeds.at(-1) ?? Number.POSITIVE_INFINITY,
  };
}

export function tableOf(results: Results): string {
  const { defects, found, rowsFound, medianSeeds, mostSeeds } = figuresOf(results);
  const seeds = `seeds: median ${medianSeeds}, most ${mostSeeds}`;
  return [
    'Known bugs, planted one at a time: row, what looks for it, seeds until it is found, check that fires, defect.',
    'A seed of `every disk call` is one call at which the node crashes. Written by:',
    `  ${WRITE_COMMAND}`,
    '',
    ...SEEDED_DEFECTS.map((defect, place) => lineOf(defect, results[place] ?? null)),
    '',
    `${found} of ${defects} defects found, ${rowsFound} of ${ROWS.length} rows; ${seeds}`,
    '',
    'Rows:',
    ...ROWS.map((title, place) => {
      const reason = ROWS_NOT_PLANTED.get(place + 1);
      const why = reason === undefined ? '' : `\n       not planted: ${reason}`;
      return `${String(place + 1).padStart(3)}  ${title}${why}`;
    }),
    '',
  ].join('\n');
}

export function lineOf({ row, name, detector = 'simulation' }: SeededDefect, result: Results[number]): string {
  const seeds = result === null ? 'none' : String(result.seeds);
  const check = result?.check ?? 'not found';
  const columns = [String(row).padStart(3), detector.padEnd(15), seeds.padStart(4), check.padEnd(CHECK_WIDTH), name];
  return columns.join('  ');
}
