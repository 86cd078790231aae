/** Health of a cluster with real threads: what its status says by reason, and the events of it. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { Cluster, ClusterEvent, ClusterStatus } from '../../src/index.js';
import { leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';

const test = suite('health');
const counterMachine = new URL('../support/counter-machine.js', import.meta.url);

const reasonsOf = ({ reasons }: ClusterStatus): [string, number, string[]][] =>
  reasons.map(({ reason, count, names }) => [reason, count, names]);

/** The reasons of each health event, joined. */
function healthEvents(cluster: Cluster): { told: string[]; events: ClusterEvent[]; end: () => Promise<void> } {
  const abort = new AbortController();
  const told: string[] = [];
  const events: ClusterEvent[] = [];
  const reading = (async () => {
    for await (const event of cluster.events({ signal: abort.signal })) {
      if (event.kind !== 'health') continue;
      events.push(event);
      told.push((event['reasons'] as { reason: string }[]).map(({ reason }) => reason).join(' '));
    }
  })();
  const end = async (): Promise<void> => {
    abort.abort();
    await reading;
  };
  return { told, events, end };
}

test('stopped and paused nodes, links that are down, a node that lags: by reason, with names', () =>
  withCluster('reasons', {}, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    const [one = 0, other = 0] = followers;
    const healthy = await cluster.waitForHealthy();
    assert.equal([healthy.reasons, healthy.problems], [[], []]);
    await cluster.node(one).pause();
    assert.equal(reasonsOf(await cluster.status()), [['pausedNodes', 1, [String(one)]]]);
    const store = cluster.store();
    await Promise.all(Array.from({ length: 1_100 }, (_, id) => store.registerBroker({ id: id + 1, addr: 'h:1' })));
    // The other follower has the entries when they are acknowledged, and learns of it with the next message.
    const applied = (status: ClusterStatus, id: number): number =>
      status.nodes.find((node) => node.id === id)?.appliedIndex ?? 0;
    await eventually(async () => {
      const status = await cluster.status();
      return applied(status, other) === applied(status, leader);
    }, 'the follower that runs has applied them');
    const lagging = await cluster.status();
    assert.equal(
      lagging.reasons.map(({ reason }) => reason),
      ['pausedNodes', 'laggingNodes'],
    );
    assert.match(lagging.reasons[1]?.detail ?? '', new RegExp(`^node ${one} is \\d{4,} entries behind$`));
    await cluster.node(one).resume();
    await cluster.waitForHealthy();
    await cluster.link(leader, other).cut();
    const cut = await cluster.status();
    const ends = [leader, other].sort((a, b) => a - b).join('-');
    assert.equal(reasonsOf(cut), [['unconnectedLinks', 1, [ends]]]);
    assert.is(cut.healthy, false);
    await cluster.heal();
    await cluster.node(one).kill();
    const stopped = await cluster.status();
    assert.equal(stopped.reasons[0]?.names, [String(one)]);
    assert.is(stopped.reasons[0]?.detail, stopped.problems[0]);
  }));

test('a majority is down: no leader, and no word of the metadata', () =>
  withCluster('no leader', {}, async (cluster) => {
    const { leader, followers } = await leaderAndFollowers(cluster);
    await Promise.all(followers.map((id) => cluster.node(id).pause()));
    await cluster.node(leader).kill();
    await eventually(async () => (await cluster.status()).leader === null, 'no leader');
    const { reasons, metadata } = await cluster.status();
    const found = new Set<string>(reasons.map(({ reason }) => reason));
    for (const reason of ['noLeader', 'stoppedNodes', 'pausedNodes']) assert.ok(found.has(reason), reason);
    assert.is(metadata, null);
  }));

test('what is wrong with the metadata is told beside, and leaves the cluster healthy', () =>
  withCluster('metadata', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    await store.createTopic('t', { partitions: 3, replicationFactor: 3 });
    const well = await cluster.waitForHealthy();
    assert.equal(well.metadata, { brokers: 3, topics: 1, partitions: 3, problems: [] });
    await store.updateBroker(2, { status: 'unreachable' });
    const status = await cluster.waitForHealthy();
    assert.equal([status.healthy, status.reasons], [true, []]);
    assert.equal(
      status.metadata?.problems.map(({ detail }) => detail),
      ['1 broker is fenced: 2', '3 partitions are under-replicated: t:0, t:1, t:2'],
    );
    assert.equal(await store.health(), status.metadata);
  }));

test('events: how things stand first, then each other set of reasons, to each who listens', () =>
  withCluster('events', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    await cluster.waitForHealthy();
    const first = healthEvents(cluster);
    await eventually(() => first.told.length === 1, 'the first event');
    assert.equal(first.told, ['']);
    assert.is(first.events[0]?.['healthy'], true);

    await store.updateBroker(2, { status: 'unreachable' });
    await eventually(() => first.told.length === 2, 'a fenced broker, without a question');
    const second = healthEvents(cluster);
    await eventually(() => second.told.length === 1, 'the first event of the second');
    assert.equal([first.told, second.told], [['', 'fencedBrokers'], ['fencedBrokers']]);
    assert.is(first.events[1]?.['healthy'], true);
    await store.updateBroker(3, { status: 'unreachable' });
    await cluster.status();
    assert.is(first.told.length, 2, 'one more of the same is no other reason');

    const { followers } = await leaderAndFollowers(cluster);
    await cluster.node(followers[0] ?? 0).pause();
    await eventually(() => first.told.length === 3, 'a paused node');
    await cluster.node(followers[0] ?? 0).resume();
    await cluster.waitForHealthy();
    await eventually(() => second.told.at(-1) === 'fencedBrokers', 'it is resumed');
    const paused = first.told.indexOf('pausedNodes fencedBrokers');
    assert.is(first.events[paused]?.['healthy'], false);
    assert.ok(second.told.includes('pausedNodes fencedBrokers'));
    for (const { told } of [first, second]) assert.ok(told.every((state, at) => state !== told[at - 1]));
    await Promise.all([first.end(), second.end()]);
  }));

test('a state machine of its own has no metadata', () =>
  withCluster('own', { stateMachine: counterMachine, nodes: 1 }, async (cluster) => {
    const watched = healthEvents(cluster);
    await eventually(() => watched.told.length === 1, 'an event');
    assert.equal([(await cluster.status()).metadata, watched.told], [null, ['']]);
    await watched.end();
  }));

test.run();
