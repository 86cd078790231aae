/**
 * How fast is replication, by the number of clients? Opaque entries of 128 bytes on a state machine that does nothing,
 * in memory, and the floor under the same loop, in turns. What a state machine adds is the question `operations`.
 */
import { runClosedLoop } from './closed-loop.js';
import type { Figure } from './figure.js';
import { startFloor } from './floor.js';
import {
  contender,
  countText,
  inTurns,
  medianFigure,
  medianOf,
  rateFigure,
  ratios,
  shareFigure,
  type Turns,
} from './in-turns.js';
import { opaqueEntry, startOpaqueCluster } from './opaque-entries.js';

/** Issue (5): of the floor. */
const goals = { latencyRatio: 1.6, throughputPercent: 40 };
const withThroughputGoal = [256, 1024];

export async function measureClients({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const counts = quick ? [1, 256, 1024] : [1, 16, 64, 256, 1024, 4096];
  const turns: Turns = quick ? { rounds: 3, runMs: 300, warmUpMs: 150 } : { rounds: 5, runMs: 600, warmUpMs: 300 };
  await using floor = await startFloor();
  await using cluster = await startOpaqueCluster({});
  const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
  await floor.run(256, quick ? 500 : 1500);
  await runClosedLoop(256, quick ? 1000 : 3000, propose);
  const figures: Figure[] = [];
  for (const clients of counts) {
    const results = await inTurns({ floor: floor.run, cluster: contender(propose) }, clients, turns);
    figures.push(...figuresOf(clients, results));
  }
  return figures;
}

function figuresOf(
  clients: number,
  { floor, cluster }: Awaited<ReturnType<typeof inTurns<'floor' | 'cluster'>>>,
): Figure[] {
  const work = `opaque entries, ${countText(clients)}`;
  const chart = 'throughput-by-clients';
  const rate = rateFigure(work, cluster, { chart: { chart, series: 'Conclave, memory', at: clients } });
  const floorRate = rateFigure(`floor, ${countText(clients)}`, floor, {
    chart: { chart, series: 'floor: bare threads', at: clients },
  });
  const share = shareFigure(
    `${work}: of the floor`,
    cluster,
    floor,
    withThroughputGoal.includes(clients) ? { goal: { atLeast: goals.throughputPercent } } : {},
  );
  if (clients !== 1) return [floorRate, rate, share];
  const ratio = { unit: 'x', ...ratios(cluster, floor, medianOf), goal: { atMost: goals.latencyRatio } } as const;
  return [
    floorRate,
    rate,
    share,
    medianFigure(`floor, ${countText(clients)}: median`, floor),
    medianFigure(`${work}: median`, cluster),
    { name: `${work}: median, in times of the floor's`, ...ratio, note: '' },
  ];
}
