/**
 * Nodes that stand still for a long time under load: bounded memory, writes go on, they catch up. A metadata-store
 * alone can only be paused from inside, which is why this is not a test of the public API.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { createMetadataStore } from '../../src/client/routed-store.js';
import { RunningCluster } from '../../src/cluster/running-cluster.js';
import { startHost } from '../../src/cluster/start-cluster.js';
import { ClusterError, type MetadataStore } from '../../src/index.js';
import { equalState, leaderAndFollowers, registerBrokers } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';

const CLIENTS = 256;
const PAUSE_MS = 30_000;
/** Heaps grow for this long also when nothing is paused: logs must have been compacted and collected many times. */
const WARM_UP_MS = 20_000;
const MOST_GROWTH_BYTES = 50 * 1024 * 1024;
const TIMEOUT_MS = 60_000;

/** Clients that move leaders around until told to stop; the only refusal they may see is `Overloaded`. */
function moveLeadersUntilStopped(store: MetadataStore): { done: () => number; stop: () => Promise<void> } {
  let done = 0;
  let stopped = false;
  const work = Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      for (let epoch = 2; !stopped; epoch += 1) {
        try {
          await store.updateLeader('load', client, 1 + (epoch % 3), epoch);
          done += 1;
        } catch (error) {
          if (!(error instanceof ClusterError) || error.code !== 'Overloaded') throw error;
        }
      }
    }),
  );
  return {
    done: () => done,
    async stop() {
      stopped = true;
      await work;
    },
  };
}

/** Resident memory, read again and again for so long: the largest value seen. */
async function largestResidentMemory(ms: number): Promise<number> {
  const end = performance.now() + ms;
  let most = 0;
  await eventually(
    () => {
      most = Math.max(most, process.memoryUsage.rss());
      return performance.now() >= end;
    },
    'the end of the measurement',
    TIMEOUT_MS,
  );
  return most;
}

const test = suite('back-pressure');

test('a paused follower and a paused metadata-store cost little memory, and catch up', async () => {
  const host = await startHost({ nodes: 5 });
  const cluster = new RunningCluster(host);
  try {
    const store = createMetadataStore(host.router);
    await registerBrokers(store, 3);
    await store.createTopic('load', { partitions: CLIENTS, replicationFactor: 3 });
    const { followers } = await leaderAndFollowers(cluster);
    const [first = 0, second = 0] = followers;
    const load = moveLeadersUntilStopped(store);
    const before = await largestResidentMemory(WARM_UP_MS);
    await cluster.node(first).pause();
    const life = must(must(host.nodes.get(second), 'second follower').life, 'its life');
    await life.store.pause(TIMEOUT_MS);
    const doneBefore = load.done();
    const during = await largestResidentMemory(PAUSE_MS);
    const written = load.done() - doneBefore;
    await cluster.node(first).resume();
    life.store.resume();
    await load.stop();
    await cluster.waitForHealthy({ timeoutMs: TIMEOUT_MS });
    await equalState(cluster);
    assert.ok(written > 1_000, `writes went on: ${written}`);
    const growth = during - before;
    assert.ok(growth <= MOST_GROWTH_BYTES, `resident memory grew by ${growth} bytes over ${written} writes`);
  } finally {
    await cluster.stop();
  }
});

test.run();
