/** Hostile arguments to the metadata store, over a node that commits at once: they never reach the log. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { MetadataStore } from '../../src/client/metadata-store.js';
import type { ErrorCode } from '../../src/errors.js';
import { ledNode, rejection, withBench } from './client-suite.js';

const test = suite('metadata store: hostile calls');

const cyclic: Record<string, unknown> = { partitions: 1, replicationFactor: 1 };
cyclic['config'] = { extra: cyclic };
const throwingMember = {
  enumerable: true,
  get() {
    throw new Error('hostile');
  },
};
const throwing = Object.defineProperty({}, 'id', throwingMember);
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
  'a seed below 0': [
    'InvalidArgument',
    (store) => store.propose({ type: 'create_topic', data: { ...topic, name: 't' }, placementSeed: -1 }),
  ],
  'a seed that is none': [
    'InvalidArgument',
    (store) => store.allocatePartitions('t', 1, 1, { placementSeed: 'x' as never }),
  ],
  'a count of 0': ['InvalidArgument', (store) => store.createTopic('t', { ...topic, partitions: 0 })],
  'a fraction': ['InvalidArgument', (store) => store.updateIsr('t', 0.5, [1])],
  'a broker 0': ['InvalidArgument', (store) => store.registerBroker({ id: 0, addr: 'a:1' })],
  'an address that is none': ['InvalidArgument', (store) => store.registerBroker({ id: 1, addr: 'a' })],
  'no list of topics': ['InvalidArgument', (store) => store.createTopics('ab' as never)],
  'a topic without a name': ['InvalidArgument', (store) => store.createTopics([topic as never])],
  'no list of changes': ['InvalidArgument', (store) => store.alterTopicConfigs('t', {} as never)],
  'a setting that is none': ['InvalidArgument', (store) => store.alterTopicConfigs('t', [{ key: 'x', op: 'delete' }])],
  'a setting twice': [
    'InvalidArgument',
    (store) =>
      store.alterTopicConfigs('t', [
        { key: 'flush.ms', op: 'delete' },
        { key: 'flush.ms', op: 'delete' },
      ]),
  ],
  'settings that contradict each other': [
    'InvalidArgument',
    (store) => {
      const extra = { 'min.compaction.lag.ms': '2', 'max.compaction.lag.ms': '1' };
      return store.createTopic('t', { ...topic, config: { extra } });
    },
  ],
  'a validateOnly that is none': [
    'InvalidArgument',
    (store) => store.createTopics([], { validateOnly: 'yes' as never }),
  ],
  'a validateOnly that throws': [
    'InvalidArgument',
    (store) => store.createTopics([], Object.defineProperty({}, 'validateOnly', throwingMember)),
  ],
  'a throwing topic, only validated': [
    'InvalidArgument',
    (store) => store.createTopics([proxy as never], { validateOnly: true }),
  ],
  'no list': ['InvalidArgument', (store) => store.createPartitions('ab' as never)],
  'no list of partitions': ['InvalidArgument', (store) => store.electLeaders('preferred', 'ab' as never)],
  'a partition that is none': ['InvalidArgument', (store) => store.electLeaders('preferred', [null as never])],
  'an election of another kind': ['InvalidArgument', (store) => store.electLeaders('any' as never)],
  'no list of reassignments': ['InvalidArgument', (store) => store.alterReassignments(undefined as never)],
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

test.run();
