/**
 * How long does a read of a view take, which asks nobody, and what does an open view cost who writes? 10,000
 * partitions; the reads jump about among them.
 */
import { must } from '../src/assert.js';
import { startCluster, type MetadataStore, type MetadataView } from '../src/index.js';
import { cpuTimeNs } from './cpu-time.js';
import { median, type Figure } from './figure.js';
import { contender, countText, inTurns, rateFigure, shareFigure, type Contender, type Turns } from './in-turns.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';

const size = { topics: 100, partitionsEach: 100 };
const clients = 256;
/** Issue (6). */
const goals = { readNs: 1_000 };
const readsEach = 200_000;
/** A prime: it visits every partition before it comes back. */
const stride = 7919;

export async function measureView({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const turns: Turns = quick ? { rounds: 3, runMs: 300, warmUpMs: 700 } : { rounds: 7, runMs: 600, warmUpMs: 2000 };
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await registerBrokers(store);
  const blind = contender((await leaderChanges(store, 'viewed', size)).call);
  const view = await store.view();
  const figures = [readFigure(view, quick ? 5 : 20)];
  view.close();
  if (quick) return figures;
  const results = await inTurns({ blind, viewed: withView(store, blind) }, clients, turns);
  const work = `update leader on 10,000 partitions, ${countText(clients)}`;
  return [
    ...figures,
    rateFigure(`${work}, no view`, results.blind),
    rateFigure(`${work}, a view is open`, results.viewed),
    shareFigure(`${work}: with a view, of the rate without`, results.viewed, results.blind),
  ];
}

function readFigure(view: MetadataView, rounds: number): Figure {
  const names = view.listTopics().map(({ name }) => name);
  const partitions = names.length * size.partitionsEach;
  let found = 0;
  const readAll = (): void => {
    for (let read = 0, next = 0; read < readsEach; read += 1) {
      next = (next + stride) % partitions;
      const name = must(names[Math.floor(next / size.partitionsEach)], 'a topic');
      if (view.getPartition(name, next % size.partitionsEach) !== undefined) found += 1;
    }
  };
  readAll();
  const repeats = Array.from({ length: rounds }, () => cpuTimeNs(readAll) / readsEach);
  const note = `${found.toLocaleString('en-US')} found`;
  return {
    name: 'view: read a partition',
    value: median(repeats),
    unit: 'ns',
    repeats,
    goal: { atMost: goals.readNs },
    note,
  };
}

function withView(store: MetadataStore, run: Contender): Contender {
  return async (count, durationMs) => {
    const view = await store.view();
    try {
      return await run(count, durationMs);
    } finally {
      view.close();
    }
  };
}
