/** Quantiles of what was counted between two looks at a histogram. */
import type { HistogramCounts } from '../index.js';
import type { LatencyPicture } from './picture.js';

/** Null: nothing was. */
export function latencyBetween(earlier: HistogramCounts | null, later: HistogramCounts): LatencyPicture | null {
  const counts = later.counts.map((count, bucket) => count - (earlier?.counts[bucket] ?? 0));
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const at = (share: number): number => quantile(later.bounds, counts, share * total) * 1_000;
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

/** Within a bucket they are taken to be spread evenly. Above all bounds: the last one. */
function quantile(bounds: readonly number[], counts: readonly number[], rank: number): number {
  let below = 0;
  let lower = 0;
  for (const [bucket, upper] of bounds.entries()) {
    const count = counts[bucket] ?? 0;
    if (count > 0 && below + count >= rank) return lower + ((upper - lower) * (rank - below)) / count;
    below += count;
    lower = upper;
  }
  return lower;
}
