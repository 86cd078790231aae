/** A cluster in Vitest, as a fixture: a test that names it has one, which stops behind it. `npx vitest run` runs it. */
import { startCluster } from 'conclave';
import { expect, test as base } from 'vitest';

const test = base.extend({
  cluster: async ({}, use) => {
    const cluster = await startCluster({ nodes: 3 });
    await use(cluster);
    await cluster.stop();
  },
  store: async ({ cluster }, use) => {
    const store = cluster.store();
    for (const id of [1, 2, 3]) await store.registerBroker({ id, addr: `127.0.0.1:${9091 + id}`, rack: `rack-${id}` });
    await use(store);
  },
});

test('replicas go to as many racks as there are', async ({ store }) => {
  await store.createTopic('orders', { partitions: 4, replicationFactor: 3 });
  for (const { replicas, leader, isr } of await store.listPartitions('orders')) {
    expect(new Set(replicas).size).toBe(3);
    expect(isr).toContain(leader);
  }
});

test('a change is told to whoever watches, across a change of leader', async ({ cluster, store }) => {
  const changes = store.watch()[Symbol.asyncIterator]();
  const leader = await cluster.waitForLeader();
  await leader.kill();
  await store.createTopic('orders', { partitions: 1, replicationFactor: 1 });
  const { value } = await changes.next();
  expect(value.events.map(({ kind, key }) => [kind, key])).toContainEqual(['topic', 'orders']);
  await changes.return();
});

test('a refusal is a value to compare', async ({ store }) => {
  await expect(store.deleteTopic('nothing')).rejects.toMatchObject({ code: 'TopicNotFound' });
});
