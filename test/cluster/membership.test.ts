/** Nodes that join, leave, lead by order, lose their log and come back; and a majority lost for good. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/index.js';
import { codeOf, equalState, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';

const test = suite('membership');

test('a node that is added catches up and votes; one that is removed is gone', () =>
  withCluster('add and remove', {}, async (cluster) => {
    await registerBrokers(cluster.store(), 6);
    const added = await cluster.addNode();
    assert.is(added.id, 4);
    assert.equal(cluster.nodeIds, [1, 2, 3, 4]);
    assert.is((await added.status()).voter, true);
    await cluster.waitForHealthy();
    await equalState(cluster);
    const { followers } = await leaderAndFollowers(cluster);
    const gone = followers[0] ?? 0;
    await cluster.removeNode(gone);
    assert.not(cluster.nodeIds.includes(gone));
    assert.throws(
      () => cluster.node(gone),
      (error: unknown) => error instanceof ClusterError && error.code === 'NodeNotFound',
    );
    await cluster.waitForHealthy();
    await registerBrokers(cluster.store(), 0);
    await equalState(cluster);
  }));

test('a removed leader hands over: writes go on', () =>
  withCluster('remove leader', {}, async (cluster) => {
    const { leader } = await leaderAndFollowers(cluster);
    await cluster.removeNode(leader);
    await registerBrokers(cluster.store(), 3);
    assert.is.not((await cluster.waitForLeader()).id, leader);
    await cluster.waitForHealthy();
  }));

test('leadership goes where it is sent, and writes follow', () =>
  withCluster('transfer', {}, async (cluster) => {
    for (const to of [1, 2, 3, 3]) {
      await cluster.transferLeadership(to);
      assert.is((await cluster.waitForLeader()).id, to);
      assert.is((await cluster.store().listBrokers()).length, 0);
    }
  }));

test('a node that lost its log is exchanged for a new member, again and again', () =>
  withCluster('exchange', {}, async (cluster) => {
    await registerBrokers(cluster.store(), 3);
    for (const id of [1, 2, 3, 1]) {
      await cluster.node(id).kill();
      assert.is((await cluster.node(id).status()).role, 'stopped');
      assert.is((await cluster.node(id).status()).stopReason, 'killed');
      await cluster.node(id).restart();
      const status = await cluster.waitForHealthy({ timeoutMs: 15_000 });
      assert.equal(status.problems, []);
      assert.is((await cluster.store().listBrokers()).length, 3);
    }
    await equalState(cluster);
  }));

test('a second change while one is in flight answers ConfigurationInProgress', () =>
  withCluster('second change', {}, async (cluster) => {
    const [first, second] = await Promise.all([codeOf(cluster.addNode()), codeOf(cluster.removeNode(1))]);
    assert.equal([first, second], ['', 'ConfigurationInProgress']);
  }));

test('a majority lost without files is a permanent NoLeader, at once', () =>
  withCluster('lost for good', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    await equalState(cluster);
    const { leader, followers } = await leaderAndFollowers(cluster);
    await cluster.node(leader).kill();
    await cluster.node(followers[0] ?? 0).kill();
    const error: unknown = await store.listBrokers({ timeoutMs: 20_000 }).catch((reason: unknown) => reason);
    assert.instance(error, ClusterError);
    const { code, details, retryable } = error as ClusterError;
    assert.equal([code, details['permanent'], retryable], ['NoLeader', true, false]);
    assert.is(await codeOf(cluster.waitForLeader({ timeoutMs: 20_000 })), 'NoLeader');
    const local = await cluster.store().listBrokers({ consistency: 'local' });
    assert.is(local.length, 1, 'what is left can still be looked at');
  }));

test('a graceful stop of the leader hands leadership over first', () =>
  withCluster('graceful', {}, async (cluster) => {
    const { leader } = await leaderAndFollowers(cluster);
    const before = (await cluster.status()).term;
    await cluster.node(leader).stop();
    assert.is((await cluster.node(leader).status()).stopReason, 'stopped');
    const next = await cluster.waitForLeader();
    assert.is.not(next.id, leader);
    assert.is((await cluster.status()).term, before + 1, 'one election, by order');
  }));

test.run();
