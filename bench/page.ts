/**
 * What does an open live page cost who writes? Leader changes on 10,000 partitions while one is open, and while none
 * is, in turns. Its browser is a thread that reads and draws nothing; what a browser draws is its own machine's affair.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { startCluster } from '../src/index.js';
import { startService } from '../src/service/service.js';
import type { Figure } from './figure.js';
import { contender, countText, inTurns, rateFigure, shareFigure, type Contender, type Turns } from './in-turns.js';
import { leaderChanges, registerBrokers } from './leader-changes.js';
import type { FromViewer, ToViewer } from './page-viewer.js';

const size = { topics: 100, partitionsEach: 100 };
const clients = 256;
/** Of the rate without it. */
const goals = { sharePercent: 97 };
const serving = { host: '127.0.0.1', port: 0, token: null, readOnly: true, version: '' };

export async function measurePage({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const turns: Turns = quick ? { rounds: 5, runMs: 600, warmUpMs: 700 } : { rounds: 11, runMs: 1_000, warmUpMs: 2_000 };
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await registerBrokers(store);
  const unseen = contender((await leaderChanges(store, 'page', size)).call);
  const service = await startService(cluster, serving);
  const viewer = new Worker(new URL('./page-viewer.js', import.meta.url), { workerData: service.url });
  const told: number[] = [];
  try {
    const results = await inTurns({ unseen, seen: withViewer(viewer, unseen, told) }, clients, turns);
    const work = `update leader on 10,000 partitions, ${countText(clients)}`;
    const note = `${Math.round(Math.max(...told) / 1_000).toLocaleString('en-US')} kB/s or less to the page`;
    return [
      rateFigure(`${work}, no live page`, results.unseen),
      rateFigure(`${work}, a live page is open`, results.seen, { note }),
      shareFigure(`${work}: with a live page, of the rate without`, results.seen, results.unseen, {
        goal: { atLeast: goals.sharePercent },
      }),
    ];
  } finally {
    await viewer.terminate();
    await service.close();
  }
}

/** `told`: bytes a second of its stream. */
function withViewer(viewer: Worker, run: Contender, told: number[]): Contender {
  const post = async (message: ToViewer): Promise<FromViewer> => {
    const answered = once(viewer, 'message') as Promise<[FromViewer]>;
    viewer.postMessage(message);
    return (await answered)[0];
  };
  return async (count, durationMs) => {
    await post('open');
    const result = await run(count, durationMs);
    const { bytes } = await post('close');
    told.push((bytes * 1_000) / durationMs);
    return result;
  };
}
