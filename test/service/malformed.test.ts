/** Malformed requests, drawn from a seed: refused each, and the cluster is as it was. Many more of them: the proof. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster, type Cluster } from '../../src/index.js';
import { registerBrokers } from '../support/clusters.js';
import { ask, withService } from '../support/service.js';
import { sendMalformed } from './malformed-campaign.js';

const test = suite('malformed requests');

let cluster: Cluster;
test.before(async () => {
  cluster = await startCluster({ nodes: 3 });
  await registerBrokers(cluster.store(), 3);
  await cluster.store().createTopic('kept', { partitions: 2, replicationFactor: 2 });
});
test.after(() => cluster.stop());

test('eight hundred: 4xx only, and nothing has changed', async () => {
  const before = await cluster.store().metadata();
  const { statuses, failures } = await sendMalformed(cluster, { requests: 800, seed: 1 });
  assert.is(failures.join('\n'), '');
  for (const status of [400, 403, 404, 405, 415, 431])
    assert.ok((statuses[status] ?? 0) > 0, `one of them is ${status}`);
  assert.equal(await cluster.store().metadata(), before);
  assert.is((await cluster.status()).healthy, true);
  assert.is((await cluster.store().createTopic('after', { partitions: 1, replicationFactor: 1 })).numPartitions, 1);
  assert.not.ok('polluted' in {});
});

test('names of objects are names of topics like any other', async () => {
  await withService(cluster, {}, async (service) => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const body = `{"name":"${name}","partitions":1,"replicationFactor":1,"__proto__":{"partitions":9}}`;
      assert.is((await ask(service, 'POST /v1/topics', { body })).status, 201);
      const { body: found } = await ask(service, `GET /v1/topics/${name}`);
      assert.is((found as { topic: { name: string } }).topic.name, name);
      assert.is((await ask(service, `DELETE /v1/topics/${name}`)).status, 204);
      assert.is((await ask(service, `GET /v1/topics/${name}`)).status, 404);
    }
  });
});

test.run();
