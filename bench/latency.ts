/**
 * Latencies as a histogram of nanoseconds (HDR, three significant digits: percentiles are right to 0.1 %), so that
 * those of several repeats add up, which percentiles do not.
 */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Percentiles, in microseconds. */
export interface Latency {
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly longestUs: number;
}

export function histogramOf(latenciesMs: readonly number[]): RecordableHistogram {
  const histogram = createHistogram();
  for (const latencyMs of latenciesMs) histogram.record(Math.max(1, Math.round(latencyMs * 1e6)));
  return histogram;
}

export function percentilesOf(histograms: readonly RecordableHistogram[]): Latency {
  const all = createHistogram();
  for (const histogram of histograms) all.add(histogram);
  const atUs = (percentile: number): number => all.percentile(percentile) / 1000;
  return { p50Us: atUs(50), p90Us: atUs(90), p99Us: atUs(99), p999Us: atUs(99.9), longestUs: all.max / 1000 };
}

/** In milliseconds from one on. */
export function latencyText({ p50Us, p90Us, p99Us, p999Us }: Latency): string {
  const parts = Object.entries({ p50: p50Us, p90: p90Us, p99: p99Us, 'p99.9': p999Us });
  return parts.map(([name, us]) => `${name} ${durationText(us)}`).join(', ');
}

function durationText(us: number): string {
  const inMs = us >= 1000;
  const value = Number((inMs ? us / 1000 : us).toPrecision(3));
  return `${value.toLocaleString('en-US')} ${inMs ? 'ms' : 'µs'}`;
}
