/** Operations over a handful of brokers and topics, so that they meet; about half of them break some rule. */
import fc from 'fast-check';
import { SETTING_NAMES } from './naive-configs.js';
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
/** Of the settings that contradict each other more often than of others, and of none. */
const settingName = fc.constantFrom(...SETTING_NAMES, ...SETTING_NAMES.slice(3), 'cleanup.polcy');
const settingValue = fc.constantFrom(
  '0',
  '1',
  '7',
  ' 007 ',
  '-1',
  '-2',
  'true',
  'FALSE',
  'compact',
  'delete, compact',
  '',
);
const config = fc.record(
  {
    segmentMs: fc.integer({ min: 0, max: 3 }),
    retentionMs: fc.constantFrom(-1, 5),
    extra: fc.oneof(
      fc.dictionary(settingName, settingValue, { maxKeys: 2 }),
      fc.record({
        'cleanup.policy': fc.constantFrom('delete', 'compact'),
        'unclean.leader.election.enable': fc.constantFrom('true', 'false'),
      }),
    ),
  },
  { requiredKeys: [] },
);
const configChange = fc.record(
  { key: settingName, op: fc.constantFrom('set', 'set', 'delete', 'append', 'subtract'), value: settingValue },
  { requiredKeys: ['key', 'op'] },
);
const newTopic = fc.record(
  {
    name: topic,
    partitions: fc.integer({ min: 0, max: 3 }),
    replicationFactor: fc.integer({ min: 0, max: 3 }),
    strategy: fc.constantFrom('striped' as const, 'resource' as const, 'roundRobin' as const),
    assignment: fc.oneof(fc.constantFrom('auto' as const, 'none' as const), fc.array(brokers, { maxLength: 3 })),
    config: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: config }),
  },
  { requiredKeys: ['name', 'partitions', 'replicationFactor'] },
);
const validateOnly = fc.constantFrom(true, false, false);

/** Those that a history begins with have their ids as epochs. */
const registration = fc
  .record({ brokerId, age: fc.constantFrom(0, 0, 0, 0, 0, 1) })
  .map(({ brokerId: id, age }) => ({ brokerId: id, brokerEpoch: id + age }));
const beat = fc
  .record(
    { of: registration, agoMs: fc.constantFrom(0, 0, 3, 3, 20, 20, -1), resources },
    { requiredKeys: ['of', 'agoMs'] },
  )
  .map(({ of, ...rest }) => ({ ...of, ...rest }));

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
  fence_broker: registration,
  unfence_broker: registration,
  begin_controlled_shutdown: registration,
  record_heartbeats: fc.record({ brokers: fc.array(beat, { maxLength: 3 }) }),
  create_topic: newTopic,
  create_topics: fc.record(
    { topics: fc.array(newTopic, { maxLength: 3 }), validateOnly },
    { requiredKeys: ['topics'] },
  ),
  delete_topic: fc.record({ name: topic }),
  update_topic: fc.record({ name: topic, config }),
  alter_topic_configs: fc.record(
    { name: topic, changes: fc.array(configChange, { maxLength: 3 }), validateOnly },
    { requiredKeys: ['name', 'changes'] },
  ),
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
  add_partitions: fc.record(
    { topic, total: fc.integer({ min: 1, max: 5 }), assignment: fc.array(brokers, { minLength: 1, maxLength: 2 }) },
    { requiredKeys: ['topic', 'total'] },
  ),
  alter_isr: fc
    .record({
      topic: fc.constantFrom('a', 'a', 'a', 'constructor'),
      partition,
      brokerId: fc.constantFrom(1, 1, 2, 2, 3, 3, 4, 5, 0),
      age: fc.constantFrom(0, 0, 0, 0, 1),
      leaderEpoch: fc.constantFrom(1, 1, 2, 2, 3),
      partitionEpoch: fc.constantFrom(0, 0, 1, 1, 2, 3),
      followers: brokers,
      reportsItself: fc.constantFrom(true, true, true, false),
    })
    .map(({ age, followers, reportsItself, ...report }) => ({
      ...report,
      // The brokers that a history begins with have their ids as epochs.
      brokerEpoch: report.brokerId + age,
      isr: reportsItself ? [report.brokerId, ...followers.filter((id) => id !== report.brokerId)] : followers,
    })),
  elect_leaders: fc.record(
    {
      kind: fc.constantFrom('preferred' as const, 'unclean' as const, 'online' as const),
      partitions: fc.array(fc.record({ topic, partition }), { maxLength: 2 }),
    },
    { requiredKeys: ['kind'] },
  ),
  alter_reassignments: fc.record({
    changes: fc.array(fc.record({ topic, partition, replicas: fc.option(brokers, { freq: 4 }) }), { maxLength: 2 }),
  }),
};

/** Objects of fast-check have no prototype or one; as JSON they are what the log holds. */
function plain(type: string, given: unknown, at: number, placementSeed?: number): AnyOperation {
  return JSON.parse(JSON.stringify({ type, data: given, timestamp: at, placementSeed })) as AnyOperation;
}

/** `alter_isr` must guess five members right. */
const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['register_broker', 4],
  ['create_topic', 4],
  ['update_partition', 4],
  ['alter_isr', 10],
  ['create_partition', 4],
  ['fence_broker', 1],
  ['unfence_broker', 1],
  ['begin_controlled_shutdown', 1],
  ['record_heartbeats', 1],
  ['unregister_broker', 1],
  ['delete_topic', 1],
]);

const anyOperation: fc.Arbitrary<AnyOperation> = fc.oneof(
  ...Object.entries(data).map(([type, arbitrary]) => ({
    weight: WEIGHTS.get(type) ?? 2,
    arbitrary: fc
      .tuple(arbitrary as fc.Arbitrary<unknown>, timestamp, fc.option(fc.nat(), { nil: undefined }))
      .map(([given, at, seed]) => plain(type, given, at, seed)),
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
