/** Where a cluster places topics: the same under the same seed, on every node. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { equalState, withCluster } from '../support/clusters.js';

const test = suite('placement in a cluster');

async function layout(seed: number, nodes: number): Promise<string> {
  return withCluster(`seed ${seed}, ${nodes} nodes`, { seed, nodes }, async (cluster) => {
    const store = cluster.store();
    for (const id of [1, 2, 3, 4, 5, 6]) await store.registerBroker({ id, addr: 'a:1', rack: `rack-${id % 3}` });
    for (const strategy of ['striped', 'resource'] as const) {
      for (const name of ['orders', 'payments', 'returns']) {
        await store.createTopic(`${name}.${strategy}`, { partitions: 9, replicationFactor: 2, strategy });
      }
    }
    await equalState(cluster);
    const { partitions } = await store.metadata();
    return JSON.stringify(Object.entries(partitions).map(([key, { replicas }]) => [key, replicas]));
  });
}

test('the seed of a cluster decides where topics go, whatever its size; another decides otherwise', async () => {
  const [one, same, other] = [await layout(7, 1), await layout(7, 3), await layout(8, 1)];
  assert.is(same, one);
  assert.is.not(other, one);
});

test.run();
