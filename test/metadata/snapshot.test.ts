/**
 * The image as a value: captures stay as they were, snapshots are canonical JSON, digests tell any two states apart.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { createMetadataMachine, createMetadataStateMachine } from '../../src/metadata/metadata-state-machine.js';
import type { OperationData, OperationType } from '../../src/metadata/operations.js';
import { canonicalJson, joinBytes } from '../../src/state-machine/canonical-json.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, encodeJson } from './metadata-tester.js';

const test = suite('metadata: snapshots');

const P0 = { topic: 't', partition: 0 };

/** Each changes something that none of the others does. */
const CHANGES: { [Type in OperationType]?: OperationData[Type] } = {
  register_broker: { id: 20, addr: 'a:1' },
  unregister_broker: { id: 12 },
  update_broker: { id: 1, change: { lastHeartbeat: 1 } },
  create_topic: { name: 'u', partitions: 1, replicationFactor: 1 },
  create_topics: { topics: [{ name: 'v', partitions: 1, replicationFactor: 1 }] },
  update_topic: { name: 't', config: { extra: { 'flush.ms': '1' } } },
  alter_topic_configs: { name: 't', changes: [{ key: 'flush.ms', op: 'set', value: '2' }] },
  create_partition: { topic: 't-2', partition: 1, replicas: [1] },
  update_partition: { ...P0, change: { offlineReplicas: [1] } },
  update_leader: { ...P0, leader: 1, leaderEpoch: 2 },
  update_isr: { ...P0, isr: [1] },
  update_replica_list: { ...P0, replicas: [1, 2, 3] },
  delete_topic: { name: 't-2' },
};

/** Broker 12 has no replicas, so that it can go. */
function createPopulated(): MetadataTester {
  const tester = createTester(11);
  tester.accept('create_topic', { name: 't', partitions: 40, replicationFactor: 2, strategy: 'roundRobin' });
  tester.accept('create_topic', { name: 't-2', partitions: 2, replicationFactor: 1, assignment: 'none' });
  tester.accept('register_broker', { id: 12, addr: 'a:12' });
  return tester;
}

test('what was captured, listed or answered stays as it was whatever is applied later', () => {
  const tester = createPopulated();
  const captured = tester.machine.capture();
  const metadata = tester.ask('metadata', {});
  const partitions = tester.ask('list_partitions', { topic: 't' });
  const before = [joinBytes(tester.machine.capture().serialize()), canonicalJson(metadata), canonicalJson(partitions)];
  for (const [type, data] of Object.entries(CHANGES))
    tester.accept(type as 'create_topic', data as OperationData['create_topic']);
  assert.equal([joinBytes(captured.serialize()), canonicalJson(metadata), canonicalJson(partitions)], before);
});

test('each kind of change changes the digest, and nothing else does', () => {
  const digests = Object.entries(CHANGES).map(([type, data]) => {
    const tester = createPopulated();
    tester.accept(type as 'create_topic', data as OperationData['create_topic']);
    return tester.machine.digest();
  });
  assert.is(new Set([...digests, createPopulated().machine.digest()]).size, digests.length + 1);
  assert.is(createPopulated().machine.digest(), createPopulated().machine.digest());
});

test('digests computed along the way are those of a state that computed none', () => {
  const along = createPopulated();
  for (const [type, data] of Object.entries(CHANGES)) {
    along.machine.digest();
    along.accept(type as 'create_topic', data as OperationData['create_topic']);
  }
  const fresh = createMetadataMachine();
  fresh.restore(joinBytes(along.machine.capture().serialize()));
  assert.is(along.machine.digest(), fresh.digest());
});

test('a snapshot is canonical JSON of the metadata, one record a line', () => {
  const tester = createPopulated();
  const text = new TextDecoder().decode(joinBytes(tester.machine.capture().serialize()));
  assert.is(
    text.replaceAll('\n', ''),
    canonicalJson({ ...tester.ask('metadata', {}), format: 2, groups: {}, offsets: {} }),
  );
  assert.is(text.split('\n').length, 12 + 40 + 2 + 6 + 1);
});

test('a restored machine goes on as the one the snapshot was taken from', () => {
  const tester = createPopulated();
  const restored = createMetadataMachine();
  restored.restore(joinBytes(tester.machine.capture().serialize()));
  assert.equal(restored.dump(), tester.machine.dump());
  for (const [type, data] of Object.entries(CHANGES)) {
    const expected = tester.applyAny({ type, data, timestamp: 2_000 });
    restored.begin();
    const answer = restored.apply(encodeJson({ type, data, timestamp: 2_000 }), { index: tester.index });
    restored.end();
    assert.equal(answer, expected, type);
  }
  assert.is(restored.digest(), tester.machine.digest());
});

test('minus zero becomes zero, which is what a snapshot would make of it', () => {
  const tester = createTester(1);
  tester.machine.begin();
  const text = '{"type":"update_broker","data":{"id":1,"change":{"lastHeartbeat":-0,"resources":{"cpuCores":-0.0}}}}';
  tester.machine.apply(new TextEncoder().encode(text), { index: 2 });
  tester.machine.end();
  const broker = tester.ask('get_broker', { id: 1 });
  assert.ok(Object.is(broker?.lastHeartbeat, 0));
  assert.ok(Object.is(broker?.resources.cpuCores, 0));
});

test('bytes that are no snapshot are refused, and the state is as it was', () => {
  const tester = createPopulated();
  const digest = tester.machine.digest();
  const good = new TextDecoder().decode(joinBytes(tester.machine.capture().serialize()));
  const texts = [
    '',
    '{}',
    good.slice(0, -20),
    good.replace('"format":2', '"format":1'),
    good.replace('"format":2', '"format":3'),
    good.replace('"partitionEpoch":0', '"partitionEpoch":-1'),
    good.replace('"brokerEpoch":1', '"brokerEpoch":"1"'),
    JSON.stringify(JSON.parse(good)),
  ];
  for (const text of texts) assert.throws(() => tester.machine.restore(new TextEncoder().encode(text)));
  assert.is(tester.machine.digest(), digest);
});

test('a reassignment under way is in a snapshot, and is of replicas that move', () => {
  const tester = createTester(5);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 3, assignment: [[1, 2, 3]] });
  tester.accept('alter_reassignments', { changes: [{ topic: 't', partition: 0, replicas: [2, 4] }] });
  const text = new TextDecoder().decode(joinBytes(tester.machine.capture().serialize()));
  const restored = createMetadataMachine();
  restored.restore(new TextEncoder().encode(text));
  assert.equal(restored.dump().partitions['t:0']?.addingReplicas, [4]);
  assert.is(restored.digest(), tester.machine.digest());
  const moving = tester.ask('get_partition', { topic: 't', partition: 0 });
  for (const lists of [
    { addingReplicas: undefined },
    { removingReplicas: undefined },
    { addingReplicas: [], removingReplicas: [] },
    { addingReplicas: [5] },
    { addingReplicas: [4, 4] },
    { removingReplicas: [2, 4, 1, 3] },
  ]) {
    const tampered = canonicalJson(JSON.parse(JSON.stringify({ ...moving, ...lists })));
    const bytes = new TextEncoder().encode(text.replace(canonicalJson(moving), tampered));
    assert.throws(() => createMetadataMachine().restore(bytes), undefined, JSON.stringify(lists));
  }
});

test('a snapshot with replicas online on fenced brokers is none', () => {
  const tester = createTester(2);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 2 });
  tester.accept('update_broker', { id: 2, change: { status: 'unreachable' } });
  const text = new TextDecoder().decode(joinBytes(tester.machine.capture().serialize()));
  createMetadataMachine().restore(new TextEncoder().encode(text));
  const tampered = text.replace('"offlineReplicas":[2]', '"offlineReplicas":[]');
  assert.throws(() => {
    createMetadataMachine().restore(new TextEncoder().encode(tampered));
  }, /fenced/);
});

test('settings that no operation would have left are no snapshot', () => {
  const tester = createPopulated();
  const text = new TextDecoder().decode(joinBytes(tester.machine.capture().serialize()));
  const restore = (extra: string) => (): void => {
    assert.ok(text.includes('"extra":{}'));
    createMetadataMachine().restore(new TextEncoder().encode(text.replace('"extra":{}', `"extra":${extra}`)));
  };
  restore('{"min.compaction.lag.ms":"1","max.compaction.lag.ms":"1"}')();
  assert.throws(restore('{"min.compaction.lag.ms":"2","max.compaction.lag.ms":"1"}'), /min.compaction.lag.ms/);
  assert.throws(restore('{"max.compaction.lag.ms":"0"}'), /at least 1/);
  assert.throws(restore('{"compaction":"on"}'), /no topic setting/);
});

test('answers are frozen and never drafts, also within a batch', () => {
  const tester = createPopulated();
  tester.machine.begin();
  for (const [type, data] of Object.entries(CHANGES)) {
    const answer = tester.machine.apply(encodeJson({ type, data, timestamp: 2_000 }), { index: 100 });
    const value = 'value' in answer ? answer.value : undefined;
    // A list of results is the answer's own; what it holds is not.
    const held = Array.isArray(value) ? (value as { topic: unknown }[]).map(({ topic }) => topic) : [value];
    assert.ok(value === null || held.every(Object.isFrozen), type);
    // A draft is a proxy, which structured clone refuses.
    assert.equal(structuredClone(value), value, type);
  }
  tester.machine.end();
});

test('the machine by itself takes operations and queries as JSON, and its own snapshots', () => {
  const machine = createMetadataStateMachine();
  const answer = machine.apply(encodeJson({ type: 'register_broker', data: { id: 1, addr: 'a:1' }, timestamp: 5 }), {
    index: 1,
    term: 1,
  }) as { value: { registeredAt: number } };
  assert.is(answer.value.registeredAt, 5);
  const copy = createMetadataStateMachine();
  copy.restore(machine.snapshot());
  assert.equal(copy.query?.(encodeJson({ type: 'get_broker', id: 1 })), { value: answer.value });
});

test.run();
