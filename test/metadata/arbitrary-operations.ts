/** Operations over a handful of brokers and topics, so that they meet; about half of them break some rule. */
import fc from 'fast-check';
import type { AnyOperation } from './naive-model.js';

const brokerId = fc.oneof(
  { weight: 30, arbitrary: fc.integer({ min: 1, max: 5 }) },
  { weight: 1, arbitrary: fc.constant(0) },
);
const topic = fc.constantFrom('a', 'a', 'a.b', 'a_b', '__proto__', 'constructor');
const partition = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 2 }) },
  { weight: 1, arbitrary: fc.constantFrom(-1, 40) },
);
const brokers = fc.oneof(
  { weight: 8, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.array(brokerId, { maxLength: 4 }) },
);
const newcomer = fc.record(
  { topic, partition, replicas: brokers },
  { requiredKeys: ['topic', 'partition', 'replicas'] },
);
const newPartition = fc.oneof(
  { weight: 3, arbitrary: newcomer },
  { weight: 1, arbitrary: fc.record({ topic, partition, replicas: brokers, isr: brokers }) },
  { weight: 1, arbitrary: fc.record({ topic, partition, replicas: brokers, leader: fc.integer({ min: 0, max: 4 }) }) },
);
const epoch = fc.integer({ min: 0, max: 12 });
const leader = fc.integer({ min: 0, max: 4 });
const timestamp = fc.integer({ min: 0, max: 50 });
const status = fc.constantFrom(
  'alive' as const,
  'alive' as const,
  'dead' as const,
  'draining' as const,
  'unreachable' as const,
);
const resources = fc.record({ cpuCores: fc.integer({ min: 0, max: 3 }) });
const config = fc.record(
  {
    segmentMs: fc.integer({ min: 0, max: 3 }),
    retentionMs: fc.constantFrom(-1, 5),
    extra: fc.record({ 'cleanup.policy': fc.constantFrom('delete', 'compact') }),
  },
  { requiredKeys: [] },
);

const data = {
  register_broker: fc.record(
    {
      id: brokerId,
      addr: fc.constantFrom('host:1', 'host:1', 'host:9092', 'host'),
      rack: fc.constantFrom('r', ''),
      resources,
      incarnationId: fc.constantFrom('first', 'first', 'second', ''),
    },
    { requiredKeys: ['id', 'addr'] },
  ),
  unregister_broker: fc.record({ id: brokerId }),
  update_broker: fc.record({
    id: brokerId,
    change: fc.record({ status, resources, rack: fc.constant('r'), lastHeartbeat: timestamp }, { requiredKeys: [] }),
  }),
  create_topic: fc.record(
    {
      name: topic,
      partitions: fc.integer({ min: 0, max: 3 }),
      replicationFactor: fc.integer({ min: 0, max: 3 }),
      assignment: fc.oneof(fc.constantFrom('auto' as const, 'none' as const), fc.array(brokers, { maxLength: 3 })),
    },
    { requiredKeys: ['name', 'partitions', 'replicationFactor'] },
  ),
  delete_topic: fc.record({ name: topic }),
  update_topic: fc.record({ name: topic, config }),
  create_partition: newPartition,
  batch_create_partitions: fc.record({ partitions: fc.array(newPartition, { maxLength: 3 }) }),
  update_partition: fc.record({
    topic,
    partition,
    change: fc.record(
      { leader, leaderEpoch: epoch, replicas: brokers, isr: brokers, offlineReplicas: brokers },
      { requiredKeys: [] },
    ),
  }),
  update_leader: fc.record({ topic, partition, leader, leaderEpoch: epoch }),
  update_isr: fc.record({ topic, partition, isr: brokers }),
  update_replica_list: fc.record({ topic, partition, replicas: brokers }),
};

/** Objects of fast-check have no prototype or one; as JSON they are what the log holds. */
function plain(type: string, given: unknown, at: number): AnyOperation {
  return JSON.parse(JSON.stringify({ type, data: given, timestamp: at })) as AnyOperation;
}

const anyOperation: fc.Arbitrary<AnyOperation> = fc.oneof(
  ...Object.entries(data).map(([type, arbitrary]) => ({
    weight:
      type === 'register_broker' || type === 'create_topic'
        ? 4
        : type.startsWith('un') || type === 'delete_topic'
          ? 1
          : 2,
    arbitrary: fc.tuple(arbitrary as fc.Arbitrary<unknown>, timestamp).map(([given, at]) => plain(type, given, at)),
  })),
);

/** Begins with a few brokers, a topic, and one without partitions, so that changes have something to change. */
export const anyHistory: fc.Arbitrary<AnyOperation[]> = fc
  .array(anyOperation, { size: 'max', maxLength: 80 })
  .map((operations) => [
    ...[1, 2, 3, 4].map((id) => plain('register_broker', { id, addr: 'host:1' }, 1)),
    plain('create_topic', { name: 'a', partitions: 3, replicationFactor: 2 }, 2),
    plain('create_topic', { name: '__proto__', partitions: 3, replicationFactor: 2, assignment: 'none' }, 2),
    ...operations,
  ]);

export const OPERATION_TYPES = Object.keys(data);
