/**
 * G18: the suites by which others test Raft, re-expressed in virtual time: the MIT 6.5840 lab's tests, the paper's
 * sentences, scenes as text. Each file runs in a process of its own, two at a time, as in `npm test`; the time is that
 * of all together.
 */
import { readdirSync } from 'node:fs';
import { repositoryRoot } from '../support/repository.js';
import { runTestFile, type TestReport } from '../support/test-process.js';
import type { Gate } from './gate.js';

interface Suite {
  readonly name: string;
  readonly folder: string;
  /** Exactly so many where the original has a number of its own. */
  readonly least: number;
  readonly most: number;
}

const SUITES: readonly Suite[] = [
  { name: 'MIT 6.5840 tests', folder: 'mit', least: 28, most: 28 },
  { name: 'sentences of the paper', folder: 'paper', least: 26, most: Number.POSITIVE_INFINITY },
  { name: 'scenarios', folder: 'interaction', least: 28, most: Number.POSITIVE_INFINITY },
];
const LIMIT_SECONDS = 10;
const FILES_AT_ONCE = 2;
const FILE_TIMEOUT_MS = 60_000;

function filesOf({ folder }: Suite): string[] {
  return readdirSync(new URL(`test/raft/${folder}/`, repositoryRoot))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => `raft/${folder}/${name}`);
}

async function runAll(files: readonly string[], ran: (file: string) => void): Promise<Map<string, TestReport>> {
  const reports = new Map<string, TestReport>();
  const queue = [...files];
  const work = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const compiled = new URL(`../${file.replace(/\.ts$/, '.js')}`, import.meta.url);
      reports.set(file, await runTestFile(compiled.pathname, FILE_TIMEOUT_MS));
      ran(file);
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  return reports;
}

export const gate: Gate = async ({ progress, tell }) => {
  const startedAt = performance.now();
  const reports = await runAll(SUITES.flatMap(filesOf), (file) => progress(`${file} has run`));
  const seconds = (performance.now() - startedAt) / 1000;
  for (const [file, { failed, output, problem }] of reports) {
    if (failed > 0) tell(`${problem ?? output.trim()}\nagain: node dist/test/run.js ${file}`);
  }
  const counts = SUITES.map((suite) => {
    const own = filesOf(suite).map((file) => reports.get(file));
    return { ...suite, passed: own.reduce((sum, report) => sum + (report?.passed ?? 0), 0) };
  });
  const complete = counts.every(({ passed, least, most }) => passed >= least && passed <= most);
  const sound = [...reports.values()].every(({ failed }) => failed === 0);
  return [
    {
      gate: 'G18',
      goal: '28 of 28 MIT 6.5840 tests, 26 sentences of the paper, 28 scenarios, in less than 10 s',
      reached: `${counts.map(({ name, passed }) => `${passed} ${name}`).join(', ')} in ${seconds.toFixed(1)} s`,
      anchor: 'originals: minutes (MIT), seconds (etcd)',
      passed: complete && sound && seconds < LIMIT_SECONDS,
    },
  ];
};
