/**
 * The change records of operations: each record that changed, as it was and as it is, at the index of its operation.
 */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { findBroker, findPartition, findTopic } from '../../src/metadata/image.js';
import type { Image } from '../../src/metadata/image.js';
import type { MetadataEvent } from '../../src/metadata/metadata-change.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import type { ClusterMetadata } from '../../src/metadata/model.js';
import { canonicalJson, joinBytes } from '../../src/state-machine/canonical-json.js';
import { anyHistory } from './arbitrary-operations.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, encodeJson } from './metadata-tester.js';

const test = suite('metadata: changes');

const CONTAINERS = { broker: 'brokers', topic: 'topics', partition: 'partitions' } as const;
type Records = Pick<ClusterMetadata, 'brokers' | 'topics' | 'partitions'>;

/** The record of that key in an image: what an event holds is this very object. */
function recordAt(image: Image, { kind, key }: MetadataEvent): unknown {
  if (kind === 'broker') return findBroker(image, Number(key));
  if (kind === 'topic') return findTopic(image, key)?.info;
  const [topic = '', number = ''] = key.split(':');
  const record = findTopic(image, topic);
  return record && findPartition(record, Number(number));
}

function shown(events: readonly MetadataEvent[]): string[] {
  return events.map((event) => {
    const kind = event.before === undefined ? 'new' : event.after === undefined ? 'gone' : 'changed';
    return `${event.kind} ${event.key} ${kind}`;
  });
}

function taken(tester: MetadataTester): [index: number, ...events: string[]][] {
  return tester.machine.takeChanges().map(({ index, events }) => [index, ...shown(events)]);
}

test('each operation tells of the records that it changed, and of no other', () => {
  const tester = createTester(3);
  const P1 = { topic: 't', partition: 1 };
  const steps: [() => unknown, ...string[]][] = [
    [() => tester.accept('register_broker', { id: 4, addr: 'a:1' }), 'broker 4 new'],
    [() => tester.accept('update_broker', { id: 4, change: { rack: 'r' } }), 'broker 4 changed'],
    [
      () => tester.accept('create_topic', { name: 't', partitions: 2, replicationFactor: 2, strategy: 'roundRobin' }),
      ...['topic t new', 'partition t:0 new', 'partition t:1 new'],
    ],
    [() => tester.accept('update_topic', { name: 't', config: { retentionMs: 1 } }), 'topic t changed'],
    [() => tester.accept('update_leader', { ...P1, leader: 3, leaderEpoch: 2 }), 'partition t:1 changed'],
    [() => tester.accept('update_isr', { ...P1, isr: [3] }), 'partition t:1 changed'],
    [() => tester.accept('update_replica_list', { ...P1, replicas: [1, 3, 4] }), 'partition t:1 changed'],
    [() => tester.accept('update_partition', { ...P1, change: { offlineReplicas: [4] } }), 'partition t:1 changed'],
    [
      () => tester.accept('create_topic', { name: 'u', partitions: 3, replicationFactor: 1, assignment: 'none' }),
      'topic u new',
    ],
    [() => tester.accept('create_partition', { topic: 'u', partition: 2, replicas: [1] }), 'partition u:2 new'],
    [
      () => {
        const partitions = [1, 0].map((partition) => ({ topic: 'u', partition, replicas: [1] }));
        return tester.accept('batch_create_partitions', { partitions });
      },
      ...['partition u:1 new', 'partition u:0 new'],
    ],
    [
      () => tester.accept('delete_topic', { name: 't' }),
      ...['partition t:0 gone', 'partition t:1 gone', 'topic t gone'],
    ],
    [() => tester.accept('unregister_broker', { id: 4 }), 'broker 4 gone'],
    [
      () => {
        const shape = { partitions: 1, replicationFactor: 1 };
        return tester.accept('create_topics', { topics: ['v', 'u', 'w'].map((name) => ({ name, ...shape })) });
      },
      ...['topic v new', 'partition v:0 new', 'topic w new', 'partition w:0 new'],
    ],
    [
      () => tester.accept('alter_topic_configs', { name: 'v', changes: [{ key: 'flush.ms', op: 'set', value: '1' }] }),
      'topic v changed',
    ],
  ];
  for (const [step, ...events] of steps) {
    step();
    assert.equal(taken(tester), [[tester.index, ...events]]);
  }
});

test('an operation that is refused or changes nothing tells of nothing', () => {
  const tester = createTester(2);
  tester.accept('create_topic', { name: 't', partitions: 1, replicationFactor: 2, strategy: 'roundRobin' });
  const idle = [
    () => tester.reject('register_broker', { id: 1, addr: 'a:1' }),
    () => tester.reject('delete_topic', { name: 'u' }),
    () => tester.reject('update_leader', { topic: 't', partition: 0, leader: 1, leaderEpoch: 1 }),
    () => tester.accept('update_broker', { id: 1, change: { status: 'alive' } }),
    () => tester.accept('update_topic', { name: 't', config: { retentionMs: 604_800_000 } }),
    () => tester.accept('update_isr', { topic: 't', partition: 0, isr: [1, 2] }),
    () => tester.accept('batch_create_partitions', { partitions: [] }),
    () => tester.accept('create_topics', { topics: [] }),
    () => {
      const u = { name: 'u', partitions: 1, replicationFactor: 1 };
      return tester.accept('create_topics', { topics: [u], validateOnly: true });
    },
    () => {
      const changes = [{ key: 'flush.ms', op: 'set', value: '1' }] as const;
      return tester.accept('alter_topic_configs', { name: 't', changes, validateOnly: true });
    },
    () => tester.accept('alter_topic_configs', { name: 't', changes: [{ key: 'flush.ms', op: 'delete' }] }),
  ];
  for (const operation of idle) {
    operation();
    assert.equal(taken(tester), []);
  }
});

test('followed one by one, the changes of any history in any batches come to its state', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  fc.assert(
    fc.property(anyHistory, sizes, (operations, batchSizes) => {
      const machine = createMetadataMachine();
      const followed: Records = emptyRecords();
      let version = 0;
      for (let start = 0, batch = 0; start < operations.length; batch += 1) {
        const size = batchSizes[batch % batchSizes.length] ?? 1;
        machine.begin();
        for (const [place, operation] of operations.slice(start, start + size).entries()) {
          machine.apply(encodeJson(operation), { index: start + place + 1 });
        }
        machine.end();
        let last = start;
        for (const { index, events } of machine.takeChanges()) {
          assert.ok(index > last && index <= start + size, 'in log order, at the indexes of the batch');
          last = index;
          version += 1;
          assert.ok(events.length > 0);
          for (const event of events) follow(followed, event);
        }
        start += size;
        const { brokers, topics, partitions, ...rest } = machine.dump();
        assert.is(canonicalJson(followed), canonicalJson({ brokers, topics, partitions }));
        assert.is(rest.version, version, 'an operation that moves the version has a change, and no other has');
      }
    }),
    { numRuns: 60, seed: 4 },
  );
});

test('an event holds the very records of the images before and after', () => {
  fc.assert(
    fc.property(anyHistory, (operations) => {
      const tester = createTester();
      for (const operation of operations) {
        const before = tester.machine.image();
        tester.applyAny(operation);
        for (const event of tester.machine.takeChanges().flatMap(({ events }) => events)) {
          assert.is(event.before, recordAt(before, event));
          assert.is(event.after, recordAt(tester.machine.image(), event));
          assert.ok(Object.isFrozen(event.before ?? event.after));
        }
      }
    }),
    { numRuns: 20, seed: 5 },
  );
});

test('changes are given once, and not after another batch or a restored state', () => {
  const tester = createTester(1);
  const { machine } = tester;
  assert.is(machine.takeChanges().length, 1);
  assert.equal(machine.takeChanges(), []);
  tester.accept('register_broker', { id: 2, addr: 'a:1' });
  machine.begin();
  machine.end();
  assert.equal(machine.takeChanges(), []);
  tester.accept('register_broker', { id: 3, addr: 'a:1' });
  machine.restore(joinBytes(machine.capture().serialize()));
  assert.equal(machine.takeChanges(), []);
});

function emptyRecords(): Records {
  const empty = <Kept>(): Record<string, Kept> => Object.create(null) as Record<string, Kept>;
  return { brokers: empty(), topics: empty(), partitions: empty() };
}

/** What an event says it replaces is there, and then it is replaced. */
function follow(records: Records, { kind, key, before, after }: MetadataEvent): void {
  if (kind === 'group') throw new Error('groups have tests of their own');
  const container: Record<string, unknown> = records[CONTAINERS[kind]];
  assert.is(container[key], before);
  assert.is.not(after, before);
  if (after === undefined) Reflect.deleteProperty(container, key);
  else container[key] = after;
  const [topic = ''] = key.split(':');
  if (kind === 'partition') assert.ok(topic in records.topics, 'never without its topic');
}

test.run();
