/**
 * Conclave and a peer under the same closed loop: runs with what they cost in CPU time, and the figures made of them.
 * A run is warmed up first; CPU time is that of all processes which take part, so it stays comparable on a machine
 * that has something else to do.
 */
import type { ChartPoint } from '../chart-list.js';
import { runClosedLoop, type LoopResult } from '../closed-loop.js';
import { median, quantity, type Figure } from '../figure.js';
import { rateFigure, rateOf, ratios } from '../in-turns.js';
import type { ServerProcesses } from './server-processes.js';

/** `cpuUs` is that of this process: all of Conclave, or the peer's client. */
export interface Run extends LoopResult {
  /** An operation's share of the peer's servers; null where there are none, or the platform does not tell. */
  readonly serversCpuUs: number | null;
}

export interface Load {
  readonly clients: number;
  readonly warmUpMs: number;
  readonly runMs: number;
}

const FIRST_WARM_UP_MS = 1000;
/** A lone client runs one turn an operation, and thousands of turns have to pass before their code is compiled. */
const LONE_WARM_UP_MS = 1500;

/** Most clients first, with a warm-up that is long enough for all that share turns. */
export function loadsOf(counts: readonly number[], runMs: number): Load[] {
  return counts.map((clients, place) => {
    const warmUpMs = place === 0 ? Math.max(runMs, FIRST_WARM_UP_MS) : runMs / 4;
    return { clients, warmUpMs: clients === 1 ? Math.max(2 * runMs, LONE_WARM_UP_MS) : warmUpMs, runMs };
  });
}

export async function runLoads(
  loads: readonly Load[],
  call: () => Promise<unknown>,
  servers?: ServerProcesses,
): Promise<Run[]> {
  const runs: Run[] = [];
  for (const load of loads) runs.push(await runLoad(load, call, servers));
  return runs;
}

export async function runLoad(load: Load, call: () => Promise<unknown>, servers?: ServerProcesses): Promise<Run> {
  await runClosedLoop(load.clients, load.warmUpMs, call);
  const beforeMs = servers?.cpuMs() ?? null;
  const result = await runClosedLoop(load.clients, load.runMs, call);
  const afterMs = servers?.cpuMs() ?? null;
  const serversMs = beforeMs === null || afterMs === null ? null : afterMs - beforeMs;
  return { ...result, serversCpuUs: serversMs === null ? null : (serversMs * 1000) / result.latencyNs.count };
}

export interface Comparison {
  /** The work, with its conditions. */
  readonly work: string;
  readonly peer: string;
  /** By round. */
  readonly ofConclave: readonly Run[];
  readonly ofPeer: readonly Run[];
  /** Times the peer's rate; absent where there is no goal. */
  readonly timesAtLeast?: number;
  readonly charts?: { readonly ofConclave?: ChartPoint; readonly ofPeer: ChartPoint };
}

/** The peer's rate, Conclave's, and their ratio. */
export function compareRates({ work, peer, ofConclave, ofPeer, timesAtLeast, charts }: Comparison): Figure[] {
  const goal = timesAtLeast === undefined ? {} : { goal: { atLeast: timesAtLeast } };
  const chartOf = (chart: ChartPoint | undefined): Partial<Figure> => (chart === undefined ? {} : { chart });
  return [
    rateFigure(`${work}: ${peer}`, ofPeer, { ...chartOf(charts?.ofPeer), ...serversNote(ofPeer) }),
    rateFigure(`${work}: Conclave`, ofConclave, chartOf(charts?.ofConclave)),
    {
      name: `${work}: times ${peer}`,
      unit: 'x',
      ...ratios(ofConclave, ofPeer, rateOf),
      ...goal,
      note: `an operation there costs ${quantity(cpuUs(ofPeer) / cpuUs(ofConclave), 'x')} the CPU time`,
    },
  ];
}

function cpuUs(runs: readonly Run[]): number {
  return median(runs.map((run) => run.cpuUs + (run.serversCpuUs ?? 0)));
}

/** How busy the client is tells whether it or the servers are the limit. */
function serversNote(runs: readonly Run[]): Partial<Figure> {
  if (runs.every(({ serversCpuUs }) => serversCpuUs === null)) return {};
  const busyPercent = median(runs.map((run) => (run.cpuUs * run.operationsPerSecond) / 1e4));
  const serversUs = median(runs.map(({ serversCpuUs }) => serversCpuUs ?? 0));
  const client = `that is the client, ${quantity(busyPercent, '%')} of a core`;
  return { note: `${client}; the servers ${quantity(serversUs, 'µs')} more` };
}

/** What each run of each round did under a load, where loads are many. */
export function ofLoad(rounds: readonly (readonly Run[])[], load: number): Run[] {
  return rounds.flatMap((runs) => runs[load] ?? []);
}
