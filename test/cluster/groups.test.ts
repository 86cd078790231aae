/** Consumer groups in a real cluster: members in stores of their own, waits across threads, and across leaders. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError, type Cluster, type MetadataStore } from '../../src/index.js';
import { codeOf, equalState, leaderAndFollowers, registerBrokers, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';
import { eventually } from '../support/deadline.js';

const test = suite('consumer groups');

const groupId = 'readers';
const joining = {
  groupId,
  memberId: '',
  sessionTimeoutMs: 30_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: '{"topics":["orders"]}' }],
};

async function createOrders(store: MetadataStore): Promise<void> {
  await registerBrokers(store, 1);
  await store.createTopic('orders', { partitions: 4, replicationFactor: 1 });
}

/** Until the group is in that state, at that generation. */
async function reaches(store: MetadataStore, state: string): Promise<void> {
  await eventually(async () => {
    const group = await store.groups.describe(groupId);
    return group !== undefined && `${group.state} ${group.generation}` === state;
  }, `the group to be ${state}`);
}

/** The error that the call rejects with. */
async function errorOf(call: Promise<unknown>): Promise<ClusterError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ClusterError) return error;
    throw error;
  }
  throw new Error('resolved, where an error was due');
}

test('members join, are assigned, commit, and leave, each through a store of its own', () =>
  withCluster('protocol', {}, async (cluster) => {
    const [one, other] = [cluster.store(), cluster.store()];
    await createOrders(one);
    const first = await one.groups.join(joining);
    assert.equal([first.generation, first.leader, first.protocol], [1, first.memberId, 'range']);
    const second = other.groups.join(joining);
    await reaches(one, 'PreparingRebalance 1');
    const rejoined = await one.groups.join({ ...joining, memberId: first.memberId });
    const joined = await second;
    assert.equal([rejoined.generation, joined.generation], [2, 2]);
    assert.is(rejoined.members.length, 2);
    assert.equal(joined.members, []);

    const waiting = other.groups.sync({ groupId, memberId: joined.memberId, generation: 2 });
    const mine = await one.groups.sync({ groupId, memberId: first.memberId, generation: 2 });
    const assigned = [mine, await waiting].map(({ assignment }) => JSON.parse(assignment) as unknown);
    assert.equal(assigned, [{ partitions: { orders: [0, 1] } }, { partitions: { orders: [2, 3] } }]);

    const offsets = [{ topic: 'orders', partition: 3, offset: 12, metadata: 'note' }];
    await other.groups.commitOffsets({ groupId, memberId: joined.memberId, generation: 2, offsets });
    assert.is(await codeOf(one.groups.commitOffsets({ groupId, offsets })), 'UnknownMember');
    assert.equal(await one.groups.fetchOffsets(groupId), offsets);
    assert.equal(await one.groups.list(), [{ groupId, state: 'Stable', protocolType: 'consumer' }]);
    assert.is(await codeOf(one.groups.delete(groupId)), 'GroupNotEmpty');

    await other.groups.leave({ groupId, memberId: joined.memberId });
    assert.is(await codeOf(other.groups.leave({ groupId, memberId: joined.memberId })), 'UnknownMember');
    await one.groups.leave({ groupId, memberId: first.memberId });
    await reaches(one, 'Empty 3');
    await one.groups.delete(groupId);
    assert.is(await one.groups.describe(groupId), undefined);
    assert.is(await codeOf(one.groups.delete(groupId)), 'GroupNotFound');
    await equalState(cluster);
  }));

test('a join that is given up before it is complete names the member, and goes on as that member', () =>
  withCluster('given up', {}, async (cluster) => {
    const store = cluster.store();
    const first = await store.groups.join(joining);
    const controller = new AbortController();
    const given = errorOf(store.groups.join(joining, { signal: controller.signal }));
    await reaches(store, 'PreparingRebalance 1');
    controller.abort();
    const error = await given;
    assert.is(error.code, 'Aborted');
    const memberId = String(error.details['memberId']);
    const second = store.groups.join({ ...joining, memberId });
    const rejoined = await store.groups.join({ ...joining, memberId: first.memberId });
    assert.equal(
      rejoined.members.map((member) => member.memberId),
      [first.memberId, memberId],
    );
    assert.is((await second).memberId, memberId);
  }));

test('the same join under one request id is one member', () =>
  withCluster('request id', {}, async (cluster) => {
    const store = cluster.store();
    const [one, other] = await Promise.all(
      [1, 2].map(() => store.groups.join(joining, { requestId: 'the consumer of the shop' })),
    );
    assert.is(one?.memberId, other?.memberId);
    assert.is((await store.groups.describe(groupId))?.members.length, 1);
  }));

test('members that wait are told when they are removed, and that a rebalance came between', () =>
  withCluster('removed', {}, async (cluster) => {
    const store = cluster.store();
    const first = await store.groups.join(joining);
    const second = errorOf(store.groups.join(joining));
    await reaches(store, 'PreparingRebalance 1');
    const members = (await store.groups.describe(groupId))?.members ?? [];
    await store.groups.leave({ groupId, memberId: members[1]?.memberId ?? '' });
    assert.is((await second).code, 'UnknownMember');

    await store.groups.join({ ...joining, memberId: first.memberId });
    const third = store.groups.join(joining);
    await reaches(store, 'PreparingRebalance 2');
    await store.groups.join({ ...joining, memberId: first.memberId });
    const { memberId, generation } = await third;
    const waiting = errorOf(store.groups.sync({ groupId, memberId, generation }));
    const fourth = store.groups.join(joining);
    fourth.catch(() => undefined);
    assert.is((await waiting).code, 'RebalanceInProgress');
  }));

test('a member that falls silent is removed, and the one that beats is asked to join anew', () =>
  withCluster('silent', {}, async (cluster) => {
    const store = cluster.store();
    await createOrders(store);
    const { memberId } = await store.groups.join(joining);
    const silent = store.groups.join({ ...joining, sessionTimeoutMs: 300 });
    await reaches(store, 'PreparingRebalance 1');
    await store.groups.join({ ...joining, memberId });
    await silent;
    await store.groups.sync({ groupId, memberId, generation: 2 });
    await store.groups.heartbeat({ groupId, memberId, generation: 2 });
    assert.is(await codeOf(store.groups.heartbeat({ groupId, memberId, generation: 1 })), 'IllegalGeneration');
    assert.is(await codeOf(store.groups.heartbeat({ groupId, memberId: 'x', generation: 2 })), 'UnknownMember');
    const isAsked = async (): Promise<boolean> =>
      (await codeOf(store.groups.heartbeat({ groupId, memberId, generation: 2 }))) === 'RebalanceInProgress';
    await eventually(isAsked, 'the member to be asked to join anew');
    assert.equal((await store.groups.join({ ...joining, memberId })).members.length, 1);
  }));

/** The nodes that are up hold what the members wait for, and a new leader asks nobody to begin anew. */
async function joinAcross(cluster: Cluster, change: () => Promise<unknown>): Promise<void> {
  const [one, other] = [cluster.store(), cluster.store()];
  const first = await one.groups.join(joining);
  const second = other.groups.join(joining, { timeoutMs: 20_000 });
  await reaches(one, 'PreparingRebalance 1');
  await change();
  const rejoined = await one.groups.join({ ...joining, memberId: first.memberId }, { timeoutMs: 20_000 });
  assert.equal([rejoined.generation, (await second).generation], [2, 2]);
}

test('a member waits on when the leader is killed', () =>
  withCluster('killed', {}, async (cluster) => {
    await joinAcross(cluster, async () => cluster.node((await leaderAndFollowers(cluster)).leader).kill());
  }));

test('a member waits on when another node leads', () =>
  withCluster('transfer', {}, async (cluster) => {
    await joinAcross(cluster, async () => {
      const { followers } = await leaderAndFollowers(cluster);
      await cluster.transferLeadership(followers[0] ?? 0);
    });
  }));

test('groups and their offsets outlive the cluster on disk, through a snapshot too', () =>
  withDataDir(async (dataDir) => {
    const offsets = [0, 1, 2, 3].map((partition) => ({ topic: 'orders', partition, offset: 7, metadata: '' }));
    const before = await withCluster('before', { dataDir }, async (cluster) => {
      const store = cluster.store();
      await createOrders(store);
      const { memberId } = await store.groups.join(joining);
      await store.groups.sync({ groupId, memberId, generation: 1 });
      await store.groups.commitOffsets({ groupId, memberId, generation: 1, offsets });
      await cluster.node(1).takeSnapshot();
      return { hash: await equalState(cluster), described: await store.groups.describe(groupId) };
    });
    await withCluster('after', { dataDir }, async (cluster) => {
      const store = cluster.store();
      assert.equal(await store.groups.describe(groupId), before.described);
      assert.equal(await store.groups.fetchOffsets(groupId), offsets);
      assert.is(await equalState(cluster), before.hash);
    });
  }));

test.run();
