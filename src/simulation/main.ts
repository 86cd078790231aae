/**
 * The command that runs seeds, and replays one: `--seeds N --from S --nodes 1..7`, or `--replay SEED`, which prints
 * what happened up to the failure. Exit code 1 when a seed fails, 2 for arguments that make no sense.
 */
import { parseArgs } from 'node:util';
import type { FaultCounts, FaultKind } from './faults.js';
import { countFault } from './faults.js';
import { replayCommand } from './replay.js';
import { counts, simulate, type SimulationResult } from './simulation.js';

const DEFAULT_SEEDS = '1000';
const LAST_LINES = 200;

function readArguments() {
  try {
    return parseArgs({
      options: {
        seeds: { type: 'string', default: DEFAULT_SEEDS },
        from: { type: 'string', default: '1' },
        nodes: { type: 'string' },
        replay: { type: 'string' },
        lines: { type: 'string', default: String(LAST_LINES) },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

const values = readArguments();

function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return value;
  process.stderr.write(`--${name} takes a whole number from ${minimum} to ${maximum}, not ${text}\n`);
  process.exit(2);
}

function replay(seed: number, options: { readonly nodes?: number }): boolean {
  const kept = wholeNumber('lines', values.lines, 0, 10_000_000);
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
    if (lines.length > kept * 2) lines.splice(0, kept);
  };
  const result = simulate({ seed, ...options, log });
  if (kept > 0) process.stdout.write(`${lines.slice(-kept).join('\n')}\n`);
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`);
  return result.failure === undefined;
}

function runMany(options: { readonly nodes?: number }): boolean {
  const seeds = wholeNumber('seeds', values.seeds, 1, 0xffff_ffff);
  const from = wholeNumber('from', values.from, 0, 0xffff_ffff);
  const startedMs = performance.now();
  const faults: FaultCounts = {};
  let events = 0;
  let counted = 0;
  let failed = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const result = simulate({ seed, ...options });
    events += result.events;
    if (counts(result)) counted += 1;
    for (const kind of Object.keys(result.faults) as FaultKind[]) countFault(faults, kind, result.faults[kind]);
    if (result.failure === undefined) continue;
    failed += 1;
    describeFailure(result, options);
  }
  const seconds = (performance.now() - startedMs) / 1000;
  process.stdout.write(
    `${seeds} seeds, ${counted} counted, ${failed} failed; ${events} events in ${seconds.toFixed(1)} s, ` +
      `${Math.round(events / seconds)} a second\nfaults: ${JSON.stringify(faults)}\n`,
  );
  return failed === 0;
}

function describeFailure({ seed, failure }: SimulationResult, options: { readonly nodes?: number }): void {
  process.stdout.write(`seed ${seed}: ${failure?.message ?? ''}\n  ${replayCommand(seed, options.nodes)}\n`);
}

const options = values.nodes === undefined ? {} : { nodes: wholeNumber('nodes', values.nodes, 1, 7) };
const passed =
  values.replay === undefined
    ? runMany(options)
    : replay(wholeNumber('replay', values.replay, 0, 0xffff_ffff), options);
process.exitCode = passed ? 0 : 1;
