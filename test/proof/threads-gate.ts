/**
 * G8: linearizable histories under faults, with real threads. Runs of many seeds, a third each with 3, 5 and 7 nodes,
 * a quarter of them on files; each history goes through both checkers. `CONCLAVE_SEEDS=17,18` runs these seeds alone.
 */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { examineSeed, nodesOf, type ExaminedRun } from '../linearizability/examined-run.js';
import { FAULTS_A_RUN } from '../linearizability/run.js';
import type { Gate, GateOptions, GateRow } from './gate.js';

interface Goal {
  readonly runs: number;
  readonly operations: number;
  /** No run begins later: what is missing then is told as missed. */
  readonly limitMs: number;
}

const EVERY_CHANGE: Goal = { runs: 60, operations: 2_000, limitMs: 170_000 };
const LONG_RUN: Goal = { runs: 1_002, operations: 5_000, limitMs: Number.POSITIVE_INFINITY };
/** Calls that certainly had no effect are not in the history. */
const SPARE_OPERATIONS = 1.1;
/** Most of a run is waiting: for elections, for what is being restarted. */
const RUNS_AT_ONCE = 4;
/** From a seed to the next of the same size and kind, for a run that does not count. */
const SEED_STRIDE = 12_000_000;
const ATTEMPTS = 3;
/** Of one seed: the file has all. */
const PROBLEMS_TOLD = 3;

class Tally {
  runs = 0;
  uncounted = 0;
  illegal = 0;
  unknown = 0;
  otherProblems = 0;
  operations = 0;
  searchedOperations = 0;
  denseKeys = 0;
  unknownOutcomes = 0;
  planted = 0;
  missed = 0;
  readonly bySize = new Map<number, number>();
  readonly fired = new Map<string, number>();

  add(seed: number, { run, examination, problems }: ExaminedRun): void {
    const { illegal, unknown, missed, planted, searchedOperations, tooDense } = examination;
    this.runs += 1;
    this.illegal += illegal;
    this.unknown += unknown;
    if (problems.length > 0 && illegal + unknown + missed.length === 0) this.otherProblems += 1;
    this.operations += run.history.length;
    this.searchedOperations += searchedOperations;
    this.denseKeys += tooDense;
    this.unknownOutcomes += run.unknownOutcomes;
    this.planted += planted;
    this.missed += missed.length;
    this.bySize.set(nodesOf(seed), (this.bySize.get(nodesOf(seed)) ?? 0) + 1);
    for (const kind of run.fired) this.fired.set(kind, (this.fired.get(kind) ?? 0) + 1);
  }
}

export const gate: Gate = async (options) => {
  const goal = options.long ? LONG_RUN : EVERY_CHANGE;
  const seeds = seedsToRun(options.long, goal.runs);
  const tally = new Tally();
  const queue = [...seeds];
  const startedAt = performance.now();
  const work = async (): Promise<void> => {
    for (let seed = queue.shift(); seed !== undefined; seed = queue.shift()) {
      if (performance.now() - startedAt > goal.limitMs) return;
      await runSeed(seed, goal, tally, options);
      options.progress(`${tally.runs} of ${seeds.length} runs, ${tally.operations.toLocaleString('en-US')} operations`);
    }
  };
  await Promise.all(Array.from({ length: RUNS_AT_ONCE }, work));
  options.tell(`faults that fired: ${JSON.stringify(Object.fromEntries([...tally.fired].sort()))}`);
  return [rowOf(tally, seeds.length, goal, performance.now() - startedAt)];
};

function seedsToRun(long: boolean, runs: number): number[] {
  const given = process.env['CONCLAVE_SEEDS'];
  if (given !== undefined) return given.split(',').map(Number);
  const first = long ? Date.now() % SEED_STRIDE : 1;
  return Array.from({ length: runs }, (_, number) => first + number);
}

async function runSeed(first: number, goal: Goal, tally: Tally, { long, tell }: GateOptions): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const seed = first + attempt * SEED_STRIDE;
    const replay = `CONCLAVE_SEEDS=${seed} npm run proof -- --only threads${long ? ' --long' : ''}`;
    const log: string[] = [];
    try {
      const result = await examineSeed({
        seed,
        operations: Math.ceil(goal.operations * SPARE_OPERATIONS),
        log: (line) => log.push(line),
      });
      const counts = result.run.fired.length >= FAULTS_A_RUN && result.run.history.length >= goal.operations;
      for (const problem of result.problems.slice(0, PROBLEMS_TOLD)) tell(`seed ${seed}: ${problem}`);
      if (result.problems.length > 0) tell(`${replay}; recorded in ${keep(seed, result, log)}`);
      if (counts || result.problems.length > 0) {
        tally.add(seed, result);
        return;
      }
    } catch (error) {
      tally.otherProblems += 1;
      tell(`seed ${seed}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n${replay}`);
      tell(log.join('\n'));
      return;
    }
  }
  tally.uncounted += 1;
}

/** What a seed cannot bring back: how threads and time met. */
function keep(seed: number, { run, problems }: ExaminedRun, log: readonly string[]): string {
  const path = join(mkdtempSync(join(tmpdir(), 'conclave-history-')), `${seed}.json`);
  writeFileSync(path, JSON.stringify({ seed, problems, log, history: run.history }, null, 1));
  return path;
}

function rowOf(tally: Tally, wanted: number, goal: Goal, elapsedMs: number): GateRow {
  const { runs, illegal, unknown, otherProblems, missed, bySize } = tally;
  const isSound =
    tally.uncounted === 0 && illegal + unknown + otherProblems + missed === 0 && tally.planted > 0 && runs > 0;
  const amount = (value: number): string => value.toLocaleString('en-US');
  const sizes = [...bySize].sort(([a], [b]) => a - b).map(([nodes, count]) => `${count} of ${nodes} nodes`);
  return {
    gate: 'G8',
    goal:
      `linearizable under real thread kills: at least ${amount(wanted)} runs x ${amount(goal.operations)} ` +
      `operations x ${FAULTS_A_RUN} faults, a third each at 3, 5 and 7 nodes; 0 illegal, 0 unknown verdicts`,
    reached:
      `${amount(runs)} runs (${sizes.join(', ')}), ${amount(tally.operations)} operations, ` +
      `${amount([...tally.fired.values()].reduce((sum, count) => sum + count, 0))} faults fired, ` +
      `${amount(tally.unknownOutcomes)} outcomes looked up; ${illegal} illegal, ${unknown} unknown verdicts, ` +
      `${otherProblems} other failures; ${amount(tally.searchedOperations)} operations also searched, same verdicts ` +
      `(${tally.denseKeys} keys too dense for the search); ${amount(tally.planted)} planted violations, ` +
      `${missed} not found; ${Math.round(elapsedMs / 1000)} s`,
    anchor: 'etcd robustness: 2-3 s around one failpoint, 1 or 3 nodes, time-out verdicts possible',
    passed: isSound && runs >= wanted,
    isShort: isSound,
  };
}
