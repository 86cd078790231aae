/**
 * The metadata store over a node that commits at once: values and hostile names. Hostile arguments are in
 * `hostile-calls.test.ts`.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { PartitionInfo } from '../../src/metadata/model.js';
import { ledNode, rejection, storeWithBrokers, withBench } from './client-suite.js';

const test = suite('metadata store');

test(
  'every method gives the value that its operation or query came to',
  withBench(async (bench) => {
    const store = await storeWithBrokers(bench);
    assert.is((await store.updateBroker(3, { status: 'draining' })).status, 'draining');
    assert.is((await store.updateBroker(3, { status: 'alive' })).status, 'alive');
    assert.equal(
      (await store.listBrokers()).map(({ id }) => id),
      [1, 2, 3],
    );
    assert.is((await store.getBroker(2))?.rack, 'r2');
    assert.is(await store.getBroker(9), undefined);

    const spec = { partitions: 2, replicationFactor: 2, assignment: 'none' } as const;
    assert.is((await store.createTopic('orders', spec)).numPartitions, 2);
    assert.is((await store.updateTopic('orders', { config: { retentionMs: 5 } })).config.retentionMs, 5);
    assert.is((await store.getTopic('orders'))?.name, 'orders');
    assert.is((await store.createPartition({ topic: 'orders', partition: 0, replicas: [1, 2] })).leader, 1);
    const rest = await store.createPartitions([
      { topic: 'orders', partition: 1, replicas: [2, 3], leader: 3, isr: [3] },
    ]);
    assert.equal(
      rest.map(({ partition, leader }) => [partition, leader]),
      [[1, 3]],
    );
    assert.equal(await store.createPartitions([]), []);
    assert.equal((await store.updateIsr('orders', 1, [2, 3])).isr, [2, 3]);
    assert.is((await store.updateLeader('orders', 1, 2, 2)).leader, 2);
    assert.equal((await store.updateReplicas('orders', 1, [2, 1])).replicas, [2, 1]);
    assert.is((await store.updatePartition('orders', 1, { leader: 0 })).leader, 0);
    assert.is((await store.getPartition('orders', 1))?.leaderEpoch, 3);
    assert.is((await store.listPartitions('orders')).length, 2);
    assert.equal(
      (await store.listTopics()).map(({ name }) => name),
      ['orders'],
    );
    assert.is((await store.allocatePartitions('next', 3, 2, { strategy: 'roundRobin' })).length, 3);
    assert.equal(Object.keys((await store.metadata()).partitions), ['orders:0', 'orders:1']);

    await store.deleteTopic('orders');
    await store.unregisterBroker(3);
    assert.equal(
      (await store.listBrokers()).map(({ id }) => id),
      [1, 2],
    );
    await rejection(store.deleteTopic('orders'), 'TopicNotFound');
  }),
);

test(
  'the methods of the control plane give the partitions that they changed',
  withBench(async (bench) => {
    const store = await storeWithBrokers(bench);
    const spec = { partitions: 1, replicationFactor: 2, assignment: [[1, 2]] };
    await store.createTopic('orders', spec);
    assert.equal(
      (await store.addPartitions('orders', 3)).map(({ partition }) => partition),
      [1, 2],
    );
    const place = { topic: 'orders', partition: 0 };
    const [moving] = await store.alterReassignments([{ ...place, replicas: [3] }]);
    assert.equal(moving?.replicas, [3, 1, 2]);
    assert.equal(await store.listReassignments(), [moving]);
    assert.equal(await store.listReassignments({ consistency: 'local' }), [moving]);
    assert.equal((await store.alterReassignments([{ ...place, replicas: null }]))[0]?.replicas, [1, 2]);
    await store.updateLeader('orders', 0, 2, 9);
    assert.equal(await store.electLeaders('unclean', [place]), []);
    assert.equal(
      (await store.electLeaders('preferred', [place])).map(({ leader }) => leader),
      [1],
    );
    assert.equal(await store.electLeaders('preferred'), [], 'all lead that should');

    const { leaderEpoch = 0, partitionEpoch = 0 } = (await store.getPartition('orders', 0)) ?? {};
    const brokerEpoch = (await store.getBroker(1))?.brokerEpoch ?? 0;
    const report = { ...place, brokerId: 1, brokerEpoch, leaderEpoch, partitionEpoch, isr: [1] };
    assert.equal((await store.alterIsr(report)).isr, [1]);
    await rejection(store.alterIsr(report), 'StaleEpoch');
    await rejection(store.alterReassignments([{ ...place, replicas: null }]), 'InvalidAssignment');
  }),
);

test(
  'the generic forms give the index at which the value holds',
  withBench(async (bench) => {
    await ledNode(bench);
    const store = bench.store();
    const registered = await store.propose({ type: 'register_broker', data: { id: 1, addr: 'a:1' }, timestamp: 77 });
    assert.is(registered.index, 2, 'behind the opening of the session');
    assert.is((registered.value as { registeredAt: number }).registeredAt, 77);
    assert.equal(await store.query({ type: 'get_broker', id: 1 }), registered);
    await rejection(store.query({ type: 'constructor' }), 'UnknownOperation');
  }),
);

test(
  'placements are drawn anew for each call, unless it gives the seed',
  withBench(async (bench) => {
    const node = await ledNode(bench);
    const store = bench.store();
    await Promise.all([1, 2, 3, 4, 5, 6].map((id) => store.registerBroker({ id, addr: 'a:1', rack: `r${id % 3}` })));
    const replicasOf = async (call: Promise<PartitionInfo[]>): Promise<string> =>
      JSON.stringify((await call).map(({ replicas }) => replicas));
    const allocate = (placementSeed?: number): Promise<string> =>
      replicasOf(store.allocatePartitions('t', 12, 2, placementSeed === undefined ? {} : { placementSeed }));
    const layouts = [];
    for (let call = 0; call < 8; call += 1) layouts.push(await allocate());
    assert.ok(new Set(layouts).size > 4, 'drawn anew');
    assert.is(await allocate(7), await allocate(7));
    const data = { name: 't', partitions: 12, replicationFactor: 2 };
    await store.propose({ type: 'create_topic', data, placementSeed: 7 });
    assert.is(await replicasOf(store.listPartitions('t')), await allocate(7), 'the operation has the seed given');

    const spec = { partitions: 12, replicationFactor: 2 };
    const first = await store.createTopic('u', spec, { requestId: 'mine' });
    assert.equal(
      await store.createTopic('u', spec, { requestId: 'mine' }),
      first,
      'a repeat draws another, and is one',
    );
    assert.is(node.writes.length, 6 + 3);
  }),
);

test(
  'names of Object.prototype are topics like any other',
  withBench(async (bench) => {
    const store = await storeWithBrokers(bench);
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    for (const name of names) await store.createTopic(name, { partitions: 1, replicationFactor: 1 });
    const { topics, partitions } = await store.metadata();
    assert.equal(Object.keys(topics).sort(), names);
    assert.is(Object.keys(partitions).length, names.length);
    for (const name of names) {
      assert.is(new Map(Object.entries(topics)).get(name)?.name, name);
      assert.is((await store.getTopic(name))?.name, name);
    }
    assert.is(await store.getTopic('valueOf'), undefined);
  }),
);

test(
  'an argument changed after the call, and unknown members, make no difference',
  withBench(async (bench) => {
    await ledNode(bench);
    const store = bench.store();
    const broker = { id: 1, addr: 'a:1', resources: { cpuCores: 4 }, later: () => 1n };
    const call = store.registerBroker(broker);
    broker.resources.cpuCores = 5;
    assert.is((await call).resources.cpuCores, 4);
  }),
);

test(
  'close is idempotent; later calls answer Stopped, those before it settle',
  withBench(async (bench) => {
    await ledNode(bench);
    const store = bench.store();
    const before = store.registerBroker({ id: 1, addr: 'a:1' });
    await store.close();
    await store.close();
    assert.is((await before).id, 1);
    await rejection(store.listBrokers(), 'Stopped');
    await rejection(store.unregisterBroker(1), 'Stopped');
  }),
);

test.run();
