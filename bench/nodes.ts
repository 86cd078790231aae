/**
 * What does each further node cost? Opaque entries in memory on clusters of one, three, five and seven nodes, one
 * after another, several times over.
 */
import { runClosedLoop, type LoopResult } from './closed-loop.js';
import type { Figure } from './figure.js';
import { countText, medianFigure, rateFigure } from './in-turns.js';
import { opaqueEntry, startOpaqueCluster } from './opaque-entries.js';

const sizes = [1, 3, 5, 7];
const manyClients = 256;

interface SizeRuns {
  readonly one: LoopResult[];
  readonly many: LoopResult[];
}

export async function measureNodes({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const runMs = quick ? 400 : 700;
  const rounds = quick ? 1 : 3;
  const runs = new Map(sizes.map((nodes): [number, SizeRuns] => [nodes, { one: [], many: [] }]));
  for (let round = 0; round < rounds; round += 1) {
    for (const [nodes, { one, many }] of runs) {
      await using cluster = await startOpaqueCluster({ nodes });
      const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
      await runClosedLoop(manyClients, runMs, propose);
      many.push(await runClosedLoop(manyClients, runMs, propose));
      await runClosedLoop(1, runMs / 4, propose);
      one.push(await runClosedLoop(1, runMs / 2, propose));
    }
  }
  return [...runs].flatMap(([nodes, { one, many }]) => {
    const threads = `${2 * nodes + (nodes * (nodes - 1)) / 2} threads`;
    const size = nodes === 1 ? '1 node' : `${nodes} nodes`;
    const chart = { chart: 'throughput-by-nodes', series: countText(manyClients), at: nodes } as const;
    return [
      medianFigure(`${size}, opaque entries, ${countText(1)}: median`, one, { note: threads }),
      rateFigure(`${size}, opaque entries, ${countText(manyClients)}`, many, { chart, note: threads }),
    ];
  });
}
