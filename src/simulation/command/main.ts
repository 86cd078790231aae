/**
 * The command that runs the swarm, or replays one seed. Exit code 1 when a seed fails, after what makes it fail as a
 * short list and the command that replays it; 2 for arguments that make no sense; 130 after Ctrl-C, with the summary so
 * far.
 */
import { endWithReader } from '../../closed-output.js';
import { simulateSeed } from '../seed.js';
import { shrink } from '../shrink.js';
import { checksRun, type FailedSeed, type Totals } from '../totals.js';
import { readArguments, USAGE, type Arguments } from './arguments.js';
import { replayCommand } from './replay.js';
import { runSwarm } from './threads.js';

const REPEAT_ONE_IN = 10;
/** A code that fails everywhere need not be shown to. */
const MOST_FAILURES = 10;
const SHRINKING_MS = 60_000;
const INTERRUPTED = 130;
const CLEAR_LINE = '\r\u001b[2K';
const PROGRESS_MS = 200;

function replay({ replay: seed, nodes, only, lines: kept }: Arguments): boolean {
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
    if (lines.length > kept * 2) lines.splice(0, kept);
  };
  const result = simulateSeed({ ...seedOptions(seed ?? 0, nodes), ...(only === null ? {} : { only }), log });
  if (kept > 0) process.stdout.write(`${lines.slice(-kept).join('\n')}\n`);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return result.failure === undefined;
}

function seedOptions(seed: number, nodes: Arguments['nodes']) {
  return nodes === null ? { seed } : { seed, nodes };
}

async function runMany(given: Arguments): Promise<boolean> {
  const startedMs = performance.now();
  const deadlineMs = startedMs + given.minutes * 60_000;
  const interrupt = new AbortController();
  process.on('SIGINT', () => {
    if (interrupt.signal.aborted) process.exit(INTERRUPTED);
    interrupt.abort();
  });
  let begun = 0;
  let shownMs = 0;
  const totals = await runSwarm({
    ...given,
    repeatOneIn: REPEAT_ONE_IN,
    goesOn: ({ failures }) => {
      if (interrupt.signal.aborted || performance.now() >= deadlineMs || failures.length >= MOST_FAILURES) return false;
      begun += 1;
      return begun <= given.seeds;
    },
    onResult: (sofar) => {
      if (!process.stderr.isTTY || performance.now() - shownMs < PROGRESS_MS) return;
      shownMs = performance.now();
      process.stderr.write(`${CLEAR_LINE}${progressOf(sofar, (shownMs - startedMs) / 1000)}`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write(CLEAR_LINE);
  const seconds = (performance.now() - startedMs) / 1000;
  for (const failure of totals.failures) describeFailure(failure, given);
  process.stdout.write(given.json ? `${JSON.stringify(toJson(totals, seconds, given))}\n` : summaryOf(totals, seconds));
  if (interrupt.signal.aborted) process.exitCode = INTERRUPTED;
  return totals.failures.length === 0;
}

function progressOf({ seeds, events, failures }: Totals, seconds: number): string {
  const failed = failures.length === 0 ? '' : `, ${failures.length} failed`;
  return `${seeds} seeds, ${(events / 1e6).toFixed(1)} M events, ${Math.round(events / seconds)} a second${failed}`;
}

function summaryOf(totals: Totals, seconds: number): string {
  const { seeds, counted, events, commits, majorities, repeated, faults, failures } = totals;
  const share = (kind: number): string => `${((100 * kind) / Math.max(1, seeds)).toFixed(1).padStart(6)} %`;
  const fired = Object.entries(faults).map(([kind, times]) => `${share(times)}  ${kind}`);
  return [
    `faults, in how many of the seeds each kind fired:`,
    ...fired,
    `${seeds} seeds, ${counted} counted, ${failures.length} failed`,
    `${events} events and ${commits} commits in ${seconds.toFixed(1)} s, ${Math.round(events / seconds)} a second`,
    `${checksRun(totals)} checks; ${majorities} healed majorities, the slowest commit after ` +
      `${totals.slowestMajority.toFixed(1)} election time-outs; ${repeated} seeds ran again in another thread\n`,
  ].join('\n');
}

function toJson(totals: Totals, seconds: number, { nodes }: Arguments) {
  return {
    ...totals,
    checksRun: checksRun(totals),
    seconds,
    failures: totals.failures.map((failure) => ({ ...failure, replay: replayCommand(failure.seed, nodes) })),
  };
}

/** In JSON all but the object goes to where people look. */
function describeFailure({ seed, message }: FailedSeed, { nodes, json }: Arguments): void {
  const out = json ? process.stderr : process.stdout;
  out.write(`seed ${seed}: ${message}\n  ${replayCommand(seed, nodes)}\n`);
  const startedMs = performance.now();
  const shrunk = shrink(simulateSeed, seedOptions(seed, nodes), () => performance.now() - startedMs < SHRINKING_MS);
  if (shrunk === null) return;
  out.write(`  ${shrunk.steps.length} actions are enough, found in ${shrunk.attempts} attempts:\n`);
  for (const step of shrunk.steps) out.write(`    ${step}\n`);
  out.write(`  ${replayCommand(seed, nodes, shrunk.only)}\n`);
}

endWithReader('simulate');
const given = readArguments(process.argv.slice(2));
if (typeof given === 'string') {
  process.stderr.write(`${given}\n\n${USAGE}`);
  process.exitCode = 2;
} else if (given.help) {
  process.stdout.write(USAGE);
} else {
  const passed = given.replay === null ? await runMany(given) : replay(given);
  process.exitCode ??= passed ? 0 : 1;
}
