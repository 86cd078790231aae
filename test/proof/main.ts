/**
 * The proof: `node dist/test/proof/main.js [--only NAME[,NAME]] [--long] [--minutes N] [-o json]`. Runs the gates of
 * this folder one after another and prints one table: gate, goal, reached, and what the best established system states
 * for the same kind of work. A goal whose count the machine was too slow for is missed, which is told; one that found
 * something wrong has failed. The last line is `N passed, N failed`; exit code 1 when one failed, 2 for wrong usage.
 */
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { coloursFor } from '../../src/cli/screen.js';
import { table } from '../../src/cli/tables.js';
import type { GateRow } from './gate.js';
import { killGates, runGate } from './run-gate.js';

interface GatePlan {
  /** Of its file, `NAME-gate.ts`. */
  readonly name: string;
  /** After so many it is given up: several times what it takes on two quiet cores. */
  readonly minutes: number;
  readonly longMinutes: number;
}

/** The shortest first: where time runs out the most kinds of proof have run, and the last one ends soon. */
const GATES: readonly GatePlan[] = [
  { name: 'anchors', minutes: 3, longMinutes: 3 },
  { name: 'coverage', minutes: 6, longMinutes: 120 },
  { name: 'exploration', minutes: 8, longMinutes: 300 },
  { name: 'malformed', minutes: 5, longMinutes: 120 },
  { name: 'service', minutes: 20, longMinutes: 180 },
  { name: 'soak', minutes: 5, longMinutes: 240 },
  { name: 'defects', minutes: 12, longMinutes: 60 },
  { name: 'lives', minutes: 8, longMinutes: 240 },
  { name: 'storage', minutes: 8, longMinutes: 240 },
  { name: 'threads', minutes: 8, longMinutes: 300 },
  { name: 'swarm', minutes: 14, longMinutes: 600 },
];

interface Settings {
  readonly gates: readonly GatePlan[];
  readonly long: boolean;
  readonly json: boolean;
  /** No gate begins later: on a slow machine the last ones are missed, and told as such. */
  readonly limitMs: number;
}

function readSettings(): Settings {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      long: { type: 'boolean', default: false },
      output: { type: 'string', short: 'o', default: 'table' },
      minutes: { type: 'string', default: 'Infinity' },
    },
  });
  const only = values.only?.flatMap((names) => names.split(','));
  const unknown = only?.find((each) => !GATES.some(({ name }) => name === each));
  if (unknown !== undefined) {
    throw new TypeError(`unknown gate '${unknown}': there are ${GATES.map(({ name }) => name).join(', ')}`);
  }
  if (values.output !== 'table' && values.output !== 'json') {
    throw new TypeError(`--output takes table or json, not ${values.output}`);
  }
  const limitMs = Number(values.minutes) * 60_000;
  if (!(limitMs > 0)) throw new TypeError(`--minutes takes a number above 0, not ${values.minutes}`);
  const runs = ({ name }: GatePlan): boolean => only?.includes(name) ?? true;
  return { gates: GATES.filter(runs), long: values.long, json: values.output === 'json', limitMs };
}

/** On a terminal one line that is written over and over; elsewhere nothing. */
function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text.slice(0, process.stderr.columns - 1)}`);
}

function tell(line: string): void {
  showProgress('');
  console.error(line);
}

async function runAll({ gates, long, limitMs: totalMs }: Settings): Promise<GateRow[]> {
  const rows: GateRow[] = [];
  const begunAt = performance.now();
  for (const { name, minutes, longMinutes } of gates) {
    const startedAt = performance.now();
    if (startedAt - begunAt > totalMs) {
      rows.push({ gate: name, goal: 'all', reached: 'not begun', anchor: '', passed: false, isShort: true });
      tell(`missed ${name}: the time was up`);
      continue;
    }
    const progress = (line: string): void => showProgress(`${name}: ${line}`);
    progress('starts');
    const limitMs = 60_000 * (long ? longMinutes : minutes);
    const reached = await runGate({ name, limitMs, long, progress, tell });
    rows.push(...reached);
    const verdicts = reached.map(verdictOf);
    const worst = (['failed', 'missed'] as const).find((verdict) => verdicts.includes(verdict)) ?? 'ok';
    tell(`${worst.padEnd(6)} ${name} in ${Math.round((performance.now() - startedAt) / 1000)} s`);
  }
  return rows;
}

type Verdict = 'ok' | 'missed' | 'failed';

function verdictOf({ passed, isShort }: GateRow): Verdict {
  if (passed) return 'ok';
  return isShort === true ? 'missed' : 'failed';
}

const COLUMN_WIDTHS = [9, 40, 50, 8, 42];

function printTable(rows: readonly GateRow[]): void {
  const lines = rows.flatMap((row) =>
    linesOf([row.gate, row.goal, row.reached, verdictOf(row), row.anchor].map((text) => text.split(' '))),
  );
  const headings = [['GATE'], ['GOAL'], ['REACHED'], [''], ['ELSEWHERE']] as const;
  console.log(table(headings, lines, coloursFor(process.stdout, process.env)));
}

/** As many as the longest cell needs, wrapped between words; an empty one follows. */
function linesOf(cells: readonly string[][]): string[][] {
  const wrapped = cells.map((words, column) => {
    const lines = [''];
    for (const word of words) {
      const longer = `${lines.at(-1)} ${word}`.trimStart();
      if (longer.length <= (COLUMN_WIDTHS[column] ?? 0)) lines[lines.length - 1] = longer;
      else lines.push(word);
    }
    return lines;
  });
  const height = Math.max(...wrapped.map((lines) => lines.length)) + 1;
  return Array.from({ length: height }, (_, line) => wrapped.map((lines) => lines[line] ?? ''));
}

function usageError(error: unknown): never {
  console.error(`proof: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(2);
}

function settingsOrExit(): Settings {
  try {
    return readSettings();
  } catch (error) {
    return usageError(error);
  }
}

for (const [signal, exitCode] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, () => {
    killGates();
    process.exit(exitCode);
  });
}

const settings = settingsOrExit();
const startedAt = new Date();
const rows = await runAll(settings);
const count = (verdict: Verdict): number => rows.filter((row) => verdictOf(row) === verdict).length;
const [passed, missed, failed] = [count('ok'), count('missed'), count('failed')];
const run = {
  startedAt: startedAt.toISOString(),
  minutes: Number(((Date.now() - startedAt.getTime()) / 60_000).toFixed(1)),
  cpu: cpus()[0]?.model.trim() ?? 'unknown',
  cores: availableParallelism(),
  node: process.version,
  long: settings.long,
};
if (settings.json) console.log(JSON.stringify({ ...run, gates: rows }));
else {
  printTable(rows);
  console.log(
    Object.entries(run)
      .map(([name, value]) => `${name} ${String(value)}`)
      .join(' · '),
  );
  if (missed > 0) console.log(`${missed} short of its count: nothing was wrong, and the time was up`);
  console.log(`${passed} passed, ${failed} failed`);
}
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
