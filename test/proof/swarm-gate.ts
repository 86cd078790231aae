/**
 * Swarm simulation (G1, G2, G3, G4, G7): whole clusters under drawn faults on a virtual clock, the shipped core, log
 * and state machines in them. Until the goals are reached, or the time is up; then with the counts reached.
 */
import { replayCommand } from '../../src/simulation/command/replay.js';
import { runSwarm } from '../../src/simulation/command/threads.js';
import { FAULT_KINDS } from '../../src/simulation/faults.js';
import { simulateSeed } from '../../src/simulation/seed.js';
import { shrink } from '../../src/simulation/shrink.js';
import { checksRun, type Totals } from '../../src/simulation/totals.js';
import type { Gate, GateOptions, GateRow } from './gate.js';

const GOALS = {
  change: { seeds: 5_000, events: 100e6, minutes: 6, from: 1 },
  long: { seeds: 100_000, events: 2e9, minutes: 300, from: 1_000_000 },
} as const;
const THREADS = 2;
const REPEAT_ONE_IN = 10;
const MINIMUM_KINDS = 24;
const MINIMUM_SHARE = 0.01;
const MINIMUM_INVARIANTS = 25;
const MOST_FAILURES = 3;
const STEPS_TOLD = 40;
/** Kept back from the time for the last seeds, and for shrinking one that fails. */
const RESERVE_MS = 10_000;

export const gate: Gate = async (options) => {
  const goal = options.long ? GOALS.long : GOALS.change;
  const startedMs = performance.now();
  const deadlineMs = startedMs + goal.minutes * 60_000 - RESERVE_MS;
  const totals = await runSwarm({
    from: goal.from,
    nodes: null,
    threads: THREADS,
    repeatOneIn: REPEAT_ONE_IN,
    goesOn: ({ counted, events, failures }) =>
      (counted < goal.seeds || events < goal.events) &&
      failures.length < MOST_FAILURES &&
      performance.now() < deadlineMs,
    onResult: ({ counted, events }) => {
      const seconds = (performance.now() - startedMs) / 1000;
      options.progress(`${counted} seeds, ${millions(events)} M events, ${Math.round(events / seconds)} a second`);
    },
  });
  tellFailures(totals, options, deadlineMs + RESERVE_MS);
  return rows(totals, goal);
};

function tellFailures({ failures }: Totals, { tell }: GateOptions, deadlineMs: number): void {
  for (const { seed, message } of failures) {
    tell(`seed ${seed}: ${message}`);
    tell(`  ${replayCommand(seed)}`);
    const shrunk = shrink(simulateSeed, { seed }, () => performance.now() < deadlineMs);
    if (shrunk === null) continue;
    for (const step of shrunk.steps.slice(0, STEPS_TOLD)) tell(`    ${step}`);
    if (shrunk.steps.length > STEPS_TOLD) tell(`    and ${shrunk.steps.length - STEPS_TOLD} more`);
    tell(`  ${replayCommand(seed, null, shrunk.only)}`);
  }
}

function rows(totals: Totals, goal: { readonly seeds: number; readonly events: number }): GateRow[] {
  const { seeds, counted, events, failures, majorities, repeated } = totals;
  const none = failures.length === 0;
  const often = FAULT_KINDS.filter((kind) => totals.faults[kind] >= seeds * MINIMUM_SHARE);
  const rarest = Math.min(...FAULT_KINDS.map((kind) => totals.faults[kind])) / Math.max(1, seeds);
  const checked = Object.values(totals.checks).filter((count) => count > 0).length;
  const live = failures.filter(({ check }) => check.startsWith('liveness')).length;
  const unequal = failures.filter(({ check }) => check === 'determinism').length;
  return [
    {
      gate: 'G1',
      goal: `${goal.seeds.toLocaleString('en')} seeds, ${millions(goal.events)} M events, 1 to 7 nodes, no violation`,
      reached: `${counted.toLocaleString('en')} seeds, ${millions(events)} M events, ${failures.length} violations`,
      anchor: 'Kafka KRaft: 700 simulations; openraft: 5 x 10,000 steps',
      passed: none && counted >= goal.seeds && events >= goal.events,
      isShort: none,
    },
    {
      gate: 'G2',
      goal: `${MINIMUM_KINDS} kinds of fault, each in 1 % of the seeds`,
      reached: `${often.length} of ${FAULT_KINDS.length} kinds; the rarest in ${(rarest * 100).toFixed(1)} %`,
      anchor: 'TigerBeetle VOPR: 16',
      passed: often.length >= MINIMUM_KINDS && often.length === FAULT_KINDS.length,
    },
    {
      gate: 'G3',
      goal: `${MINIMUM_INVARIANTS} invariants after every event`,
      reached: `${checked} invariants, ${millions(checksRun(totals))} M checks`,
      anchor: 'openraft: 12 a tick; etcd TLA+: 8',
      passed: checked >= MINIMUM_INVARIANTS && none,
    },
    {
      gate: 'G4',
      goal: 'a majority healed among broken nodes commits in 10 time-outs; all healed: equal states; each seed',
      reached: `${majorities} of ${seeds} seeds, slowest ${totals.slowestMajority.toFixed(1)}; ${live} stuck`,
      anchor: 'TigerBeetle VOPR and openraft do so',
      passed: live === 0 && majorities === seeds,
    },
    {
      gate: 'G7',
      goal: 'one seed in ten runs again, in another thread: equal hashes',
      reached: `${repeated} seeds, ${unequal} unequal`,
      anchor: 'etcd robustness tests: none',
      passed: unequal === 0 && repeated >= Math.floor(seeds / REPEAT_ONE_IN) && repeated > 0,
    },
  ];
}

function millions(events: number): string {
  return (events / 1e6).toFixed(1);
}
