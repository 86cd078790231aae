/**
 * What does each kind of operation cost? The metadata store in memory with 10,000 partitions: leader changes, beside
 * the floor under the same loop, turn by turn; then topics created, and reads, linearizable and local.
 */
import { startCluster, type MetadataStore } from '../src/index.js';
import { runClosedLoop } from './closed-loop.js';
import type { Figure } from './figure.js';
import { startFloor } from './floor.js';
import { contender, countText, inTurns, rateFigure, shareFigure, type Contender, type Turns } from './in-turns.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';

const size = { topics: 100, partitionsEach: 100 };
/** Issue (5): of the floor, with 256 clients. */
const goals = { throughputPercent: 12 };
const manyClients = 256;

export async function measureOperations({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const turns: Turns = quick ? { rounds: 3, runMs: 300, warmUpMs: 700 } : { rounds: 5, runMs: 600, warmUpMs: 2000 };
  await using floor = await startFloor();
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await registerBrokers(store);
  const updates = contender((await leaderChanges(store, 'operations', size)).call);
  const many = await leaderChangeFigures(floor.run, updates, turns);
  return quick ? many : [...many, ...(await otherOperations(store, updates, turns))];
}

async function leaderChangeFigures(floorRun: Contender, updates: Contender, turns: Turns): Promise<Figure[]> {
  const { floor, cluster } = await inTurns({ floor: floorRun, cluster: updates }, manyClients, turns);
  const work = `update leader on 10,000 partitions, ${countText(manyClients)}`;
  return [
    rateFigure(`floor beside update leader, ${countText(manyClients)}`, floor),
    rateFigure(work, cluster),
    shareFigure(`${work}: of the floor`, cluster, floor, { goal: { atLeast: goals.throughputPercent } }),
  ];
}

async function otherOperations(store: MetadataStore, updates: Contender, turns: Turns): Promise<Figure[]> {
  const reads = ['linearizable', 'local'] as const;
  const figures: Figure[] = [];
  const add = async (name: string, clients: number, run: Contender): Promise<void> => {
    const { it } = await inTurns({ it: run }, clients, { ...turns, warmUpMs: turns.runMs });
    figures.push(rateFigure(`${name}, ${countText(clients)}`, it));
  };
  await add('update leader on 10,000 partitions', 1, updates);
  for (const clients of [1, 64]) {
    for (const consistency of reads) {
      const read = (): Promise<unknown> => store.getPartition('operations-000000', 0, { consistency });
      await add(`read a partition, ${consistency}`, clients, contender(read));
    }
  }
  for (const clients of [1, manyClients]) await add('create topic of 3 partitions', clients, topicCreation(store));
  return figures;
}

/** Created ones go again outside what is measured: the state stays of its size. */
function topicCreation(store: MetadataStore): Contender {
  return async (clients, durationMs) => {
    let created = 0;
    const result = await runClosedLoop(clients, durationMs, () => {
      created += 1;
      return store.createTopic(`created-${created}`, { partitions: 3, replicationFactor: 3 });
    });
    const names = Array.from({ length: created }, (_, number) => `created-${number + 1}`);
    for (let at = 0; at < names.length; at += 1000) {
      await Promise.all(names.slice(at, at + 1000).map((name) => store.deleteTopic(name)));
    }
    return result;
  };
}
