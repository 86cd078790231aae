/**
 * The controller of several processes on one etcd: one at a time, asked from any of them, followed by another when its
 * process is killed. Brokers and members of groups beat through whichever process they use.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { connectStore, type BrokerInfo, type ConnectedStore } from '../../src/index.js';
import { codeOf } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';
import type { StoreProcess } from '../support/store-process.js';
import { controllerOf, equalStores, onEtcd, optionsAt, withStores } from '../support/stores-in-etcd.js';

const test = suite('the controller of several processes');
const onCluster = onEtcd(test, 'the controller of several processes', { size: 1 });

/** Beats go through etcd twice; a busy machine delays them. */
const session = { brokerSessionTimeoutMs: 2_000 };

const patient = { timeoutMs: 20_000 };

async function beat({ store }: StoreProcess, brokers: readonly BrokerInfo[]): Promise<void> {
  await Promise.all(brokers.map(({ id, brokerEpoch }) => store.heartbeat({ brokerId: id, brokerEpoch }, patient)));
}

/** As this process knows them. */
async function statusesOf({ store }: StoreProcess): Promise<string> {
  return (await store.listBrokers()).map(({ status }) => status).join(' ');
}

/** These go on beating through that process until one that does not is fenced. `before`: how all stood. */
async function untilFenced(
  process: StoreProcess,
  brokers: readonly BrokerInfo[],
  reader: StoreProcess,
  before: string,
): Promise<void> {
  const isFenced = async (): Promise<boolean> => {
    await beat(process, brokers);
    return (await statusesOf(reader)) !== before;
  };
  await eventually(isFenced, 'a silent broker to be fenced', 20_000);
}

/** The controller, and the two others. */
async function parts(processes: readonly StoreProcess[]): Promise<[StoreProcess, StoreProcess, StoreProcess]> {
  const controller = await controllerOf(processes);
  return [controller, ...processes.filter((process) => process !== controller)] as Awaited<ReturnType<typeof parts>>;
}

const IDLE_MS = 10_000;
let idle: ConnectedStore | undefined;
let idleSinceMs = 0;
const warnings: string[] = [];
test.after(async () => {
  await idle?.close();
});

onCluster('a store is opened, and nobody asks it for anything', async (etcd) => {
  const logger = { level: 'warn' as const, write: (line: string) => void warnings.push(line) };
  idle = await connectStore(optionsAt(etcd, 0, { prefix: '/idle', controllerTimeoutMs: 600_000, logger }));
  idleSinceMs = performance.now();
});

onCluster('brokers beat through any process; who is silent is fenced, and so it is under the next controller', (etcd) =>
  withStores(etcd, '/brokers', session, async (processes) => {
    const [controller, other, third] = await parts(processes);
    const brokers = await other.store.listBrokers();
    await beat(other, brokers);
    const { term } = (await other.store.status()).head;
    await untilFenced(other, brokers.slice(0, 2), third, 'alive alive alive');
    assert.is(await statusesOf(third), 'alive alive unreachable');

    await controller.kill();
    // The second is silent from now on: the next controller never hears of it, and gives it a full session to no avail.
    await beat(other, brokers.slice(0, 1));
    const next = await controllerOf([other, third]);
    assert.ok((await next.store.status()).head.term > term);
    await untilFenced(other, brokers.slice(0, 1), third, 'alive alive unreachable');
    assert.is(await statusesOf(third), 'alive unreachable unreachable');
    await beat(third, brokers);
    await eventually(async () => (await statusesOf(other)) === 'alive alive alive', 'all to be back');
    await equalStores([other, third]);
  }),
);

const groupId = 'readers';
const joining = {
  groupId,
  memberId: '',
  sessionTimeoutMs: 2_000,
  rebalanceTimeoutMs: 60_000,
  protocolType: 'consumer',
  protocols: [{ name: 'range', metadata: '{"topics":["orders"]}' }],
};

onCluster('members of a group join, sync and beat through two processes', (etcd) =>
  withStores(etcd, '/groups', { processes: 2 }, async (processes) => {
    // The other is never the controller: what beats there has to be handed on.
    const controller = await controllerOf(processes);
    const one = controller.store;
    const { store: other } = must(
      processes.find((process) => process !== controller),
      'another process',
    );
    await one.createTopic('orders', { partitions: 4, replicationFactor: 1 });
    const first = await one.groups.join(joining);
    const second = other.groups.join(joining, patient);
    await eventually(async () => (await one.groups.describe(groupId))?.state === 'PreparingRebalance', 'a rebalance');
    const rejoined = await one.groups.join({ ...joining, memberId: first.memberId });
    const { generation, memberId } = await second;
    assert.equal([rejoined.generation, generation], [2, 2]);
    const waiting = other.groups.sync({ groupId, memberId, generation }, patient);
    const mine = await one.groups.sync({ groupId, memberId: first.memberId, generation });
    const assigned = [mine, await waiting].map(({ assignment }) => JSON.parse(assignment) as unknown);
    assert.equal(assigned, [{ partitions: { orders: [0, 1] } }, { partitions: { orders: [2, 3] } }]);

    for (const store of [one, other]) {
      await store.groups.heartbeat({ groupId, memberId, generation });
      assert.is(await codeOf(store.groups.heartbeat({ groupId, memberId, generation: 1 })), 'IllegalGeneration');
    }
    for (const store of [one, other]) {
      const isAsked = async (): Promise<boolean> =>
        (await codeOf(store.groups.heartbeat({ groupId, memberId, generation }))) === 'RebalanceInProgress';
      await eventually(isAsked, 'the silent member to be removed, and the other one to be asked to join anew');
    }
    assert.is((await other.groups.join({ ...joining, memberId })).members.length, 1);
    await equalStores(processes);
  }),
);

onCluster('the store that was left alone has kept its connection', async () => {
  await eventually(() => performance.now() - idleSinceMs > IDLE_MS, 'etcd to be tired of it', 2 * IDLE_MS);
  await idle?.listTopics();
  assert.equal(warnings, []);
});

test.run();
