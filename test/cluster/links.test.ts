/** Links as users drive and see them: faults, cuts of one direction, counters, events. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ClusterEvent } from '../../src/index.js';
import { codeOf, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';

const test = suite('links');

test('refused handshakes are retried until one is accepted, and say why', () =>
  withCluster('refused', {}, async (cluster) => {
    const link = cluster.link(1, 2);
    await link.setFaults({ refuseHandshakes: 3, closeAfterMessages: 0 });
    await registerBrokers(cluster.store(), 3);
    const status = await cluster.waitForHealthy();
    assert.is(status.problems.length, 0);
    const { reconnects, lastError } = await link.status();
    assert.ok(reconnects >= 1);
    assert.ok(lastError);
  }));

test('a lossy, slow, doubling and reordering link delays writes and harms nothing', () =>
  withCluster('faults', {}, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    for (const follower of followers) {
      const faults = { dropRate: 0.1, duplicateRate: 0.2, reorderRate: 0.2, delayMs: [0, 5] as [number, number] };
      await cluster.link(leader, follower).setFaults(faults);
    }
    const store = cluster.store();
    await registerBrokers(store, 3);
    for (let topic = 0; topic < 50; topic += 1) {
      await store.createTopic(`t${topic}`, { partitions: 1, replicationFactor: 3 }, { timeoutMs: 15_000 });
    }
    assert.is((await store.listTopics({ timeoutMs: 15_000 })).length, 50);
    const { dropped } = await cluster.link(leader, followers[0] ?? 0).status();
    assert.ok(dropped > 0);
    await cluster.heal();
    await cluster.waitForHealthy();
  }));

test('a follower that hears nobody does not disturb the leader, and catches up', () =>
  withCluster('one way', { electionTimeoutMs: 100, heartbeatIntervalMs: 20 }, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    const [deaf = 0, other = 0] = followers;
    const { term } = await cluster.status();
    await cluster.link(leader, deaf).cut({ from: leader });
    await cluster.link(other, deaf).cut({ from: other });
    assert.is((await cluster.link(leader, deaf).status()).state, 'cut');
    const events = cluster.events();
    const store = cluster.store();
    await registerBrokers(store, 3);
    // Many election time-outs of the deaf node pass while these are written.
    for (let topic = 0; topic < 300; topic += 1) {
      await store.createTopic(`t${topic}`, { partitions: 1, replicationFactor: 1 });
    }
    await cluster.heal();
    const status = await cluster.waitForHealthy();
    assert.is(status.leader, leader);
    assert.is(status.term, term);
    assert.ok(events);
  }));

test('a local read of a node that is cut off is old, a linearizable one waits and ends', () =>
  withCluster('old reads', {}, async (cluster) => {
    const { followers } = await leaderAndFollowers(cluster);
    const [cutOff = 0] = followers;
    await cluster.waitForHealthy();
    await cluster.partition([[cutOff], cluster.nodeIds.filter((id) => id !== cutOff)]);
    await registerBrokers(cluster.store(), 2);
    const bound = cluster.store({ node: cutOff });
    assert.is((await bound.listBrokers({ consistency: 'local' })).length, 0);
    const code = await codeOf(bound.listBrokers({ timeoutMs: 1_000 }));
    assert.ok(['Timeout', 'NoLeader', 'NotLeader'].includes(code), code);
    assert.is(await codeOf(bound.registerBroker({ id: 9, addr: 'h:9' })), 'NotLeader');
    await cluster.heal();
    await cluster.waitForHealthy();
    assert.is((await bound.listBrokers()).length, 2, 'a follower answers linearizable reads');
  }));

test('events tell of nodes, links, leaders and health in order, and end with the signal', () =>
  withCluster('events', {}, async (cluster) => {
    const abort = new AbortController();
    const seen: ClusterEvent[] = [];
    const reading = (async () => {
      for await (const event of cluster.events({ signal: abort.signal })) seen.push(event);
    })();
    const { leader } = await leaderAndFollowers(cluster);
    await cluster.waitForHealthy();
    await cluster.node(leader).kill();
    await registerBrokers(cluster.store(), 1);
    await cluster.node(leader).restart();
    await cluster.waitForHealthy({ timeoutMs: 15_000 });
    abort.abort();
    await reading;
    const stopped = seen.findIndex(
      ({ kind, change, node }) => kind === 'node' && change === 'stopped' && node === leader,
    );
    const elected = seen.findIndex(
      (event) => event.kind === 'leader' && ![null, leader].includes(event['leader'] as number),
    );
    const started = seen.findIndex(({ kind, change }) => kind === 'node' && change === 'started');
    assert.ok(stopped >= 0 && elected > stopped && started > elected, JSON.stringify(seen.map(({ kind }) => kind)));
    assert.is(seen.filter(({ kind }) => kind === 'health').at(-1)?.['healthy'], true);
    assert.ok(seen.some(({ kind }) => kind === 'membership'));
  }));

test('wrong arguments are typed errors', () =>
  withCluster('wrong', {}, async (cluster) => {
    const link = cluster.link(1, 2);
    assert.is(await codeOf(link.cut({ from: 3 })), 'InvalidArgument');
    assert.is(await codeOf(link.setFaults({ dropRate: 2 })), 'InvalidArgument');
    assert.is(await codeOf(link.setFaults({ delayMs: [5, 1] })), 'InvalidArgument');
    assert.is(await codeOf(link.setFaults({ refuseHandshakes: 0.5 })), 'InvalidArgument');
    assert.is(await codeOf(cluster.partition([[1], [1, 2]])), 'InvalidArgument');
    assert.is(await codeOf(cluster.partition([[1], [8]])), 'NodeNotFound');
    assert.throws(() => cluster.link(1, 1));
    assert.throws(() => cluster.link(1, 9));
    assert.is(await codeOf(cluster.node(1).restart()), 'InvalidArgument');
  }));

test.run();
