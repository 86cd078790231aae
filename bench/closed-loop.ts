/**
 * A closed loop: so many clients, each of which issues its next call once the last is answered. The same loop drives
 * the floor, the cluster and its peers, so that its own cost cancels out of their ratios. A rejected call ends the
 * measurement: only calls that were committed, applied and answered count.
 */
import type { RecordableHistogram } from 'node:perf_hooks';
import { histogramOf } from './latency.js';

export interface LoopResult {
  readonly operationsPerSecond: number;
  readonly medianUs: number;
  readonly p99Us: number;
  readonly longestUs: number;
  /** Of all threads of this process, by operation: what other programs do on the machine hardly changes it. */
  readonly cpuUs: number;
  readonly latencyNs: RecordableHistogram;
}

export async function runClosedLoop(
  clients: number,
  durationMs: number,
  call: () => Promise<unknown>,
): Promise<LoopResult> {
  // A list as it grows costs the host a tenth more than a histogram, but the reference floor keeps one, and ratios to
  // a floor of another cost would be no ratios.
  const latenciesMs: number[] = [];
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  const client = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      const issuedAt = performance.now();
      await call();
      latenciesMs.push(performance.now() - issuedAt);
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  const tookMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const latencyNs = histogramOf(latenciesMs);
  return {
    operationsPerSecond: (latenciesMs.length / tookMs) * 1000,
    medianUs: latencyNs.percentile(50) / 1000,
    p99Us: latencyNs.percentile(99) / 1000,
    longestUs: latencyNs.max / 1000,
    cpuUs: (user + system) / latenciesMs.length,
    latencyNs,
  };
}
