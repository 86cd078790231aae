/**
 * A process that only runs a three-node cluster, and prints as JSON what it weighs: once healthy, and after some
 * writes. Started by
 * `start.ts`; no question by itself.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startCluster } from '../src/index.js';

const settleMs = 1000;
const writes = 1000;

const cluster = await startCluster({ nodes: 3 });
await cluster.waitForHealthy();
await sleep(settleMs); // heartbeats flow, start-up garbage has had time to go
const atRestBytes = process.memoryUsage.rss();

const store = cluster.store();
await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
for (let written = 0; written < writes; written += 1) await store.updateBroker(1, { lastHeartbeat: written });
const busyBytes = process.memoryUsage.rss();

await cluster.stop();
process.stdout.write(JSON.stringify({ atRestBytes, busyBytes }));
