/**
 * A process that only runs a three-node cluster, or with the word `floor` as many bare threads, and prints as JSON
 * what it weighs: before the start, once healthy, and after some writes. Started by `start.ts`; no question by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../src/index.js';
import { startFloor } from './floor.js';

const settleMs = 1000;
const writes = 1000;

const emptyBytes = process.memoryUsage.rss();
let atRestBytes: number;
let busyBytes: number | null = null;
if (process.argv[2] === 'floor') {
  await using _floor = await startFloor();
  await sleep(settleMs);
  atRestBytes = process.memoryUsage.rss();
} else {
  await using cluster = await startCluster({ nodes: 3 });
  await cluster.waitForHealthy();
  await sleep(settleMs); // heartbeats flow, start-up garbage has had time to go
  atRestBytes = process.memoryUsage.rss();
  const store = cluster.store();
  await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
  for (let written = 0; written < writes; written += 1) await store.updateBroker(1, { lastHeartbeat: written });
  busyBytes = process.memoryUsage.rss();
}
process.stdout.write(JSON.stringify({ emptyBytes, atRestBytes, busyBytes }));
