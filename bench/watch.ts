/**
 * What do watches cost who writes? Leader changes on 10,000 partitions with ten consumers that read every change, and
 * with none, in turns.
 */
import { startCluster, type MetadataStore } from '../src/index.js';
import type { Figure } from './figure.js';
import { contender, countText, inTurns, rateFigure, shareFigure, type Contender, type Turns } from './in-turns.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';

const size = { topics: 100, partitionsEach: 100 };
const clients = 256;
const consumers = 10;

export async function measureWatch({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const turns: Turns = quick ? { rounds: 3, runMs: 300, warmUpMs: 700 } : { rounds: 7, runMs: 600, warmUpMs: 2000 };
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await registerBrokers(store);
  const alone = contender((await leaderChanges(store, 'watched', size)).call);
  const read: number[] = [];
  const results = await inTurns({ alone, watched: withConsumers(store, alone, read) }, clients, turns);
  const work = `update leader on 10,000 partitions, ${countText(clients)}`;
  const told = `${Math.min(...read).toLocaleString('en-US')} changes or more read by each`;
  return [
    rateFigure(`${work}, nobody watches`, results.alone),
    rateFigure(`${work}, ${consumers} consumers of every change`, results.watched, { note: told }),
    shareFigure(`${work}: with ${consumers} consumers, of the rate without`, results.watched, results.alone),
  ];
}

/** A consumer that is told too late ends the measurement. */
function withConsumers(store: MetadataStore, run: Contender, read: number[]): Contender {
  return async (count, durationMs) => {
    const controller = new AbortController();
    const consume = async (): Promise<number> => {
      let changes = 0;
      for await (const { events } of store.watch({ signal: controller.signal })) changes += events.length;
      return changes;
    };
    const consuming = Promise.all(Array.from({ length: consumers }, consume));
    const result = await run(count, durationMs);
    controller.abort();
    read.push(...(await consuming));
    return result;
  };
}
