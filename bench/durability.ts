/**
 * What do files cost? The same leader changes on a cluster in memory, on one whose nodes sync every batch before they
 * acknowledge it, and on one that leaves the syncing to the system, in turns; the cost of one sync of that disk; and
 * how many bytes reach the disks for each byte of an operation.
 */
import { startCluster, type Cluster } from '../src/index.js';
import { runClosedLoop, type LoopResult } from './closed-loop.js';
import { diskBytesWritten, measureSyncUs, withDataDir } from './data-dir.js';
import { median, type Figure } from './figure.js';
import { contender, countText, inTurns, medianFigure, rateFigure, shareFigure, type Turns } from './in-turns.js';
import { leaderChanges, registerBrokers, type LeaderChanges } from './leader-changes.js';

type Mode = 'memory' | 'os' | 'fsync';
type ModeResults = Record<Mode, LoopResult[]>;

const state = { topics: 1, partitionsEach: 16 };
/** Issue (5): fsync of memory, 1,024 clients. */
const goals = { throughputPercent: 60 };
const withThroughputGoal = 1024;
const probedSyncs = 300;

export async function measureDurability({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  return withDataDir((osDir) => withDataDir((fsyncDir) => measureIn(osDir, fsyncDir, quick)));
}

async function measureIn(osDir: string, fsyncDir: string, quick: boolean): Promise<Figure[]> {
  const turns: Turns = quick ? { rounds: 3, runMs: 300, warmUpMs: 400 } : { rounds: 5, runMs: 600, warmUpMs: 600 };
  const syncUs = measureSyncUs(fsyncDir, probedSyncs);
  await using fsyncCluster = await startCluster({ nodes: 3, dataDir: fsyncDir, durability: 'fsync' });
  const fsync = await changesOf(fsyncCluster);
  const amplification = quick ? [] : await diskBytes(fsync, turns.runMs * 3);
  await using memoryCluster = await startCluster({ nodes: 3 });
  await using osCluster = await startCluster({ nodes: 3, dataDir: osDir, durability: 'os' });
  const contenders = {
    memory: contender((await changesOf(memoryCluster)).call),
    os: contender((await changesOf(osCluster)).call),
    fsync: contender(fsync.call),
  };
  const figures: Figure[] = [...amplification];
  for (const clients of quick ? [withThroughputGoal] : [1, 256, 1024]) {
    const results = await inTurns(contenders, clients, turns);
    figures.push(...(clients === 1 ? oneClient(results, syncUs) : manyClients(clients, results)));
  }
  return figures;
}

async function changesOf(cluster: Cluster): Promise<LeaderChanges> {
  const store = cluster.store();
  await registerBrokers(store);
  return leaderChanges(store, 'durability', state);
}

function oneClient(results: ModeResults, syncUs: number): Figure[] {
  const memoryUs = median(results.memory.map(({ medianUs }) => medianUs));
  const fsync = {
    goal: { atMost: syncUs + 2 * memoryUs },
    note: 'goal: one sync of this disk and twice that of memory',
  };
  const note = `${probedSyncs} in a row`;
  return [
    { name: 'one write and sync of this disk: median', value: syncUs, unit: 'µs', note },
    ...(['memory', 'os', 'fsync'] as const).map((mode) => {
      return medianFigure(
        `update leader, ${mode}, ${countText(1)}: median`,
        results[mode],
        mode === 'fsync' ? fsync : {},
      );
    }),
  ];
}

function manyClients(clients: number, results: ModeResults): Figure[] {
  const work = (mode: Mode): string => `update leader, ${mode}, ${countText(clients)}`;
  const goal = clients === withThroughputGoal ? { goal: { atLeast: goals.throughputPercent } } : {};
  return [
    ...(['memory', 'os', 'fsync'] as const).map((mode) => rateFigure(work(mode), results[mode])),
    shareFigure(`${work('fsync')}: of memory mode`, results.fsync, results.memory, goal),
  ];
}

/** Before the other clusters write anything. */
async function diskBytes({ call, operationBytes }: LeaderChanges, runMs: number): Promise<Figure[]> {
  await runClosedLoop(256, runMs / 2, call);
  const before = { disk: diskBytesWritten(), operations: operationBytes() };
  await runClosedLoop(256, runMs, call);
  const after = { disk: diskBytesWritten(), operations: operationBytes() };
  if (before.disk === null || after.disk === null) return [];
  const value = (after.disk - before.disk) / (after.operations - before.operations);
  const note = 'fsync, 256 clients, three nodes together, as the system counts written blocks';
  return [{ name: 'disk bytes for each operation byte', value, unit: 'x', note }];
}
