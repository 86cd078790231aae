/** Clusters that start always, stop from any state, and leave nothing behind. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/index.js';
import { codeOf, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { countWorkerThreads } from '../support/threads.js';
import { manyStarts, STOP_TIMEOUT_MS } from './many-starts.js';

const STARTS = 30;

const test = suite('start and stop');

test(`three nodes elect in ${STARTS} of ${STARTS} starts, and nothing is left of the clusters`, () =>
  manyStarts(STARTS));

for (const nodes of [1, 2, 5, 7]) {
  test(`${nodes} nodes start, write and stop`, () =>
    withCluster(`${nodes} nodes`, { nodes }, async (cluster) => {
      await registerBrokers(cluster.store(), 2);
      const status = await cluster.waitForHealthy();
      assert.is(status.nodes.length, nodes);
      assert.is(status.links.length, (nodes * (nodes - 1)) / 2);
    }));
}

test('many clusters at once', async () => {
  const clusters = await Promise.all([1, 3, 3].map((nodes) => startCluster({ nodes })));
  await Promise.all(clusters.map((cluster) => registerBrokers(cluster.store(), 1)));
  await Promise.all(clusters.map((cluster) => cluster.stop()));
  await eventually(() => countWorkerThreads() === 0, 'no thread left');
});

test('stop while starting: an abort ends the start, and leaves nothing', async () => {
  const abort = new AbortController();
  const started = codeOf(startCluster({ signal: abort.signal }));
  abort.abort();
  assert.is(await withDeadline('abort', STOP_TIMEOUT_MS, started), 'Aborted');
  await eventually(() => countWorkerThreads() === 0, 'no thread left');
});

test('a start that cannot end in time is a Timeout', async () => {
  assert.is(await codeOf(startCluster({ startTimeoutMs: 1 })), 'Timeout');
  await eventually(() => countWorkerThreads() === 0, 'no thread left');
});

test('stop during an election, with half the nodes dead, with nodes paused: within two seconds', async () => {
  for (const state of ['election', 'half dead', 'paused'] as const) {
    const cluster = await startCluster({ nodes: 4 });
    const { leader, followers } = await leaderAndFollowers(cluster);
    const [first = 0, second = 0] = followers;
    if (state === 'election') await cluster.node(leader).kill();
    if (state === 'half dead') await Promise.all([cluster.node(first).kill(), cluster.node(second).kill()]);
    if (state === 'paused') await Promise.all([cluster.node(leader).pause(), cluster.node(first).pause()]);
    const write = codeOf(cluster.store().registerBroker({ id: 1, addr: 'h:1' }));
    await withDeadline(`stop: ${state}`, STOP_TIMEOUT_MS, cluster.stop());
    assert.ok(['', 'Stopped', 'OutcomeUnknown', 'NoLeader'].includes(await write), 'the call in flight has settled');
    await eventually(() => countWorkerThreads() === 0, `no thread left: ${state}`);
  }
});

test('stop is idempotent, and calls afterwards reject Stopped', async () => {
  const cluster = await startCluster({ nodes: 1 });
  const store = cluster.store();
  await Promise.all([cluster.stop(), cluster.stop()]);
  await cluster.stop();
  assert.is(await codeOf(store.listBrokers()), 'Stopped');
  assert.is(await codeOf(store.registerBroker({ id: 1, addr: 'h:1' })), 'Stopped');
  assert.is(await codeOf(cluster.waitForLeader()), 'Stopped');
  assert.is(await codeOf(cluster.addNode()), 'Stopped');
  assert.is((await cluster.status()).nodes[0]?.role, 'stopped');
});

test.run();
