/**
 * Do snapshots stand in the way of writes? Leader changes over 100,000 partitions with files, while every node takes
 * one snapshot after the other, beside the same without.
 */
import { startCluster } from '../src/index.js';
import { runClosedLoop, type LoopResult } from './closed-loop.js';
import { withDataDir } from './data-dir.js';
import { quantity, type Figure } from './figure.js';
import { largeState, leaderChanges, registerBrokers } from './leader-changes.js';

const clients = 16;
const timeoutMs = 60_000;

export async function measureSnapshot({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const size = quick ? { topics: 100, partitionsEach: 100 } : largeState;
  const runMs = quick ? 1500 : 6000;
  const partitions = (size.topics * size.partitionsEach).toLocaleString('en-US');
  return withDataDir(async (dataDir) => {
    await using cluster = await startCluster({ nodes: 3, dataDir });
    const store = cluster.store();
    await registerBrokers(store);
    const { call } = await leaderChanges(store, 'snapshot', size);
    await runClosedLoop(clients, runMs / 2, call);
    const without = await runClosedLoop(clients, runMs, call);
    const tookMs: number[] = [];
    let ended = false;
    const snapshots = Promise.all(
      cluster.nodeIds.map(async (id) => {
        while (!ended) {
          const startedAt = performance.now();
          await cluster.node(id).takeSnapshot({ timeoutMs });
          tookMs.push(performance.now() - startedAt);
        }
      }),
    );
    const during = await runClosedLoop(clients, runMs, call);
    ended = true;
    await snapshots;
    return figures(partitions, without, during, tookMs);
  });
}

function figures(partitions: string, without: LoopResult, during: LoopResult, tookMs: readonly number[]): Figure[] {
  const noteOf = ({ medianUs, operationsPerSecond, longestUs }: LoopResult): string =>
    [
      `median ${quantity(medianUs, 'µs')}`,
      `longest ${quantity(longestUs / 1000, 'ms')}`,
      quantity(operationsPerSecond, 'ops/s'),
    ].join(', ');
  const each = tookMs.reduce((sum, ms) => sum + ms, 0) / tookMs.length;
  return [
    {
      name: `${partitions} partitions, ${clients} clients: p99 of a write`,
      value: without.p99Us / 1000,
      unit: 'ms',
      note: noteOf(without),
    },
    {
      name: 'the same while all nodes take snapshots: p99',
      value: during.p99Us / 1000,
      unit: 'ms',
      note: noteOf(during),
    },
    {
      name: 'a snapshot meanwhile takes',
      value: each,
      unit: 'ms',
      note: `${tookMs.length} taken, three at a time on this machine's cores`,
    },
  ];
}
