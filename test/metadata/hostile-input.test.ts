/**
 * Input of any shape: names that JavaScript objects treat specially, and JSON (or bytes) that is no operation at all.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { joinBytes } from '../../src/state-machine/canonical-json.js';
import { createMetadataMachine, createMetadataStateMachine } from '../../src/metadata/metadata-state-machine.js';
import { createTester, encodeJson, TIME } from './metadata-tester.js';

const test = suite('metadata: hostile input');

const HOSTILE_NAMES = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', '0', '10'];

const TYPES = [
  ...['register_broker', 'unregister_broker', 'update_broker', 'create_topic', 'delete_topic', 'update_topic'],
  ...['create_topics', 'alter_topic_configs'],
  ...['create_partition', 'batch_create_partitions', 'update_partition', 'update_leader', 'update_isr'],
  ...['update_replica_list', 'add_partitions', 'alter_isr', 'elect_leaders', 'alter_reassignments'],
  ...['fence_broker', 'unfence_broker', 'begin_controlled_shutdown', 'record_heartbeats'],
  ...['join_group', 'sync_group', 'leave_group', 'commit_offsets', 'delete_group'],
  ...['expire_group_members', 'complete_rebalance', 'expire_offsets'],
];

test('names that objects inherit or treat specially behave like any other', () => {
  const tester = createTester(1);
  for (const name of HOSTILE_NAMES) {
    assert.is(tester.ask('get_topic', { name }), undefined, name);
    assert.is(tester.reject('delete_topic', { name }), 'TopicNotFound');
  }
  for (const name of HOSTILE_NAMES) {
    const shape = { name, partitions: 1, replicationFactor: 1 };
    const extra = JSON.parse(`{${JSON.stringify(name)}:"true"}`) as Record<string, string>;
    assert.is(tester.reject('create_topic', { ...shape, config: { extra } }), 'InvalidArgument', 'no setting');
    tester.accept('create_topics', { topics: [shape] });
    const change = { key: name, op: 'set', value: 'true' } as const;
    assert.is(tester.reject('alter_topic_configs', { name, changes: [change] }), 'InvalidArgument');
    assert.equal(tester.ask('get_topic', { name })?.config.extra, {});
  }
  const names = [...HOSTILE_NAMES].sort();
  const metadata = structuredClone(tester.ask('metadata', {}));
  assert.equal(Object.keys(metadata.topics).sort(), names);
  assert.equal(
    Object.keys(metadata.partitions).sort(),
    names.map((name) => `${name}:0`),
  );
  assert.equal(
    tester.ask('list_topics', {}).map(({ name }) => name),
    names,
  );

  const restored = createMetadataMachine();
  restored.restore(joinBytes(tester.machine.capture().serialize()));
  assert.is(restored.digest(), tester.machine.digest());
  for (const name of HOSTILE_NAMES) tester.accept('delete_topic', { name });
  assert.is(Object.getPrototypeOf({}), Object.prototype);
  assert.is(({} as Record<string, unknown>)['name'], undefined);
});

test('types that no operation has are answered, also those that objects inherit', () => {
  const tester = createTester();
  for (const type of ['', 'x', 'toString', '__proto__', 'constructor', 'add_replica']) {
    const answer = tester.applyAny({ type, data: {} });
    assert.is('error' in answer && answer.error.code, 'UnknownOperation', type);
    const query = tester.machine.query({ type });
    assert.is('error' in query && query.error.code, 'UnknownOperation', type);
  }
});

test('bytes that are no JSON in UTF-8 are answered', () => {
  const machine = createMetadataStateMachine();
  const texts = ['', '{', 'null', '[]', '"x"', '1', '{"type":1}', '{"type":"create_topic"}', '[['.repeat(50_000)];
  for (const bytes of [...texts.map((text) => new TextEncoder().encode(text)), Uint8Array.of(0xff, 0xfe)]) {
    const answer = machine.apply(bytes, { index: 1, term: 1 }) as { error: { code: string } };
    assert.is(answer.error.code, 'InvalidArgument');
  }
});

test('times that are no whole milliseconds since 1970 are refused; without one the latest known time holds', () => {
  const tester = createTester(1);
  const data = { id: 2, addr: 'a:1' };
  for (const timestamp of [-1, 0.5, '5', null, 2 ** 53]) {
    const answer = tester.applyAny({ type: 'register_broker', data, timestamp });
    assert.is('error' in answer && answer.error.code, 'InvalidArgument', String(timestamp));
  }
  tester.applyAny({ type: 'register_broker', data });
  assert.is(tester.ask('get_broker', { id: 2 })?.registeredAt, TIME);
});

/** Objects with the members that operations have, holding anything. */
const anyData = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(
    fc.constantFrom('id', 'addr', 'rack', 'resources', 'change', 'name', 'topic', 'partition', 'partitions', 'config'),
    fc.oneof(fc.jsonValue(), fc.constantFrom<unknown>(1, 't', -0, [1], {}, { extra: {} }, { extra: null })),
  ),
  fc.record(
    {
      topic: fc.constantFrom<unknown>('t', 't', 1, null),
      partition: fc.constantFrom<unknown>(0, 0, -1, 1e9, '0'),
      name: fc.constantFrom<unknown>('t', 'u', {}),
      replicas: fc.oneof(fc.constant([1]), fc.jsonValue()),
      isr: fc.oneof(fc.constant([1]), fc.jsonValue()),
      leader: fc.oneof(fc.constant(1), fc.jsonValue()),
      leaderEpoch: fc.oneof(fc.constant(9), fc.jsonValue()),
      change: fc.oneof(fc.constant({ isr: [[1]] }), fc.jsonValue()),
      assignment: fc.oneof(fc.constant([[1]]), fc.jsonValue()),
      config: fc.jsonValue(),
      changes: fc.oneof(
        fc.constant([{ key: 'flush.ms', op: 'set', value: '1' }]),
        fc.constant([{ topic: 't', partition: 0, replicas: [1] }]),
        fc.jsonValue(),
      ),
      topics: fc.oneof(fc.constant([{ name: 't' }, { name: 'u' }]), fc.jsonValue()),
      validateOnly: fc.constantFrom<unknown>(true, false, null, 1),
      partitions: fc.oneof(fc.constant(1), fc.jsonValue()),
      groupId: fc.constantFrom<unknown>('g', 'g', '__proto__', 5),
      memberId: fc.constantFrom<unknown>('', 'm', null),
      generation: fc.constantFrom<unknown>(0, 1, 0.5),
      protocolType: fc.constantFrom<unknown>('c', ''),
      protocols: fc.oneof(fc.constant([{ name: 'range', metadata: '[]' }]), fc.jsonValue()),
      sessionTimeoutMs: fc.constantFrom<unknown>(10, '10'),
      rebalanceTimeoutMs: fc.constantFrom<unknown>(10, -1),
      offsets: fc.oneof(fc.constant([{ topic: 't', partition: 0, offset: 1 }]), fc.jsonValue()),
      memberIds: fc.jsonValue(),
      assignments: fc.jsonValue(),
      phase: fc.constantFrom('join', 'sync', 'x'),
      replicationFactor: fc.oneof(fc.constant(1), fc.jsonValue()),
      total: fc.oneof(fc.constant(2), fc.jsonValue()),
      brokerId: fc.constantFrom<unknown>(1, 1, 2 ** 40, '1'),
      brokerEpoch: fc.constantFrom<unknown>(1, 1, -1, 2 ** 53),
      brokers: fc.oneof(fc.constant([{ brokerId: 1, brokerEpoch: 1, agoMs: 5, resources: {} }]), fc.jsonValue()),
      kind: fc.oneof(fc.constant('unclean'), fc.jsonValue()),
    },
    { requiredKeys: [] },
  ),
);

test('data of any shape is answered, and an error changes nothing', () => {
  const operation = fc.record({ type: fc.constantFrom(...TYPES), data: anyData });
  const tester = createTester(1);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 1 });
  let accepted = 0;
  fc.assert(
    fc.property(operation, (given) => {
      const before = tester.machine.image();
      const answer = tester.applyAny(given);
      if ('error' in answer) assert.is(tester.machine.image(), before);
      else accepted += 1;
      structuredClone(answer);
    }),
    { numRuns: 2_000, seed: 7 },
  );
  assert.ok(accepted > 0, 'some were in shape after all');
});

test('queries of any shape are answered', () => {
  const tester = createTester(1);
  const types = ['get_broker', 'get_topic', 'get_partition', 'list_partitions', 'allocate_partitions', 'list_groups'];
  const type = fc.constantFrom(...types, 'describe_group', 'fetch_offsets', 'await_join', 'await_sync');
  fc.assert(
    fc.property(type, anyData, (wanted, data) => {
      const query = typeof data === 'object' && !Array.isArray(data) ? { ...data, type: wanted } : data;
      structuredClone(tester.machine.query(query));
      structuredClone(tester.machine.query(encodeJson(query)));
    }),
    { numRuns: 1_000, seed: 7 },
  );
});

test.run();
