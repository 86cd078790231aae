/**
 * The metadata store over a node that commits at once: values, hostile names, and hostile arguments, which never
 * reach the log.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MetadataStore } from '../../src/client/metadata-store.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { createReplicatedState } from '../../src/state-machine/exactly-once.js';
import type { ErrorCode } from '../../src/errors.js';
import type { Bench } from './client-suite.js';
import { rejection, withBench } from './client-suite.js';
import type { FakeNode } from './fake-node.js';

const test = suite('metadata store');

async function ledNode(bench: Bench): Promise<FakeNode> {
  const node = bench.node(1);
  node.state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] });
  await node.lead(1);
  return node;
}

async function withBrokers(bench: Bench): Promise<MetadataStore> {
  await ledNode(bench);
  const store = bench.store();
  await Promise.all([1, 2, 3].map((id) => store.registerBroker({ id, addr: `host-${id}:9092`, rack: `r${id}` })));
  return store;
}

test(
  'every method gives the value that its operation or query came to',
  withBench(async (bench) => {
    const store = await withBrokers(bench);
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
    const store = await withBrokers(bench);
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
  'names of Object.prototype are topics like any other',
  withBench(async (bench) => {
    const store = await withBrokers(bench);
    const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString'];
    const extra = JSON.parse('{"__proto__":"1","constructor":"2"}') as Record<string, string>;
    for (const name of names) await store.createTopic(name, { partitions: 1, replicationFactor: 1, config: { extra } });
    const { topics, partitions } = await store.metadata();
    assert.equal(Object.keys(topics).sort(), names);
    assert.is(Object.keys(partitions).length, names.length);
    for (const name of names) {
      assert.is(new Map(Object.entries(topics)).get(name)?.name, name);
      const settings = (await store.getTopic(name))?.config.extra ?? {};
      assert.equal(Object.entries(settings).sort(), [
        ['__proto__', '1'],
        ['constructor', '2'],
      ]);
    }
    assert.is(await store.getTopic('valueOf'), undefined);
  }),
);

const cyclic: Record<string, unknown> = { partitions: 1, replicationFactor: 1 };
cyclic['config'] = { extra: cyclic };
const throwing = Object.defineProperty({}, 'id', {
  enumerable: true,
  get() {
    throw new Error('hostile');
  },
});
const proxy = new Proxy(
  {},
  {
    get: () => {
      throw new TypeError('hostile');
    },
  },
);
const huge = 'x'.repeat(2 * 1024 * 1024);
const topic = { partitions: 1, replicationFactor: 1 };

/** What no TypeScript caller could write; each with the code it must come to. */
const hostileCalls: Record<string, [ErrorCode, (store: MetadataStore) => Promise<unknown>]> = {
  'no argument': ['InvalidArgument', (store) => store.registerBroker(undefined as never)],
  'a null argument': ['InvalidArgument', (store) => store.createTopic('t', null as never)],
  'a throwing getter': ['InvalidArgument', (store) => store.registerBroker(throwing as never)],
  'a throwing proxy': ['InvalidArgument', (store) => store.createTopic('t', proxy as never)],
  'a cycle': ['InvalidArgument', (store) => store.createTopic('t', cyclic as never)],
  'a cycle in an operation': ['InvalidArgument', (store) => store.propose({ type: 'create_topic', data: cyclic })],
  NaN: ['InvalidArgument', (store) => store.createTopic('t', { ...topic, partitions: Number.NaN })],
  Infinity: ['InvalidArgument', (store) => store.updateLeader('t', 0, 1, Number.POSITIVE_INFINITY)],
  'a BigInt': ['InvalidArgument', (store) => store.unregisterBroker(1n as never)],
  'a symbol': ['InvalidArgument', (store) => store.deleteTopic(Symbol('t') as never)],
  'a name that is none': ['InvalidArgument', (store) => store.createTopic('a b', topic)],
  'a name of dots': ['InvalidArgument', (store) => store.deleteTopic('..')],
  'a name too long': ['InvalidArgument', (store) => store.createTopic('x'.repeat(250), topic)],
  'a huge name': ['TooLarge', (store) => store.createTopic(huge, topic)],
  'a huge list': ['TooLarge', (store) => store.updateIsr('t', 0, new Array<number>(2 ** 30))],
  'a count of 0': ['InvalidArgument', (store) => store.createTopic('t', { ...topic, partitions: 0 })],
  'a fraction': ['InvalidArgument', (store) => store.updateIsr('t', 0.5, [1])],
  'a broker 0': ['InvalidArgument', (store) => store.registerBroker({ id: 0, addr: 'a:1' })],
  'an address that is none': ['InvalidArgument', (store) => store.registerBroker({ id: 1, addr: 'a' })],
  'no list': ['InvalidArgument', (store) => store.createPartitions('ab' as never)],
  'no list of partitions': ['InvalidArgument', (store) => store.electLeaders('preferred', 'ab' as never)],
  'a partition that is none': ['InvalidArgument', (store) => store.electLeaders('preferred', [null as never])],
  'an election of another kind': ['InvalidArgument', (store) => store.electLeaders('any' as never)],
  'no list of changes': ['InvalidArgument', (store) => store.alterReassignments(undefined as never)],
  'a change without replicas': [
    'InvalidArgument',
    (store) => store.alterReassignments([{ topic: 't', partition: 0 } as never]),
  ],
  'a report without epochs': ['InvalidArgument', (store) => store.alterIsr({ brokerId: 1, isr: [1] } as never)],
  'no total': ['InvalidArgument', (store) => store.addPartitions('t', undefined as never)],
  'an unknown type': ['UnknownOperation', (store) => store.propose({ type: '__proto__', data: {} })],
  'a type that is none': ['InvalidArgument', (store) => store.propose({ type: 7 as never, data: {} })],
  'a timestamp that is none': [
    'InvalidArgument',
    (store) => store.propose({ type: 'delete_topic', data: { name: 't' }, timestamp: -1 }),
  ],
  'options that are none': ['InvalidArgument', (store) => store.deleteTopic('t', 'soon' as never)],
  'null options': ['InvalidArgument', (store) => store.allocatePartitions('t', 1, 1, null as never)],
  'a deadline that is none': ['InvalidArgument', (store) => store.deleteTopic('t', { timeoutMs: Number.NaN })],
  'a signal that is none': [
    'InvalidArgument',
    (store) => store.deleteTopic('t', { signal: Object.create(AbortSignal.prototype) as never }),
  ],
  'an empty request id': ['InvalidArgument', (store) => store.deleteTopic('t', { requestId: '' })],
  'a long request id': ['InvalidArgument', (store) => store.deleteTopic('t', { requestId: 'é'.repeat(200) })],
  'an unknown consistency': ['InvalidArgument', (store) => store.listTopics({ consistency: 'eventual' as never })],
  'a query that is none': ['InvalidArgument', (store) => store.query(undefined as never)],
  'an id that is none, to a query': ['InvalidArgument', (store) => store.getBroker('1' as never)],
};

for (const [name, [code, call]] of Object.entries(hostileCalls)) {
  test(
    `${name} answers ${code}, and nothing reaches the log`,
    withBench(async (bench) => {
      const node = await ledNode(bench);
      const store = bench.store();
      const outcome = call(store);
      await rejection(outcome, code);
      await store.registerBroker({ id: 1, addr: 'a:1' });
      assert.is(node.writes.length, 1);
    }),
  );
}

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
