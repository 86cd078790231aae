/**
 * Coverage: `npm run coverage [-- --core]`. Runs the tests once and prints a table by folder. Exit code 1 when a test
 * fails, or a folder is under its limit: of the core every line and 98 % of the branches, elsewhere 90 % of the lines.
 */
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { measureCoverage } from './measure.js';

const { values } = parseArgs({ options: { core: { type: 'boolean', default: false } } });
const report = measureCoverage(values);
const table = new Table({ head: ['folder', 'lines', 'branches', ''], style: { head: [], border: [] } });
for (const { folder, lines, branches, passed } of report.folders) {
  table.push([folder, `${lines.toFixed(1)} %`, `${branches.toFixed(1)} %`, passed ? '' : 'under its limit']);
}
console.log(table.toString());
console.log(report.tests);
process.exitCode = report.testsPassed && report.folders.every(({ passed }) => passed) ? 0 : 1;
