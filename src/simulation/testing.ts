/**
 * `conclave/testing`: runs a user's own state machine in simulated clusters of the shipped code, under all faults that
 * the simulator knows, and compares what the nodes come to. Deterministic: a seed that fails fails again.
 */
import { ClusterError } from '../errors.js';
import type { StateMachine } from '../state-machine/state-machine.js';
import { formatNumbers, parseNumbers, shrink } from './shrink.js';
import { simulate as simulateOne, type SimulationOptions } from './simulation.js';
import { addResult, checksRun, createTotals } from './totals.js';
import { hostUserWorkload, type Draw, type UserWorkload } from './user-workload.js';

export type { Draw, StateMachine };

export interface SimulateOptions<Machine extends StateMachine = StateMachine> extends UserWorkload<Machine> {
  /** Makes an empty state machine. Called for each start of each node: what they share is not replicated. */
  readonly stateMachine: () => Machine;
  /** The next operation of some client, as the bytes that `apply` gets. */
  readonly operations: (random: Draw) => Uint8Array;
  /** By name; asked after operations were applied and after a snapshot was restored. */
  readonly invariants?: Readonly<Record<string, (machine: Machine) => boolean>>;
  /** How many, 100 by default; the first that fails is the last. */
  readonly seeds?: number;
  /** The first, 1 by default. */
  readonly from?: number;
  /** 1 to 7; drawn by default. */
  readonly nodes?: number;
  /** Of a replay: nothing else is done to the cluster than the actions with these numbers. */
  readonly only?: string;
  /** Receives one line for each thing that happens. */
  readonly log?: (line: string) => void;
}

export interface SimulateReport {
  readonly seeds: number;
  /** Deliveries, timers, completed writes, actions from outside. */
  readonly events: number;
  /** Entries committed. */
  readonly commits: number;
  /** In how many seeds each kind of fault fired. */
  readonly faults: Readonly<Record<string, number>>;
  /** Of the built-in checks. */
  readonly checks: number;
  readonly failure?: SimulateFailure;
}

export interface SimulateFailure {
  readonly seed: number;
  /** What does not hold: `equal states`, `equal answers`, `exactly once`, `invariant: <name>` and others. */
  readonly check: string;
  readonly message: string;
  /** What was done to the cluster, as far as the failure needs it. */
  readonly steps: readonly string[];
  /** `simulate({ ...options, ...replay })` fails in the same way. */
  readonly replay: { readonly from: number; readonly seeds: 1; readonly only?: string };
}

const DEFAULT_SEEDS = 100;
const MAXIMUM_NODES = 7;

export function simulate<Machine extends StateMachine>(options: SimulateOptions<Machine>): SimulateReport {
  const { seeds = DEFAULT_SEEDS, from = 1, nodes, log } = options;
  checkNumber('seeds', seeds, 1);
  checkNumber('from', from, 0);
  if (nodes !== undefined) checkNumber('nodes', nodes, 1, MAXIMUM_NODES);
  const only = options.only === undefined ? undefined : parseOnly(options.only);
  const common = {
    workload: hostUserWorkload(options),
    ...(nodes === undefined ? {} : { nodes }),
    ...(only === undefined ? {} : { only }),
  };
  const totals = createTotals();
  let failure: SimulateFailure | undefined;
  for (let seed = from; seed < from + seeds && failure === undefined; seed += 1) {
    const result = simulateOne({ ...common, seed, ...(log === undefined ? {} : { log }) });
    addResult(totals, result);
    if (result.failure !== undefined) failure = explain({ ...common, seed }, result.failure);
  }
  return {
    seeds: totals.seeds,
    events: totals.events,
    commits: totals.commits,
    faults: totals.faults,
    checks: checksRun(totals),
    ...(failure === undefined ? {} : { failure }),
  };
}

function explain(options: SimulationOptions, { check, message }: { check: string; message: string }): SimulateFailure {
  const { seed } = options;
  const shrunk = options.only === undefined ? shrink(simulateOne, options) : null;
  const kept = shrunk?.only ?? (options.only === undefined ? null : [...options.only]);
  const replay = { from: seed, seeds: 1 as const, ...(kept === null ? {} : { only: formatNumbers(kept) }) };
  const steps = shrunk?.steps ?? [];
  return { seed, check, message: shrunk?.result.failure?.message ?? message, steps, replay };
}

function parseOnly(text: string): ReadonlySet<number> {
  const numbers = parseNumbers(text);
  if (numbers === undefined) throw new ClusterError('InvalidArgument', `only takes numbers as in 3,7-9, not ${text}`);
  return numbers;
}

function checkNumber(name: string, value: number, minimum: number, maximum = 0xffff_ffff): void {
  if (Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new ClusterError('InvalidArgument', `${name} takes a whole number from ${minimum} to ${maximum}, not ${value}`);
}
