/** A cluster in uvu: one for the suite, and what a test breaks is whole again before the next. `npx uvu` runs it. */
import { startCluster } from 'conclave';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';

const failover = suite('failover');
let cluster;
let store;

failover.before(async () => {
  cluster = await startCluster({ nodes: 3 });
  store = cluster.store();
  await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
});
failover.after(() => cluster.stop()); // no thread is left, and uvu ends
failover.after.each(async () => {
  for (const { id, role } of (await cluster.status()).nodes) if (role === 'stopped') await cluster.node(id).restart();
  await cluster.waitForHealthy();
});

failover('a write is acknowledged though the leader is killed before it', async () => {
  const leader = await cluster.waitForLeader();
  await leader.kill();
  await store.createTopic('orders', { partitions: 3, replicationFactor: 1 });
  assert.is.not((await cluster.waitForLeader()).id, leader.id);
});

failover('and is there when it is back', async () => {
  assert.equal(
    (await store.listTopics()).map(({ name }) => name),
    ['orders'],
  );
});

// uvu 0.5.6 cannot print a ClusterError that a test throws, since its `details` are no text: compare codes.
failover('what is refused is refused by a code', async () => {
  const code = await store.createTopic('orders', { partitions: 1, replicationFactor: 1 }).then(
    () => 'none',
    (error) => error.code,
  );
  assert.is(code, 'TopicExists');
});

failover.run();
