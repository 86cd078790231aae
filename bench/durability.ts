/**
 * What do files cost? The same leader changes on a cluster in memory and on one whose nodes sync every batch before
 * they acknowledge it (and on one that leaves the syncing to the system), in turns, so that all see the same machine;
 * the cost of one sync of that disk; and how many bytes reach the disks for each byte of an operation.
 */
import { startCluster, type ClusterOptions } from '../src/index.js';
import { runClosedLoop, type LoopResult } from './closed-loop.js';
import { diskBytesWritten, measureSyncUs, withDataDir } from './data-dir.js';
import { median, quantity, type Figure } from './figure.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';

const modes = ['memory', 'os', 'fsync'] as const;
type Mode = (typeof modes)[number];

const state = { topics: 1, partitionsEach: 16 };
const goals = { throughputPercent: 50 };
const probedSyncs = 300;

type Loops = Record<1 | 256 | 1024, LoopResult>;
interface ModeRun {
  readonly loops: Loops;
  /** Bytes written to disk for each byte of an operation, at 256 clients; null where the platform does not tell. */
  readonly amplification: number | null;
}

export async function measureDurability({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const runMs = quick ? 1000 : 4000;
  const rounds = quick ? 1 : 3;
  const runs: Record<Mode, ModeRun[]> = { memory: [], os: [], fsync: [] };
  const syncs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const mode of modes) {
      await withDataDir(async (dataDir) => {
        if (mode === 'fsync') syncs.push(measureSyncUs(dataDir, probedSyncs));
        runs[mode].push(await runMode(mode === 'memory' ? {} : { dataDir, durability: mode }, runMs));
      });
    }
  }
  return [...oneClient(runs, median(syncs)), ...manyClients(runs), ...diskBytes(runs.fsync)];
}

async function runMode(options: ClusterOptions, runMs: number): Promise<ModeRun> {
  await using cluster = await startCluster({ nodes: 3, ...options });
  const store = cluster.store();
  await registerBrokers(store);
  const { call, operationBytes } = await leaderChanges(store, 'durability', state);
  // Both paths are hot before they are measured, and what the load left to write is on the disk.
  await runClosedLoop(256, runMs / 2, call);
  await runClosedLoop(1, runMs / 2, call);
  const one = await runClosedLoop(1, runMs / 2, call);
  const before = { disk: diskBytesWritten(), operations: operationBytes() };
  const many = await runClosedLoop(256, runMs, call);
  const after = { disk: diskBytesWritten(), operations: operationBytes() };
  const most = await runClosedLoop(1024, runMs, call);
  const written = before.disk === null || after.disk === null ? null : after.disk - before.disk;
  const amplification = written === null ? null : written / (after.operations - before.operations);
  return { loops: { 1: one, 256: many, 1024: most }, amplification };
}

function oneClient(runs: Record<Mode, ModeRun[]>, syncUs: number): Figure[] {
  const medianUs = (mode: Mode): number => median(runs[mode].map(({ loops }) => loops[1].medianUs));
  const allowedUs = syncUs + 2 * medianUs('memory');
  return [
    { name: 'one write and sync of this disk: median', value: syncUs, unit: 'µs', note: `${probedSyncs} in a row` },
    ...modes.map((mode): Figure => {
      const p99Us = median(runs[mode].map(({ loops }) => loops[1].p99Us));
      const goal = mode === 'fsync' ? { goal: { atMost: allowedUs } } : {};
      const note = `p99 ${quantity(p99Us, 'µs')}${mode === 'fsync' ? '; goal: one sync and 2x memory' : ''}`;
      return { name: `1 client, ${mode}: median`, value: medianUs(mode), unit: 'µs', ...goal, note };
    }),
  ];
}

function manyClients(runs: Record<Mode, ModeRun[]>): Figure[] {
  return ([256, 1024] as const).flatMap((clients) => {
    const rates = (mode: Mode): number[] => runs[mode].map(({ loops }) => loops[clients].operationsPerSecond);
    const figures = modes.map((mode): Figure => {
      const spread = rates(mode).map((rate) => quantity(rate, 'ops/s'));
      return {
        name: `${clients} clients, ${mode}`,
        value: median(rates(mode)),
        unit: 'ops/s',
        note: spread.join(', '),
      };
    });
    const share = (median(rates('fsync')) / median(rates('memory'))) * 100;
    const goal = { atLeast: goals.throughputPercent };
    return [...figures, { name: `${clients} clients, fsync of memory`, value: share, unit: '%', goal, note: '' }];
  });
}

function diskBytes(runs: readonly ModeRun[]): Figure[] {
  const known = runs.flatMap(({ amplification }) => amplification ?? []);
  if (known.length === 0) return [];
  const note = 'fsync, 256 clients, three nodes together, as the system counts written blocks';
  return [{ name: 'disk bytes for each operation byte', value: median(known), unit: 'x', note }];
}
