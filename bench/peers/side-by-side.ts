/**
 * Conclave and a peer under the same closed loop: runs with what they cost in CPU time, and the figures made of them.
 * A run is warmed up first; CPU time is that of all processes which take part, so it stays comparable on a machine
 * that has something else to do.
 */
import { runClosedLoop, type LoopResult } from '../closed-loop.js';
import { median, quantity, type Figure } from '../figure.js';
import type { ServerProcesses } from './server-processes.js';

export interface Run extends LoopResult {
  /** An operation's share of this process: all of Conclave, or the peer's client. */
  readonly ownCpuUs: number;
  /** An operation's share of the peer's servers; null where there are none, or the platform does not tell. */
  readonly serversCpuUs: number | null;
}

export interface Load {
  readonly clients: number;
  readonly warmUpMs: number;
  readonly runMs: number;
}

export async function warmAndRun(load: Load, call: () => Promise<unknown>, servers?: ServerProcesses): Promise<Run> {
  await runClosedLoop(load.clients, load.warmUpMs, call);
  let calls = 0;
  const counted = (): Promise<unknown> => {
    calls += 1;
    return call();
  };
  const own = process.cpuUsage();
  const serversBeforeMs = servers?.cpuMs() ?? null;
  const result = await runClosedLoop(load.clients, load.runMs, counted);
  const { user, system } = process.cpuUsage(own);
  const serversAfterMs = servers?.cpuMs() ?? null;
  const serversMs = serversBeforeMs === null || serversAfterMs === null ? null : serversAfterMs - serversBeforeMs;
  return {
    ...result,
    ownCpuUs: (user + system) / calls,
    serversCpuUs: serversMs === null ? null : (serversMs * 1000) / calls,
  };
}

export interface Comparison {
  /** The work, with its conditions. */
  readonly work: string;
  readonly peer: string;
  readonly ofConclave: readonly Run[];
  readonly ofPeer: readonly Run[];
  /** Times the peer's rate; absent where there is no goal. */
  readonly timesAtLeast?: number;
}

/** Both rates, and the ratio of their medians. */
export function compareRates({ work, peer, ofConclave, ofPeer, timesAtLeast }: Comparison): Figure[] {
  const rate = (runs: readonly Run[]): number => median(runs.map(({ operationsPerSecond }) => operationsPerSecond));
  const goal = timesAtLeast === undefined ? {} : { goal: { atLeast: timesAtLeast } };
  return [
    { name: `${work}: ${peer}`, value: rate(ofPeer), unit: 'ops/s', note: noteOf(ofPeer) },
    { name: `${work}: Conclave`, value: rate(ofConclave), unit: 'ops/s', note: noteOf(ofConclave) },
    {
      name: `${work}: Conclave, in times of ${peer}`,
      value: rate(ofConclave) / rate(ofPeer),
      unit: 'x',
      ...goal,
      note: `CPU time of an operation there and here: ${quantity(cpuUs(ofPeer) / cpuUs(ofConclave), 'x')}`,
    },
  ];
}

function cpuUs(runs: readonly Run[]): number {
  return median(runs.map(({ ownCpuUs, serversCpuUs }) => ownCpuUs + (serversCpuUs ?? 0)));
}

function noteOf(runs: readonly Run[]): string {
  const of = (field: (run: Run) => number): string => quantity(median(runs.map(field)), 'µs');
  const servers = runs.some(({ serversCpuUs }) => serversCpuUs !== null);
  const cpu = servers
    ? `CPU: client ${of((run) => run.ownCpuUs)}, servers ${of((run) => run.serversCpuUs ?? 0)}`
    : `CPU ${of((run) => run.ownCpuUs)}`;
  return `median ${of((run) => run.medianUs)}, p99 ${of((run) => run.p99Us)}; ${cpu}`;
}
