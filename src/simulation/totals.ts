/** What many seeds came to. */
import { INVARIANTS, noCounts, type CheckCounts } from './checks/violation.js';
import { FAULT_KINDS, type FaultKind } from './faults.js';
import { counts, type SimulationResult } from './simulation.js';

export interface FailedSeed {
  readonly seed: number;
  /** `determinism`: the same seed gave another trace. */
  readonly check: string;
  readonly message: string;
}

export interface Totals {
  seeds: number;
  /** Those with enough commits, in which a fault fired. */
  counted: number;
  events: number;
  commits: number;
  /** In how many seeds each kind fired. */
  readonly faults: Record<FaultKind, number>;
  readonly checks: CheckCounts;
  /** Seeds with a healed majority among broken nodes, and the longest that one needed, in election time-outs. */
  majorities: number;
  slowestMajority: number;
  /** Seeds that ran again, in another thread where there is one. */
  repeated: number;
  readonly failures: FailedSeed[];
}

export function createTotals(): Totals {
  return {
    seeds: 0,
    counted: 0,
    events: 0,
    commits: 0,
    faults: Object.fromEntries(FAULT_KINDS.map((kind) => [kind, 0])) as Record<FaultKind, number>,
    checks: noCounts(),
    majorities: 0,
    slowestMajority: 0,
    repeated: 0,
    failures: [],
  };
}

export function addResult(totals: Totals, result: SimulationResult): void {
  totals.seeds += 1;
  if (counts(result)) totals.counted += 1;
  totals.events += result.events;
  totals.commits += result.committed;
  for (const kind of FAULT_KINDS) if (result.faults[kind] !== undefined) totals.faults[kind] += 1;
  for (const check of INVARIANTS) totals.checks[check] += result.checks[check];
  if (result.majority !== null) {
    totals.majorities += 1;
    totals.slowestMajority = Math.max(totals.slowestMajority, result.majority.timeouts);
  }
  const { failure, seed } = result;
  if (failure !== undefined) totals.failures.push({ seed, check: failure.check, message: failure.message });
}

export function addRepetition(totals: Totals, first: SimulationResult, second: SimulationResult): void {
  totals.repeated += 1;
  if (first.traceHash === second.traceHash && first.events === second.events) return;
  const message = `determinism: trace ${first.traceHash}, and ${second.traceHash} in another thread`;
  totals.failures.push({ seed: first.seed, check: 'determinism', message });
}

export function checksRun({ checks }: Totals): number {
  return INVARIANTS.reduce((sum, check) => sum + checks[check], 0);
}
