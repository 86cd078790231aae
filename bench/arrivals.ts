/**
 * An open loop: calls arrive at a fixed rate, at times that are fixed beforehand, however long the answers take, and
 * each latency counts from the intended arrival. A stall is therefore seen by every call that would have arrived
 * meanwhile, where a closed loop sees it once ("coordinated omission").
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RecordableHistogram } from 'node:perf_hooks';
import { ClusterError } from '../src/index.js';
import { histogramOf } from './latency.js';

export interface ArrivalsResult {
  /** Answered, by the second of the whole run. */
  readonly operationsPerSecond: number;
  readonly latencyNs: RecordableHistogram;
  /** How late the calls were issued: what this loop itself adds, or what a blocked host thread does. */
  readonly latenessNs: RecordableHistogram;
  /** Not among the latencies. */
  readonly refused: number;
}

export async function runArrivals(
  ratePerSecond: number,
  durationMs: number,
  call: () => Promise<unknown>,
): Promise<ArrivalsResult> {
  const count = Math.round((ratePerSecond * durationMs) / 1000);
  const latenciesMs: number[] = [];
  const latenessMs: number[] = [];
  let refused = 0;
  const arrive = async (intendedAt: number): Promise<void> => {
    latenessMs.push(performance.now() - intendedAt);
    try {
      await call();
      latenciesMs.push(performance.now() - intendedAt);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      refused += 1;
    }
  };
  const startedAt = performance.now();
  const arrived: Promise<void>[] = [];
  while (arrived.length < count) {
    const now = performance.now();
    for (;;) {
      const intendedAt = startedAt + (arrived.length * 1000) / ratePerSecond;
      if (intendedAt > now || arrived.length === count) break;
      arrived.push(arrive(intendedAt));
    }
    await nextTurn(); // a timer would be a millisecond late, and call that latency
  }
  await Promise.all(arrived);
  return {
    operationsPerSecond: (latenciesMs.length / Math.max(durationMs, performance.now() - startedAt)) * 1000,
    latencyNs: histogramOf(latenciesMs),
    latenessNs: histogramOf(latenessMs),
    refused,
  };
}
