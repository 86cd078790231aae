/** Metrics of a cluster with real threads: what they count, and that nobody who is dead or paused holds them up. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { prometheusText, type Cluster, type ClusterMetrics, type HistogramCounts } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { eventually } from '../support/deadline.js';

const test = suite('metrics');

const observed = ({ counts }: HistogramCounts): number => counts.reduce((sum, count) => sum + count, 0);

function nodeOf({ nodes }: ClusterMetrics, id: number): ClusterMetrics['nodes'][number] {
  return must(
    nodes.find(({ node }) => node === id),
    `node ${id}`,
  );
}

/** What the node knows of elections, and 0 while it cannot tell. */
async function leaderChanges(cluster: Cluster, id: number): Promise<number> {
  return nodeOf(await cluster.metrics(), id).raft?.leaderChanges ?? 0;
}

test('counts grow with what is written, on every node', () =>
  withCluster('counts', {}, async (cluster) => {
    await cluster.waitForHealthy();
    const before = await cluster.metrics();
    assert.equal(
      before.nodes.map(({ up, paused, raft }) => [up, paused, raft?.leader]),
      Array.from({ length: 3 }, () => [true, false, before.nodes[0]?.raft?.leader]),
    );
    await registerBrokers(cluster.store(), 50);
    await eventually(async () => {
      const { nodes } = await cluster.metrics();
      return nodes.every(({ node, raft, store }) => {
        const { raft: raftBefore, store: storeBefore } = nodeOf(before, node);
        if (raft === null || store === null || raftBefore === null || storeBefore === null) return false;
        const committed = raft.committedEntries - raftBefore.committedEntries;
        const applied = store.appliedEntries - storeBefore.appliedEntries;
        const batches = observed(raft.batchEntries) - observed(raftBefore.batchEntries);
        const entries = raft.batchEntries.sum - raftBefore.batchEntries.sum;
        return committed >= 50 && applied >= 50 && batches >= 1 && entries >= 50;
      });
    }, 'fifty writes on every node');
    const after = await cluster.metrics();
    assert.is(after.metadata?.brokers, 50);
    assert.is(after.client.writesPending, 0);
    for (const { node, raft, store } of after.nodes) {
      const was = must(nodeOf(before, node).raft, 'it was up');
      const now = must(raft, 'it is up');
      assert.ok(observed(now.mailboxDepth) > observed(was.mailboxDepth));
      assert.ok(now.thread.activeSeconds > was.thread.activeSeconds);
      assert.ok(must(store, 'it is up').thread.heapUsedBytes > 0);
      assert.is(now.leaderChanges, 1);
      assert.is(observed(now.walSyncSeconds), 0, 'nothing is synced in memory');
    }
    assert.is(after.links.length, 3);
    const delivered = ({ links }: ClusterMetrics): number =>
      links.flatMap(({ directions }) => directions).reduce((sum, told) => sum + told.delivered, 0);
    assert.ok(delivered(after) > delivered(before));
  }));

test('with files, syncs and snapshots are timed', () =>
  withDataDir((dataDir) =>
    withCluster('files', { nodes: 1, dataDir }, async (cluster) => {
      await registerBrokers(cluster.store(), 1);
      const { index } = await cluster.node(1).takeSnapshot();
      const { raft, store } = nodeOf(await cluster.metrics(), 1);
      assert.ok(observed(must(raft, 'it is up').walSyncSeconds) > 0);
      const { counts, sum } = must(store, 'it is up').snapshotSaveSeconds;
      assert.is(observed({ counts, sum, bounds: [] }), 1);
      assert.ok(sum > 0);
      await eventually(async () => nodeOf(await cluster.metrics(), 1).raft?.snapshotIndex === index, 'it is told');
    }),
  ));

test('a kill of the leader is one more leader seen by the others, and a dead node is told as one', () =>
  withCluster('killed', {}, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    const [one = 0] = followers;
    await cluster.waitForHealthy();
    const before = await leaderChanges(cluster, one);
    await cluster.node(leader).kill();
    assert.equal(nodeOf(await cluster.metrics(), leader), {
      ...{ node: leader, up: false, paused: false, raft: null, store: null },
    });
    await eventually(async () => (await leaderChanges(cluster, one)) > before, 'another leader is seen');
    await cluster.node(leader).restart();
    await cluster.waitForHealthy();
    const again = nodeOf(await cluster.metrics(), leader);
    assert.is(again.up, true);
    assert.is(again.raft?.leaderChanges, 1, 'a new life counts anew');
    assert.is(again.store?.snapshotsReceived ?? 0, 0);
    const { links } = await cluster.metrics();
    assert.ok(links.some(({ ends, reconnects }) => ends.includes(leader) && reconnects > 0));
  }));

test('paused nodes, the leader among them, have nothing to tell and hold nobody up', () =>
  withCluster('paused', {}, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    const [one = 0, other = 0] = followers;
    await cluster.waitForHealthy();
    await Promise.all([cluster.node(leader).pause(), cluster.node(one).pause()]);
    const metrics = await cluster.metrics();
    for (const id of [leader, one]) {
      assert.equal(nodeOf(metrics, id), { ...{ node: id, up: true, paused: true, raft: null, store: null } });
    }
    assert.is(nodeOf(metrics, other).raft === null, false);
    assert.match(prometheusText(metrics), new RegExp(`^conclave_server_paused\\{node="${leader}"\\} 1$`, 'm'));
    await Promise.all([cluster.node(leader).resume(), cluster.node(one).resume()]);
    await cluster.waitForHealthy();
  }));

test('writes that end without an answer are counted by their error', () =>
  withCluster('failed', {}, async (cluster) => {
    const { followers } = await leaderAndFollowers(cluster);
    const bound = cluster.store({ node: followers[0] ?? 0 });
    await bound.registerBroker({ id: 1, addr: 'h:1' }).catch(() => undefined);
    const { writesFailed } = (await cluster.metrics()).client;
    assert.is(writesFailed['NotLeader'], 1);
    assert.is(writesFailed['Timeout'], 0);
    const store = cluster.store();
    await store.deleteTopic('none').catch(() => undefined);
    assert.equal((await cluster.metrics()).client.writesFailed, writesFailed, 'a refusal is an answer');
  }));

test('of a stopped cluster: every node is down', async () => {
  let stopped: Cluster | null = null;
  await withCluster('stopped', { nodes: 1 }, async (cluster) => {
    stopped = cluster;
    await cluster.stop();
  });
  const { nodes, links, metadata } = await must<Cluster>(stopped, 'a cluster').metrics();
  assert.equal([nodes.map(({ up }) => up), links, metadata], [[false], [], null]);
});

test.run();
