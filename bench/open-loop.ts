/**
 * How long does a write take when load does not wait for answers? Leader changes that arrive at a fixed rate, in
 * memory; each latency counts from the intended arrival.
 */
import { startCluster } from '../src/index.js';
import { runArrivals } from './arrivals.js';
import { runClosedLoop } from './closed-loop.js';
import type { Figure } from './figure.js';
import { latencyText, percentilesOf } from './latency.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';

const size = { topics: 100, partitionsEach: 100 };

export async function measureOpenLoop({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const rates = quick ? [1000, 10_000] : [1000, 5000, 10_000, 20_000, 40_000];
  const runMs = quick ? 500 : 3000;
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await registerBrokers(store);
  const { call } = await leaderChanges(store, 'open', size);
  await runClosedLoop(256, runMs / 2, call);
  const figures: Figure[] = [];
  for (const rate of rates) {
    await runArrivals(rate, runMs / 3, call);
    const { latencyNs, latenessNs, refused } = await runArrivals(rate, runMs, call);
    const latency = percentilesOf([latencyNs]);
    const lateness = percentilesOf([latenessNs]);
    const late = `issued late by ${latencyText(lateness)}`;
    figures.push({
      name: `update leader arriving ${rate.toLocaleString('en-US')} times a second: p99`,
      value: latency.p99Us / 1000,
      unit: 'ms',
      latency,
      chart: { chart: 'latency-by-rate', series: 'p99', at: rate },
      note: refused === 0 ? late : `${late}; ${refused.toLocaleString('en-US')} refused and not counted`,
    });
  }
  return figures;
}
