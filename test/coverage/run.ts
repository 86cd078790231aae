/**
 * Coverage: `npm run coverage [-- --core]`. Runs the tests once and prints a table by folder. Exit code 1 when a test
 * fails, or a folder is under its limit: of the core every line and 98 % of the branches, elsewhere 90 % of the lines.
 */
import { parseArgs } from 'node:util';
import { coloursFor } from '../../src/cli/screen.js';
import { table } from '../../src/cli/tables.js';
import { measureCoverage } from './measure.js';

const { values } = parseArgs({ options: { core: { type: 'boolean', default: false } } });
const report = measureCoverage(values);
const rows = report.folders.map(({ folder, lines, branches, passed }) => [
  folder,
  `${lines.toFixed(1)} %`,
  `${branches.toFixed(1)} %`,
  passed ? '' : 'under its limit',
]);
const headings = [['FOLDER'], ['LINES', 'right'], ['BRANCHES', 'right'], ['']] as const;
console.log(table(headings, rows, coloursFor(process.stdout, process.env)));
console.log(report.tests);
process.exitCode = report.testsPassed && report.folders.every(({ passed }) => passed) ? 0 : 1;
