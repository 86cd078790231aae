/** The example of the report that this project follows, call by call, on three nodes. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { defaultTopicConfig } from '../../src/index.js';
import { equalState, registerBrokers, withCluster } from '../support/clusters.js';

const test = suite('the first example');

test('brokers, a topic, partitions that were allocated and created, another leader, and what is asked then', () =>
  withCluster('example', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    const shape = { partitions: 3, replicationFactor: 2, config: defaultTopicConfig() };
    const created = await store.createTopic('events', { ...shape, assignment: 'none' });
    assert.equal([created.numPartitions, created.replicationFactor], [3, 2]);

    const allocated = await store.allocatePartitions('events', 3, 2);
    for (const partition of allocated) await store.createPartition(partition);
    const { isr, leaderEpoch } = must(await store.getPartition('events', 0), 'a partition');
    await store.updateLeader('events', 0, isr[1] ?? 0, leaderEpoch + 1);

    assert.equal(
      (await store.listBrokers()).map(({ id }) => id),
      [1, 2, 3],
    );
    assert.equal(
      (await store.listTopics()).map(({ name }) => name),
      ['events'],
    );
    const moved = must(await store.getPartition('events', 0), 'a partition');
    assert.equal([moved.leader, moved.leaderEpoch, moved.replicas], [isr[1], leaderEpoch + 1, allocated[0]?.replicas]);
    await equalState(cluster);
  }));

test.run();
