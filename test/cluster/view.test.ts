/** Views of a cluster with real threads: at each index what the nodes hold, and never behind what a call has said. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  ClusterError,
  partitionId,
  type Cluster,
  type ClusterMetadata,
  type MetadataView,
  type Operation,
} from '../../src/index.js';
import { leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { changeLeadersUntilStopped, writesGoOn } from '../support/writers.js';

type Records = Pick<ClusterMetadata, 'brokers' | 'topics' | 'partitions'>;

const test = suite('views of a cluster');

function recordsOf(view: MetadataView): Records {
  const topics = view.listTopics();
  const partitions = topics.flatMap(({ name }) => view.listPartitions(name));
  return {
    brokers: Object.fromEntries(view.listBrokers().map((info) => [info.id, info])),
    topics: Object.fromEntries(topics.map((info) => [info.name, info])),
    partitions: Object.fromEntries(partitions.map((info) => [partitionId(info.topic, info.partition), info])),
  };
}

async function dumpAt(cluster: Cluster, index: number): Promise<Records> {
  const { appliedIndex, state } = await (await cluster.waitForLeader()).dump();
  assert.is(appliedIndex, index);
  const { brokers, topics, partitions } = state as ClusterMetadata;
  return { brokers, topics, partitions };
}

const operations: readonly Operation[] = [
  { type: 'create_topic', data: { name: 'a', partitions: 40, replicationFactor: 2 } },
  { type: 'create_topic', data: { name: 'b.c', partitions: 3, replicationFactor: 3 } },
  { type: 'update_leader', data: { topic: 'a', partition: 33, leader: 1, leaderEpoch: 9 } },
  { type: 'create_topic', data: { name: 'b_c', partitions: 1, replicationFactor: 1 } },
  { type: 'delete_topic', data: { name: 'b.c' } },
  { type: 'create_topic', data: { name: 'b_c', partitions: 1, replicationFactor: 1 } },
  { type: 'update_broker', data: { id: 2, change: { rack: 'r9' } } },
  { type: 'update_topic', data: { name: 'a', config: { retentionMs: 5 } } },
  { type: 'delete_topic', data: { name: 'a' } },
  { type: 'create_topic', data: { name: 'a', partitions: 2, replicationFactor: 1 } },
  { type: 'unregister_broker', data: { id: 4 } },
];

test('at each index it holds what the nodes hold', () =>
  withCluster('each index', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 4);
    const view = await store.view();
    const other = await cluster.store({ node: (await leaderAndFollowers(cluster)).followers[0] ?? 1 }).view();
    for (const operation of operations) {
      const index = await store.propose(operation).then(
        (answer) => answer.index,
        () => view.index, // b_c while there is b.c: refused
      );
      assert.ok(view.index >= index, 'no need to wait for what a call has said');
      await other.waitForIndex(index);
      const state = await dumpAt(cluster, index);
      assert.equal(recordsOf(view), state);
      assert.equal(recordsOf(other), state, 'so does that of a follower');
    }
  }));

test('what a call has said is in the view, also while leaders are killed', () =>
  withCluster(
    'read your writes',
    {},
    async (cluster) => {
      const store = cluster.store();
      await registerBrokers(store, 3);
      const view = await store.view();
      const writers = await changeLeadersUntilStopped(store, 'busy', 32, (answer) => {
        const seen = view.getPartition('busy', answer.partition);
        assert.ok((seen?.leaderEpoch ?? 0) >= answer.leaderEpoch, 'each writes to a partition of its own');
      });
      for (let round = 0; round < 3; round += 1) {
        await writesGoOn(writers);
        const { leader } = await leaderAndFollowers(cluster);
        await cluster.node(leader).kill();
        assert.is(view.listTopics().length, 1, 'reads go on');
        await writesGoOn(writers);
        await cluster.node(leader).restart();
        await cluster.waitForHealthy({ timeoutMs: 15_000 });
      }
      await writers.stop();
      const { index } = await store.query({ type: 'list_brokers' });
      await view.waitForIndex(index);
      const { state } = await (await cluster.waitForLeader()).dump();
      assert.equal(recordsOf(view).partitions, (state as ClusterMetadata).partitions);
    },
    60_000,
  ));

test('a large image comes while writes go on, and what does not change stays the same object', () =>
  withCluster('large', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    await store.createTopic('large', { partitions: 5_000, replicationFactor: 3 });
    const writers = await changeLeadersUntilStopped(store, 'busy', 16);
    await writesGoOn(writers);
    const view = await store.view();
    const { image } = view;
    const [first, brokers] = [view.getPartition('large', 7), view.listBrokers()];
    assert.ok(first !== undefined && Object.isFrozen(first) && Object.isFrozen(first.isr));
    assert.is(view.listPartitions('large').length, 5_000);
    await writesGoOn(writers);
    await writers.stop();
    assert.is.not(view.image, image);
    assert.is(view.getPartition('large', 7), first);
    assert.is(view.listBrokers(), brokers);
    const { index } = await store.query({ type: 'list_brokers' });
    assert.equal(recordsOf(view), await dumpAt(cluster, index));
  }));

test('it ends with its cluster', async () => {
  const { view, waiting } = await withCluster('stopped', {}, async (cluster) => {
    const opened = await cluster.store().view();
    const never = opened.waitForIndex(1_000_000, { timeoutMs: 20_000 });
    never.catch(() => undefined);
    return { view: opened, waiting: never };
  });
  const error: unknown = await waiting.catch((thrown: unknown) => thrown);
  assert.is((error as ClusterError).code, 'Stopped');
  assert.throws(
    () => view.listTopics(),
    (thrown: unknown) => thrown instanceof ClusterError && thrown.code === 'Stopped',
  );
});

test.run();
