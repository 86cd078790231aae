/** One node killed and restarted from its files again and again: nothing is left behind each time. */
import type { Cluster } from '../../src/index.js';
import { equalState, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { heldBytes } from '../support/memory.js';
import { countOpenHandles, countWorkerThreads } from '../support/threads.js';

const WARM_UP_CYCLES = 100;
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

export interface Footprint {
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

export interface CycleReport {
  readonly before: Footprint;
  readonly after: Footprint;
}

/** What a cluster holds before and after so many cycles, of which none may leave anything behind. */
export function restartCycles(cycles: number): Promise<CycleReport> {
  const options = { snapshotEntries: 100, trailingEntries: 20 };
  return withDataDir((dataDir) =>
    withCluster(
      `${cycles} times killed and restarted`,
      { ...options, dataDir },
      async (cluster) => {
        await cluster.store().registerBroker({ id: 1, addr: '127.0.0.1:9092' });
        await killAndRestart(cluster, WARM_UP_CYCLES);
        const before = await highestFootprint(cluster);
        await killAndRestart(cluster, cycles);
        return { before, after: await highestFootprint(cluster) };
      },
      100_000 + 500 * cycles,
    ),
  );
}
