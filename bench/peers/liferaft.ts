/**
 * Conclave beside `@markwylde/liferaft`, the other Raft for Node.js: three nodes in memory each, there on one thread,
 * with messages that are mere calls. One command at a time there, since commands under way together take the same
 * place in its log, and are lost.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import type { Figure } from '../figure.js';
import { countText } from '../in-turns.js';
import { opaqueEntry, startOpaqueCluster } from '../opaque-entries.js';
import { importInstalled, notInstalled } from './availability.js';
import { compareRates, loadsOf, ofLoad, runLoads, type Load, type Run } from './side-by-side.js';

const peer = 'liferaft, one at a time';
const manyClients = 256;
const startMs = 20_000;

export async function measureLiferaft({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const packages = [
    await importInstalled(() => import('@markwylde/liferaft')),
    await importInstalled(() => import('memdown')),
  ];
  if (packages.includes(null)) {
    const names = '@markwylde/liferaft@1.4.0 memdown@6.1.1';
    return [notInstalled('liferaft', `npm install --no-save --ignore-scripts ${names}`)];
  }
  const runMs = quick ? 500 : 800;
  const loads = loadsOf([manyClients, 1], runMs);
  const ofPeer: Run[] = [];
  const ofConclave: Run[][] = [];
  const rounds = quick ? 1 : 2;
  for (let round = 0; round < rounds; round += 1) {
    ofPeer.push(await runLiferaft(must(loads.at(-1), 'the lone client')));
    await using cluster = await startOpaqueCluster({});
    ofConclave.push(await runLoads(loads, () => cluster.propose(opaqueEntry)));
  }
  return loads.flatMap(({ clients }, load) => {
    const work = `opaque entries, memory, ${countText(clients)}`;
    const figures = compareRates({ work, peer, ofPeer, ofConclave: ofLoad(ofConclave, load) });
    return load === 0 ? figures : figures.slice(1); // the peer's rate stands above
  });
}

async function runLiferaft(load: Load): Promise<Run> {
  const thread = new Worker(new URL('./liferaft-thread.js', import.meta.url), { workerData: load });
  try {
    const signal = AbortSignal.timeout(startMs + load.warmUpMs + load.runMs);
    const [run] = (await once(thread, 'message', { signal })) as [Run];
    return run;
  } finally {
    await thread.terminate();
  }
}
