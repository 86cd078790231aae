/** Input that no caller should give: the exact code at once, the log index unchanged, the cluster goes on. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { startCluster, type Cluster, type ClusterOptions, type MetadataStore } from '../../src/index.js';
import { codeOf, registerBrokers, withCluster } from '../support/clusters.js';

const HOSTILE_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', '0', '-1', 'NaN'];

const cyclic: Record<string, unknown> = {};
cyclic['self'] = cyclic;
const throwing = {
  get name(): string {
    throw new Error('getter');
  },
};

async function lastLogIndex(cluster: Cluster): Promise<number> {
  const { id } = await cluster.waitForLeader();
  return (await cluster.node(id).status()).lastLogIndex;
}

/** Calls with arguments that the types forbid. */
function malformedCalls(store: MetadataStore): readonly (readonly [string, () => Promise<unknown>])[] {
  const any = store as unknown as Record<string, (...parameters: unknown[]) => Promise<unknown>>;
  const call =
    (method: string, ...parameters: unknown[]) =>
    (): Promise<unknown> =>
      any[method]?.(...parameters) ?? Promise.reject(new Error(method));
  const spec = { partitions: 1, replicationFactor: 1 };
  return [
    ['topic name undefined', call('createTopic', undefined, spec)],
    ['topic name object', call('createTopic', {}, spec)],
    ['topic name empty', call('createTopic', '', spec)],
    ['topic name dot', call('createTopic', '.', spec)],
    ['topic name slash', call('createTopic', 'a/b', spec)],
    ['topic name of 250 characters', call('createTopic', 'a'.repeat(250), spec)],
    ['topic spec missing', call('createTopic', 'a')],
    ['topic spec null', call('createTopic', 'a', null)],
    ['topic spec cyclic', call('createTopic', 'a', { ...spec, config: cyclic })],
    ['topic partitions NaN', call('createTopic', 'a', { partitions: NaN, replicationFactor: 1 })],
    ['topic partitions 0', call('createTopic', 'a', { partitions: 0, replicationFactor: 1 })],
    ['topic partitions 1e9', call('createTopic', 'a', { partitions: 1e9, replicationFactor: 1 })],
    ['topic partitions BigInt', call('createTopic', 'a', { partitions: 1n, replicationFactor: 1 })],
    ['broker throwing getter', call('registerBroker', throwing)],
    ['broker null', call('registerBroker', null)],
    ['broker id 0', call('registerBroker', { id: 0, addr: 'h:1' })],
    ['broker id 1.5', call('registerBroker', { id: 1.5, addr: 'h:1' })],
    ['broker id Infinity', call('registerBroker', { id: Infinity, addr: 'h:1' })],
    ['broker addr number', call('registerBroker', { id: 7, addr: 5 })],
    ['broker status unknown', call('updateBroker', 1, { status: 'happy' })],
    ['partition null', call('createPartition', null)],
    ['partitions not a list', call('createPartitions', 'all')],
    ['isr not a list', call('updateIsr', 'events', 0, 'all')],
    ['leader epoch string', call('updateLeader', 'events', 0, 1, '2')],
    ['partition number beyond the topic', call('updateIsr', 'events', 99, [1])],
    ['options not an object', call('createTopic', 'a', spec, 5)],
    ['time-out NaN', call('createTopic', 'a', spec, { timeoutMs: NaN })],
    ['signal not a signal', call('createTopic', 'a', spec, { signal: {} })],
    ['request id empty', call('createTopic', 'a', spec, { requestId: '' })],
    ['consistency unknown', call('listBrokers', { consistency: 'eventual' })],
    ['operation without a type', call('propose', { data: {} })],
    ['operation null', call('propose', null)],
    ['query null', call('query', null)],
  ];
}

const test = suite('bad input');

test('malformed arguments are InvalidArgument at once, and nothing reaches the state', () =>
  withCluster('malformed', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 2);
    await store.createTopic('events', { partitions: 2, replicationFactor: 2 });
    const before = await store.metadata();
    for (const [what, call] of malformedCalls(store)) assert.is(await codeOf(call()), 'InvalidArgument', what);
    assert.is(await codeOf(store.propose({ type: 'no_such_operation', data: {} })), 'UnknownOperation');
    assert.is(await codeOf(store.query({ type: 'no_such_query' })), 'UnknownOperation');
    assert.equal(await store.metadata(), before);
  }));

test('what the client can see is wrong never reaches the log', () =>
  withCluster('log untouched', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const before = await lastLogIndex(cluster);
    const big = 'x'.repeat(2 * 1024 * 1024);
    const calls = [
      () => store.registerBroker(throwing as never),
      () => store.createTopic('a', { partitions: 1, replicationFactor: 1, config: cyclic }),
      () => store.createTopic(undefined as never, undefined as never),
    ];
    for (const call of calls) assert.is(await codeOf(call()), 'InvalidArgument');
    assert.is(await codeOf(store.propose({ type: 'create_topic', data: { name: big } })), 'TooLarge');
    assert.is(await lastLogIndex(cluster), before);
    await registerBrokers(store, 0);
  }));

test('hostile names are names like any other: records, lists, metadata, dumps, other nodes', () =>
  withCluster('hostile names', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 3);
    for (const name of HOSTILE_NAMES) await store.createTopic(name, { partitions: 2, replicationFactor: 3 });
    const names = (await store.listTopics()).map((topic) => topic.name);
    assert.equal(names, [...HOSTILE_NAMES].sort());
    const metadata = await store.metadata();
    for (const name of HOSTILE_NAMES) {
      assert.is((await store.getTopic(name))?.name, name);
      assert.is((await store.listPartitions(name)).length, 2);
      assert.ok(Object.hasOwn(metadata.topics, name), `${name} is in metadata()`);
      assert.is(metadata.topics[name]?.name, name);
    }
    const { state } = await cluster.node((await cluster.waitForLeader()).id).dump();
    for (const name of HOSTILE_NAMES) assert.ok(JSON.stringify(state).includes(JSON.stringify(name)), name);
    assert.is(({} as Record<string, unknown>)['name'], undefined, 'no prototype was touched');
    for (const name of HOSTILE_NAMES) await store.deleteTopic(name);
    assert.equal(await store.listTopics(), []);
  }));

test('options that contradict each other or make no sense are InvalidArgument', async () => {
  const wrong: unknown[] = [
    null,
    5,
    { nodes: 0 },
    { nodes: 10 },
    { nodes: 2.5 },
    { nodes: '3' },
    { electionTimeoutMs: -1 },
    { electionTimeoutMs: 60, heartbeatIntervalMs: 50 },
    { durability: 'fsync' },
    { dataDir: '' },
    { dataDir: 5 },
    { dataDir: '/tmp/somewhere', durability: 'memory' },
    { stateMachine: 'file:///x.js' },
    { logger: 'loud' },
    { logger: { level: 'loud', write: () => undefined } },
    { logger: { level: 'info' } },
    { signal: {} },
    { seed: 1.5 },
  ];
  for (const options of wrong) {
    assert.is(await codeOf(startCluster(options as ClusterOptions)), 'InvalidArgument', JSON.stringify(options));
  }
});

test('10,000 calls at once all settle', () =>
  withCluster('10,000 calls', {}, async (cluster) => {
    const store = cluster.store();
    await registerBrokers(store, 1);
    const calls = Array.from({ length: 10_000 }, (_, call) =>
      store.createTopic(`t${call}`, { partitions: 1, replicationFactor: 1 }, { timeoutMs: 20_000 }),
    );
    const settled = await Promise.allSettled(calls);
    assert.is(settled.filter(({ status }) => status === 'fulfilled').length, 10_000);
  }));

test.run();
