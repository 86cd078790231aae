/**
 * A closed loop: so many clients, each of which issues its next call once the last is answered. The same loop drives
 * the floor and the cluster, so that its own cost cancels out of their ratio. A rejected call ends the measurement:
 * only calls that were committed, applied and answered count.
 */
import { createHistogram } from 'node:perf_hooks';

export interface LoopResult {
  readonly operationsPerSecond: number;
  readonly medianUs: number;
  readonly p99Us: number;
  readonly longestUs: number;
}

export async function runClosedLoop(
  clients: number,
  durationMs: number,
  call: () => Promise<unknown>,
  isOver = () => false,
): Promise<LoopResult> {
  const latencyNs = createHistogram();
  const startedAt = performance.now();
  const endsAt = startedAt + durationMs;
  const client = async (): Promise<void> => {
    while (performance.now() < endsAt && !isOver()) {
      const issuedAt = performance.now();
      await call();
      latencyNs.record(Math.max(1, Math.round((performance.now() - issuedAt) * 1e6)));
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return {
    operationsPerSecond: (latencyNs.count / (performance.now() - startedAt)) * 1000,
    medianUs: latencyNs.percentile(50) / 1000,
    p99Us: latencyNs.percentile(99) / 1000,
    longestUs: latencyNs.max / 1000,
  };
}
