/** A cluster in Node's own test runner, one for each test: up in a fraction of a second. `node --test` runs it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startCluster } from 'conclave';

async function clusterOf(context, nodes) {
  const cluster = await startCluster({ nodes });
  context.after(() => cluster.stop());
  return cluster;
}

test('a leader without a majority acknowledges nothing, and the others go on', async (context) => {
  const cluster = await clusterOf(context, 3);
  const old = await cluster.waitForLeader();
  const others = cluster.nodeIds.filter((id) => id !== old.id);
  await cluster.partition([[old.id], others]);

  const cutOff = cluster.store({ node: old.id });
  const refused = { name: 'ClusterError', code: /^(NotLeader|OutcomeUnknown|Timeout)$/ };
  await assert.rejects(cutOff.registerBroker({ id: 1, addr: 'a:9092' }, { timeoutMs: 1_000 }), refused);

  const store = cluster.store(); // follows the leader, wherever it is
  await store.registerBroker({ id: 2, addr: 'b:9092' });

  await cluster.heal();
  await cluster.waitForHealthy();
  const ids = (await store.listBrokers()).map(({ id }) => id);
  assert.ok(ids.includes(2)); // 1 was never acknowledged: it may be there or not
});

test('a bad network loses nothing that was acknowledged', async (context) => {
  const cluster = await clusterOf(context, 3);
  const store = cluster.store();
  await cluster.link(1, 2).setFaults({ dropRate: 0.2, delayMs: [1, 5], duplicateRate: 0.1 });
  await store.registerBroker({ id: 1, addr: 'a:9092' });
  await Promise.all(
    Array.from({ length: 50 }, (_, at) => store.createTopic(`topic-${at}`, { partitions: 2, replicationFactor: 1 })),
  );
  await cluster.heal();
  await cluster.waitForHealthy();
  for (const id of cluster.nodeIds) {
    const topics = await cluster.store({ node: id }).listTopics(); // linearizable on followers, too
    assert.equal(topics.length, 50);
  }
});
