/**
 * Brokers that live and die, through the public API: who beats stays, who falls silent is fenced when its session ends,
 * and a leader that has just been elected fences nobody sooner than that. Times are compared with those measured beside
 * them.
 */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import {
  readKafkaTopics,
  ClusterError,
  type BrokerInfo,
  type Cluster,
  type HeartbeatAnswer,
  type MetadataStore,
} from '../../src/index.js';
import { must } from '../../src/assert.js';
import { eventually } from '../support/deadline.js';
import { testRealTopics } from '../support/real-topics.js';
import { codeOf, equalState, leaderAndFollowers, withCluster } from '../support/clusters.js';

const test = suite('cluster: broker lifecycle');

const SESSION_MS = 800;
const options = { brokerSessionTimeoutMs: SESSION_MS };
const ALL_WELL: HeartbeatAnswer = { fenced: false, mayShutDown: false };

async function register(store: MetadataStore, count: number): Promise<BrokerInfo[]> {
  const ids = Array.from({ length: count }, (_, place) => place + 1);
  return Promise.all(ids.map((id) => store.registerBroker({ id, addr: `127.0.0.1:${9091 + id}` })));
}

function beat(store: MetadataStore, { id, brokerEpoch }: BrokerInfo, more = {}): Promise<HeartbeatAnswer> {
  return store.heartbeat({ brokerId: id, brokerEpoch, ...more });
}

function beatAll(store: MetadataStore, brokers: readonly BrokerInfo[]): Promise<HeartbeatAnswer[]> {
  return Promise.all(brokers.map((broker) => beat(store, broker)));
}

async function statusesOf(store: MetadataStore): Promise<string> {
  return (await store.listBrokers()).map(({ status }) => status).join(' ');
}

/** These go on beating until it holds; gives the time at which it was seen to hold. */
async function until(
  holds: () => Promise<boolean>,
  store: MetadataStore,
  beating: readonly BrokerInfo[],
): Promise<number> {
  while (!(await holds())) await beatAll(store, beating);
  return performance.now();
}

/** How long the session's time really takes here and now, the looks of `until` included. */
async function measuredSession(look: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  while (performance.now() - startedAt < SESSION_MS) await look();
  return performance.now() - startedAt;
}

/** The last of them is heard of no more, the others go on; all partitions of these topics are looked at. */
async function fallsSilent(store: MetadataStore, brokers: readonly BrokerInfo[], topics: readonly string[]) {
  const silent = must(brokers.at(-1), 'a broker');
  const others = brokers.slice(0, -1);
  const list = async () => (await Promise.all(topics.map((name) => store.listPartitions(name)))).flat();
  for (const answer of await beatAll(store, brokers)) assert.equal(answer, ALL_WELL);
  const before = await list();
  const sentAt = performance.now();
  await beat(store, silent);
  const [fencedAt, sessionMs] = await Promise.all([
    until(async () => (await store.getBroker(silent.id))?.status !== 'alive', store, others),
    measuredSession(() => store.getBroker(silent.id)),
  ]);
  assert.is(await statusesOf(store), [...others.map(() => 'alive'), 'unreachable'].join(' '));
  const tookMs = fencedAt - sentAt;
  assert.ok(tookMs >= SESSION_MS, `not before its session ends: ${tookMs}`);
  assert.ok(tookMs <= 1.2 * sessionMs, `${tookMs} where a session takes ${sessionMs}`);
  let moved = 0;
  for (const [place, { leader, isr }] of (await list()).entries()) {
    const was = must(before[place], 'a partition');
    const left = was.isr.filter((id) => id !== silent.id);
    assert.equal(isr, left);
    if (was.leader !== silent.id) assert.is(leader, was.leader, 'exactly its leaderships move');
    else assert.ok(left.includes(leader));
    if (leader !== was.leader) moved += 1;
  }
  return { moved, tookMs, sessionMs };
}

test('a broker that falls silent is fenced, and its leaderships move, within 1.2 sessions; the others stay', () =>
  withCluster('silent', options, async (cluster) => {
    const store = cluster.store();
    const brokers = await register(store, 3);
    await store.createTopic('t', { partitions: 6, replicationFactor: 3 });
    await fallsSilent(store, brokers, ['t']);
  }));

testRealTopics(test, 'a broker of a real company falls silent', (path) => {
  test('the same among all topics of a real company', () =>
    withCluster('real topics', options, async (cluster) => {
      const store = cluster.store();
      const brokers = await register(store, 6);
      await Promise.all(brokers.map(({ id }) => store.updateBroker(id, { rack: `rack-${Math.ceil(id / 2)}` })));
      const topics = await readKafkaTopics(readFileSync(path, 'utf8'));
      for (const { name, partitions, replicationFactor = 3 } of topics) {
        await store.createTopic(name, { partitions, replicationFactor });
      }
      const names = topics.map(({ name }) => name);
      const { moved, tookMs, sessionMs } = await fallsSilent(store, brokers, names);
      console.log(`${moved} leaderships moved after ${(tookMs / sessionMs).toFixed(2)} sessions`);
    }));
});

test('a broker that never beats keeps its status', () =>
  withCluster('quiet', options, async (cluster) => {
    const store = cluster.store();
    const brokers = await register(store, 2);
    const beating = brokers.slice(0, 1);
    await beatAll(store, beating);
    const startedAt = performance.now();
    await until(async () => Promise.resolve(performance.now() - startedAt > 2 * SESSION_MS), store, beating);
    assert.is(await statusesOf(store), 'alive alive');
    assert.not((await store.getBroker(2))?.supervised);
  }));

test('a new leader gives every broker a whole session: killing the leader fences nobody', () =>
  withCluster('new leader', options, async (cluster) => {
    const store = cluster.store();
    const brokers = await register(store, 3);
    await beatAll(store, brokers);
    const beatenAt = performance.now();
    await until(async () => Promise.resolve(performance.now() - beatenAt > 0.7 * SESSION_MS), store, []);
    const killedAt = performance.now();
    await (await cluster.waitForLeader()).kill();
    // One of them goes on; what became of the other two is due only a session after the election.
    const fencedAt = await until(
      async () => (await statusesOf(store)) !== 'alive alive alive',
      store,
      brokers.slice(0, 1),
    );
    assert.ok(fencedAt - killedAt >= SESSION_MS, `${fencedAt - killedAt} after the death of the leader`);
    await until(async () => (await statusesOf(store)) === 'alive unreachable unreachable', store, brokers.slice(0, 1));
  }));

test('the heartbeat of a fenced broker brings it back, and only that of its present registration counts', () =>
  withCluster('back', options, async (cluster) => {
    const store = cluster.store();
    const [broker] = await register(store, 1);
    const known = must(broker, 'a broker');
    await store.createTopic('t', { partitions: 1, replicationFactor: 1 });
    await beat(store, known);
    await until(async () => (await statusesOf(store)) === 'unreachable', store, []);
    assert.is((await store.getPartition('t', 0))?.leader, 0);
    assert.equal(await beat(store, known, { appliedIndex: known.brokerEpoch - 1 }), {
      fenced: true,
      mayShutDown: false,
    });
    assert.equal(await beat(store, known, { appliedIndex: known.brokerEpoch }), ALL_WELL);
    assert.is(await statusesOf(store), 'alive', 'as soon as it is told so');
    assert.is((await store.getPartition('t', 0))?.leader, 1);
    assert.is(await codeOf(beat(store, { ...known, brokerEpoch: known.brokerEpoch + 1 })), 'StaleEpoch');
    assert.is(await codeOf(beat(store, { ...known, id: 9 })), 'BrokerNotFound');
    assert.is(await codeOf(store.heartbeat({ brokerId: 0, brokerEpoch: 1 })), 'InvalidArgument');
    assert.is(await codeOf(store.heartbeat(undefined as never)), 'InvalidArgument');
  }));

test('a second incarnation is refused while the first lives, and takes over once its session has ended', () =>
  withCluster('incarnations', options, async (cluster) => {
    const store = cluster.store();
    const registration = { id: 1, addr: '127.0.0.1:9092' };
    const first = await store.registerBroker({ ...registration, incarnationId: 'first' });
    await beat(store, first);
    const second = { ...registration, incarnationId: 'second' };
    assert.is(await codeOf(store.registerBroker(second)), 'BrokerExists');
    assert.equal(await store.registerBroker({ ...registration, incarnationId: 'first' }), await store.getBroker(1));
    await until(async () => (await codeOf(store.registerBroker(second))) === '', store, []);
    const taken = must(await store.getBroker(1), 'a broker');
    assert.ok(taken.brokerEpoch > first.brokerEpoch);
    assert.equal([taken.status, taken.incarnationId], ['alive', 'second']);
    assert.is(await codeOf(beat(store, first)), 'StaleEpoch');
    assert.equal(await beat(store, taken), ALL_WELL);
  }));

test('controlled shutdown: leaderships move first, then the broker may end', () =>
  withCluster('shutdown', options, async (cluster) => {
    const store = cluster.store();
    const brokers = await register(store, 3);
    await store.createTopic('t', { partitions: 9, replicationFactor: 2 });
    await beatAll(store, brokers);
    const leaving = must(brokers[1], 'broker 2');
    const { brokerEpoch } = leaving;
    await beat(store, must(brokers[0], 'broker 1'), { appliedIndex: brokerEpoch });
    assert.equal(await beat(store, leaving, { shuttingDown: true }), ALL_WELL, 'broker 1 has not seen it yet');
    assert.is(await statusesOf(store), 'alive draining alive');
    assert.equal(
      (await store.listPartitions('t')).filter(({ leader }) => leader === 2),
      [],
    );
    await beat(store, must(brokers[0], 'broker 1'));
    assert.equal(await beat(store, leaving, { shuttingDown: true }), { fenced: true, mayShutDown: true });
    assert.is(await statusesOf(store), 'alive unreachable alive');
    assert.ok((await store.listPartitions('t')).every(({ isr, leader }) => !isr.includes(2) && leader !== 0));
  }));

test('what brokers say is on every node soon, and the nodes stay equal', () =>
  withCluster('recorded', options, async (cluster) => {
    const store = cluster.store();
    const brokers = await register(store, 2);
    const from = Math.max(...brokers.map(({ lastHeartbeat }) => lastHeartbeat));
    await beat(store, must(brokers[0], 'broker 1'), { resources: { cpuCores: 8 } });
    const seenBy = async (node: number): Promise<boolean> => {
      const seen = await cluster.store({ node }).listBrokers({ consistency: 'local' });
      return (
        seen.length === 2 &&
        seen.every(({ lastHeartbeat }) => lastHeartbeat > from) &&
        seen[0]?.resources.cpuCores === 8
      );
    };
    const seenByAll = async (): Promise<boolean> => (await Promise.all(cluster.nodeIds.map(seenBy))).every(Boolean);
    await until(seenByAll, store, brokers);
    await equalState(cluster);
  }));

test('a store that is bound to a follower is told who leads, one that is not goes on through an election', () =>
  withCluster('routes', options, async (cluster) => {
    const store = cluster.store();
    const [broker] = await register(store, 1);
    const known = must(broker, 'a broker');
    const { leader, followers } = await leaderAndFollowers(cluster);
    const refused = await outcomeOf(beat(cluster.store({ node: must(followers[0], 'a follower') }), known));
    assert.ok(refused instanceof ClusterError && refused.code === 'NotLeader' && refused.retryable);
    assert.equal(refused.details, { leader });
    assert.equal(await beat(cluster.store({ node: leader }), known), ALL_WELL);
    const beats = followBeats(store, known);
    await cluster.transferLeadership(must(followers[1], 'a follower'));
    await cluster.node(leader).kill();
    await beats.more(20);
    assert.equal(await beats.stop(), [], 'each was answered by whoever led');
    assert.is(await statusesOf(store), 'alive');
  }));

function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.catch((error: unknown) => error);
}

/** Beats one after the other; gives the codes of those that failed. */
function followBeats(
  store: MetadataStore,
  broker: BrokerInfo,
): { more(count: number): Promise<void>; stop(): Promise<string[]> } {
  const failed: string[] = [];
  const beating = { answered: 0, isStopped: false };
  const work = (async () => {
    while (!beating.isStopped) {
      const code = await codeOf(beat(store, broker));
      if (code === '') beating.answered += 1;
      else failed.push(code);
    }
  })();
  return {
    async more(count) {
      const goal = beating.answered + count;
      await eventually(() => beating.answered >= goal, `${count} more heartbeats are answered`);
    },
    async stop() {
      beating.isStopped = true;
      await work;
      return failed;
    },
  };
}

test('a leader that stood still does not take that for the silence of brokers', () =>
  withCluster('stall', { ...options, nodes: 1 }, async (cluster: Cluster) => {
    const store = cluster.store();
    const brokers = await register(store, 2);
    await beatAll(store, brokers);
    const node = cluster.node(1);
    await node.pause();
    const pausedAt = performance.now();
    await eventually(() => performance.now() - pausedAt >= 3 * SESSION_MS, 'three sessions are over');
    await node.resume();
    assert.equal(await beatAll(store, brokers), [ALL_WELL, ALL_WELL]);
    const [one] = await store.listBrokers();
    assert.is(one?.status, 'alive');
    const log = await cluster.node(1).dump({ state: true });
    assert.match(JSON.stringify(log.state), /"status":"alive"/);
    assert.not.match(JSON.stringify(log.state), /unreachable/);
  }));

test.run();
