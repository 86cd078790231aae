/**
 * Leaders that are killed, paused or cut off while clients write: every call settles, nothing acknowledged is lost,
 * nothing applied twice.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError, type Cluster, type MetadataStore } from '../../src/index.js';
import { equalState, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';

interface Tally {
  acknowledged: string[];
  unknown: string[];
  refused: string[];
}

/** Clients that create topics, each name once, until told to stop; every outcome is kept. */
function createTopicsUntilStopped(
  store: MetadataStore,
  clients: number,
): { tally: Tally; stop: () => Promise<void>; progress: () => number } {
  const tally: Tally = { acknowledged: [], unknown: [], refused: [] };
  let stopped = false;
  const work = Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      for (let turn = 0; !stopped; turn += 1) {
        const name = `topic-${client}-${turn}`;
        try {
          await store.createTopic(name, { partitions: 1, replicationFactor: 1 });
          tally.acknowledged.push(name);
        } catch (error) {
          if (!(error instanceof ClusterError)) throw error;
          if (error.code === 'Stopped') return; // the test has failed: it would be refused for ever
          if (error.code === 'OutcomeUnknown') tally.unknown.push(name);
          else tally.refused.push(`${name}: ${error.code}`);
        }
      }
    }),
  );
  return {
    tally,
    progress: () => tally.acknowledged.length,
    async stop() {
      stopped = true;
      await work;
    },
  };
}

async function writesGoOn(progress: () => number): Promise<void> {
  const before = progress();
  while (progress() < before + 20) await new Promise((resolve) => setImmediate(resolve));
}

/** What was acknowledged is there, and what is there was asked for; `version` counts each operation once. */
async function checkTally(cluster: Cluster, store: MetadataStore, tally: Tally): Promise<void> {
  const { topics, version } = await store.metadata();
  for (const name of tally.acknowledged) assert.ok(topics[name], `${name} was acknowledged`);
  const known = new Set([...tally.acknowledged, ...tally.unknown]);
  for (const name of Object.keys(topics)) assert.ok(known.has(name), `${name} was applied`);
  assert.is(version, Object.keys(topics).length + 1, 'one change for each topic and the broker');
  assert.equal(tally.refused, [], 'a topic created once is never refused, TopicExists would mean twice');
  await equalState(cluster);
}

const test = suite('failover');

test('a killed leader: writes go on under another, all calls settle, none applied twice', () =>
  withCluster('kill', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const clients = createTopicsUntilStopped(store, 32);
    for (let round = 0; round < 3; round += 1) {
      await writesGoOn(clients.progress);
      const { leader } = await leaderAndFollowers(cluster);
      await cluster.node(leader).kill();
      await writesGoOn(clients.progress);
      await cluster.node(leader).restart();
      await cluster.waitForHealthy({ timeoutMs: 15_000 });
    }
    await clients.stop();
    await checkTally(cluster, store, clients.tally);
  }));

test('a paused leader is replaced, and follows when it resumes', () =>
  withCluster('pause', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const clients = createTopicsUntilStopped(store, 8);
    await writesGoOn(clients.progress);
    const { leader } = await leaderAndFollowers(cluster);
    await cluster.node(leader).pause();
    assert.is((await cluster.node(leader).status()).paused, true);
    await writesGoOn(clients.progress);
    assert.is.not((await cluster.waitForLeader()).id, leader);
    await cluster.node(leader).resume();
    await cluster.waitForHealthy({ timeoutMs: 15_000 });
    await clients.stop();
    await checkTally(cluster, store, clients.tally);
  }));

test('a leader cut off on all its links is replaced, and steps down', () =>
  withCluster('cut', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const clients = createTopicsUntilStopped(store, 8);
    await writesGoOn(clients.progress);
    const { leader, followers } = await leaderAndFollowers(cluster);
    await cluster.partition([[leader], followers]);
    await writesGoOn(clients.progress);
    assert.is.not((await cluster.waitForLeader()).id, leader);
    await cluster.heal();
    await cluster.waitForHealthy({ timeoutMs: 15_000 });
    await clients.stop();
    await checkTally(cluster, store, clients.tally);
  }));

test('of seven nodes three may be dead at once, the leader among them', () =>
  withCluster('seven', { nodes: 7 }, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const clients = createTopicsUntilStopped(store, 16);
    await writesGoOn(clients.progress);
    const { leader, followers } = await leaderAndFollowers(cluster);
    const dead = [leader, ...followers.slice(0, 2)];
    await Promise.all(dead.map((id) => cluster.node(id).kill()));
    await writesGoOn(clients.progress);
    assert.not.ok(dead.includes((await cluster.waitForLeader()).id));
    await Promise.all(dead.map((id) => cluster.node(id).restart()));
    await cluster.waitForHealthy({ timeoutMs: 20_000 });
    await clients.stop();
    await checkTally(cluster, store, clients.tally);
  }));

test('a connection that breaks under load loses and doubles nothing', () =>
  withCluster('break', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const clients = createTopicsUntilStopped(store, 16);
    const { leader, followers } = await leaderAndFollowers(cluster);
    for (const follower of followers) {
      await cluster.link(leader, follower).setFaults({ closeAfterMessages: 5 });
      await writesGoOn(clients.progress);
    }
    await clients.stop();
    await cluster.waitForHealthy();
    const link = await cluster.link(leader, followers[0] ?? 0).status();
    assert.ok(link.reconnects >= 1, 'it connected again');
    await checkTally(cluster, store, clients.tally);
  }));

test.run();
