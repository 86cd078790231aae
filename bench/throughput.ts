/**
 * How fast are metadata writes? A closed loop of leader changes, each counted once it is committed, applied and
 * answered: one client for its latency, 256 for operations a second, on a small state and over 10,000 partitions.
 * Held against the floor, measured right before and right after with the cluster's threads gone.
 */
import { startCluster } from '../src/index.js';
import { runClosedLoop } from './closed-loop.js';
import type { LoopResult } from './closed-loop.js';
import { quantity } from './figure.js';
import type { Figure } from './figure.js';
import { startFloor } from './floor.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';

const manyClients = 256;
const small = { topics: 1, partitionsEach: 16 };
const large = { topics: 100, partitionsEach: 100 };
const goals = { latencyRatio: 3, throughputPercent: 5 };

interface Durations {
  readonly warmUpMs: number;
  readonly runMs: number;
}

export async function measureThroughput({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const durations: Durations = quick ? { warmUpMs: 700, runMs: 1500 } : { warmUpMs: 2000, runMs: 5000 };
  const before = await runFloor(durations);
  const cluster = await runCluster(durations);
  const after = await runFloor(durations);
  const floorUs = (before.one.medianUs + after.one.medianUs) / 2;
  const floorRate = (before.many.operationsPerSecond + after.many.operationsPerSecond) / 2;
  return [
    { name: 'floor, 1 client: median', value: floorUs, unit: 'µs', note: 'right before and after' },
    ...latency(cluster.one, floorUs),
    { name: `floor, ${manyClients} clients`, value: floorRate, unit: 'ops/s', note: 'right before and after' },
    ...rate('small state', cluster.manySmall, floorRate),
    ...rate('10,000 partitions', cluster.manyLarge, floorRate),
  ];
}

function latency(one: LoopResult, floorUs: number): Figure[] {
  const name = 'leader changes, 1 client: median';
  const note = `p99 ${quantity(one.p99Us, 'µs')}, ${quantity(one.operationsPerSecond, 'ops/s')}`;
  const ratio = { value: one.medianUs / floorUs, unit: 'x', goal: { atMost: goals.latencyRatio } } as const;
  return [
    { name, value: one.medianUs, unit: 'µs', note },
    { name: `${name}, in times of the floor`, ...ratio, note: '' },
  ];
}

function rate(state: string, many: LoopResult, floorRate: number): Figure[] {
  const name = `leader changes, ${manyClients} clients, ${state}`;
  const note = `median ${quantity(many.medianUs, 'µs')}, p99 ${quantity(many.p99Us, 'µs')}`;
  const share = (many.operationsPerSecond / floorRate) * 100;
  return [
    { name, value: many.operationsPerSecond, unit: 'ops/s', note },
    { name: `${name}, of the floor`, value: share, unit: '%', goal: { atLeast: goals.throughputPercent }, note: '' },
  ];
}

async function runFloor({ warmUpMs, runMs }: Durations): Promise<{ one: LoopResult; many: LoopResult }> {
  const floor = await startFloor();
  await floor.run(manyClients, warmUpMs);
  const many = await floor.run(manyClients, runMs / 2);
  const one = await floor.run(1, runMs / 2);
  await floor.stop();
  return { one, many };
}

async function runCluster({
  warmUpMs,
  runMs,
}: Durations): Promise<Record<'one' | 'manySmall' | 'manyLarge', LoopResult>> {
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await registerBrokers(store);

  const { call: changeSmall } = await leaderChanges(store, 'small', small);
  await runClosedLoop(manyClients, warmUpMs, changeSmall);
  const one = await runClosedLoop(1, runMs, changeSmall);
  const manySmall = await runClosedLoop(manyClients, runMs, changeSmall);

  const { call: changeLarge } = await leaderChanges(store, 'large', large);
  await runClosedLoop(manyClients, warmUpMs, changeLarge);
  const manyLarge = await runClosedLoop(manyClients, runMs, changeLarge);
  return { one, manySmall, manyLarge };
}
