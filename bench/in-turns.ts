/**
 * Contenders measured in turns, each several times, so that all see the same machine while it drifts; and the figures
 * made of such turns: a rate with its spread and percentiles, and a ratio taken turn by turn.
 */
import { runClosedLoop, type LoopResult } from './closed-loop.js';
import { median, quantity, type Figure } from './figure.js';
import { percentilesOf } from './latency.js';

export interface Turns {
  readonly rounds: number;
  readonly runMs: number;
  /** Before the first round, for each contender. */
  readonly warmUpMs: number;
}

/** What a contender does under so many clients for so long. */
export type Contender = (clients: number, durationMs: number) => Promise<LoopResult>;

/** Of each run, what another one's rest may disturb: not measured. */
const settleShare = 0.15;

export function contender(call: () => Promise<unknown>): Contender {
  return (clients, durationMs) => runClosedLoop(clients, durationMs, call);
}

export async function inTurns<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  clients: number,
  { rounds, runMs, warmUpMs }: Turns,
): Promise<Record<Name, LoopResult[]>> {
  const names = Object.keys(contenders) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, LoopResult[]>;
  for (const name of names) await contenders[name](clients, warmUpMs);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      await contenders[name](clients, runMs * settleShare);
      results[name].push(await contenders[name](clients, runMs));
    }
  }
  return results;
}

export function rateFigure(name: string, results: readonly LoopResult[], more: Partial<Figure> = {}): Figure {
  const repeats = results.map(({ operationsPerSecond }) => operationsPerSecond);
  const latency = percentilesOf(results.map(({ latencyNs }) => latencyNs));
  const cpu = `CPU ${quantity(median(results.map(({ cpuUs }) => cpuUs)), 'µs')}`;
  const note = more.note === undefined ? cpu : `${cpu}; ${more.note}`;
  return { name, value: median(repeats), unit: 'ops/s', repeats, latency, ...more, note };
}

export function medianFigure(name: string, results: readonly LoopResult[], more: Partial<Figure> = {}): Figure {
  const repeats = results.map(({ medianUs }) => medianUs);
  const latency = percentilesOf(results.map(({ latencyNs }) => latencyNs));
  return { name, value: median(repeats), unit: 'µs', repeats, latency, note: '', ...more };
}

/** The median of the ratios of each turn. */
export function ratios(
  of: readonly LoopResult[],
  to: readonly LoopResult[],
  pick: (result: LoopResult) => number,
): { value: number; repeats: number[] } {
  const repeats = of.map((result, turn) => pick(result) / (to[turn] === undefined ? Number.NaN : pick(to[turn])));
  return { value: median(repeats), repeats };
}

export const rateOf = ({ operationsPerSecond }: LoopResult): number => operationsPerSecond;
export const medianOf = ({ medianUs }: LoopResult): number => medianUs;

/** A share of the other's rate. */
export function shareFigure(
  name: string,
  of: readonly LoopResult[],
  to: readonly LoopResult[],
  more: Partial<Figure> = {},
): Figure {
  const { value, repeats } = ratios(of, to, rateOf);
  return { name, value: value * 100, unit: '%', repeats: repeats.map((ratio) => ratio * 100), note: '', ...more };
}

export function countText(clients: number): string {
  return `${clients.toLocaleString('en-US')} ${clients === 1 ? 'client' : 'clients'}`;
}
