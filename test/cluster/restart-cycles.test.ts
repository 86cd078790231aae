/** One node killed and restarted two hundred times from its files: nothing is left behind each time. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster } from '../../src/index.js';
import { equalState, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { heldBytes } from '../support/memory.js';
import { countOpenHandles, countWorkerThreads } from '../support/threads.js';

const test = suite('restart cycles');
const WARM_UP_CYCLES = 100;
const CYCLES = 200;
/** What the engine drops and makes again moves one reading by more than a leak would: the highest of some counts. */
const READINGS = 3;
const CYCLES_BETWEEN = 20;

async function killAndRestart(cluster: Cluster, cycles: number): Promise<void> {
  const store = cluster.store();
  for (let cycle = 0; cycle < cycles; cycle += 1) {
    const node = cluster.node(2);
    await node.kill();
    await store.updateBroker(1, { rack: `rack-${cycle}` });
    await node.restart();
  }
  await cluster.waitForHealthy({ timeoutMs: 20_000 });
  await store.close();
}

interface Footprint {
  readonly threads: number;
  readonly handles: number | undefined;
  readonly bytes: number;
}

async function footprint(cluster: Cluster): Promise<Footprint> {
  await equalState(cluster);
  return { threads: countWorkerThreads(), handles: countOpenHandles(), bytes: await heldBytes() };
}

async function highestFootprint(cluster: Cluster): Promise<Footprint> {
  let highest = await footprint(cluster);
  for (let reading = 1; reading < READINGS; reading += 1) {
    await killAndRestart(cluster, CYCLES_BETWEEN);
    const now = await footprint(cluster);
    highest = { ...now, bytes: Math.max(highest.bytes, now.bytes) };
  }
  return highest;
}

const name = `${CYCLES} times killed and restarted: as many threads and handles, memory within 5 %`;
test(name, () =>
  withDataDir((dataDir) =>
    withCluster(
      name,
      { dataDir, snapshotEntries: 100, trailingEntries: 20 },
      async (cluster) => {
        await cluster.store().registerBroker({ id: 1, addr: '127.0.0.1:9092' });
        await killAndRestart(cluster, WARM_UP_CYCLES);
        const before = await highestFootprint(cluster);
        await killAndRestart(cluster, CYCLES);
        const after = await highestFootprint(cluster);
        assert.equal([after.threads, after.handles], [before.threads, before.handles]);
        const growth = after.bytes / before.bytes - 1;
        console.log(`memory ${before.bytes} bytes, then ${after.bytes}: ${(100 * growth).toFixed(1)} %`);
        assert.ok(growth < 0.05, `${before.bytes} bytes, then ${after.bytes}`);
      },
      200_000,
    ),
  ),
);

test.run();
