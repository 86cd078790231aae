/**
 * The test runner: each `test/**` file in a process of its own, since uvu alone would run all in one, without
 * time-outs.
 * `node dist/test/run.js [--seconds N] [part of a path]...` runs the files whose path contains one of the parts; after
 * so many seconds no further file begins, and those that are left are told.
 * The last line is always `N passed, N failed`; the exit code is 1 when anything failed or nothing ran.
 */
import { readdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { must } from '../src/assert.js';
import { killTestProcesses, runTestFile } from './support/test-process.js';
import type { TestReport } from './support/test-process.js';

const compiledTests = new URL('./', import.meta.url);
const sources = new URL('../../test/', import.meta.url);

/** Folders whose files start threads and watch real time: each file then has the machine to itself. */
const aloneFolders = [
  'cluster',
  'engine',
  'engine-contract',
  'linearizability',
  'migration',
  'runtime',
  'service',
  'cli',
  'project',
  'page',
  'recipes',
];
/** Folders whose files take longest: they start first, so that no core idles at the end, and have longer. */
const slowFolders = ['simulation', 'cluster', 'runtime', 'page', 'project', 'recipes', 'engine'];
const timeoutMs = 120_000;
const slowTimeoutMs = 240_000;
const filesAtOnce = 2;

const folderOf = (file: string): string => must(file.split('/')[0], 'split gives at least one part');

/** Paths below `test`, of sources and not of `dist`, which may still hold the output of a deleted test. */
function findTestFiles(filters: readonly string[]): string[] {
  const rank = (file: string): number => (slowFolders.includes(folderOf(file)) ? 0 : 1);
  return readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => filters.length === 0 || filters.some((filter) => `test/${file}`.includes(filter)))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

const startedAt = performance.now();
const { values: limits, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: 'Infinity' } },
});
const limitMs = Number(limits.seconds) * 1_000;
if (!(limitMs > 0)) throw new TypeError(`--seconds takes a number above 0, not ${limits.seconds}`);

const missed: string[] = [];
const totals = { passed: 0, failed: 0, skipped: 0 };

function print(file: string, report: TestReport): void {
  totals.passed += report.passed;
  totals.failed += report.failed;
  totals.skipped += report.skipped;
  const summary = `test/${file}  ${report.passed} passed, ${report.elapsedMs} ms`;
  if (report.failed === 0) {
    console.log(`ok    ${summary}`);
    for (const line of report.output.split('\n')) if (line.startsWith('skipped:')) console.log(`      ${line}`);
    return;
  }
  console.log(`FAIL  ${summary}, ${report.failed} failed${report.problem === undefined ? '' : `: ${report.problem}`}`);
  console.log(report.output.trimEnd());
}

async function runAll(files: readonly string[], atOnce: number): Promise<void> {
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      if (performance.now() - startedAt > limitMs) {
        missed.push(file);
        continue;
      }
      const compiled = new URL(file.replace(/\.ts$/, '.js'), compiledTests);
      const slow = slowFolders.includes(folderOf(file));
      print(file, await runTestFile(compiled.pathname, slow ? slowTimeoutMs : timeoutMs));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    killTestProcesses();
    process.exit(130);
  });
}

const files = findTestFiles(filters);
const alone = files.filter((file) => aloneFolders.includes(folderOf(file)));
await runAll(
  files.filter((file) => !alone.includes(file)),
  filesAtOnce,
);
await runAll(alone, 1);

if (files.length === 0) console.log('no test file matches');
const elapsedSeconds = ((performance.now() - startedAt) / 1000).toFixed(1);
for (const file of missed) console.log(`missed: test/${file}: no time was left for it`);
const filesRun = files.length - missed.length;
console.log(`\nNode ${process.version}, files: ${filesRun}, skipped: ${totals.skipped}, seconds: ${elapsedSeconds}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exitCode = totals.failed > 0 || totals.passed + totals.skipped === 0 ? 1 : 0;
