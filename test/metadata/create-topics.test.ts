/** Several topics in one operation: a result or an error for each, what both have in common, and bounds. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ErrorValue } from '../../src/errors.js';
import type { NewTopic, TopicInfo } from '../../src/metadata/model.js';
import type { CreateTopics } from '../../src/metadata/operations.js';
import type { MetadataTester } from './metadata-tester.js';
import { createTester, TIME } from './metadata-tester.js';

const test = suite('metadata: several topics');

type Result = { name: string; topic?: TopicInfo; error?: ErrorValue };

const SMALL: NewTopic = { partitions: 1, replicationFactor: 1 };
const small = (...names: string[]): CreateTopics['topics'] => names.map((name) => ({ name, ...SMALL }));

function create(tester: MetadataTester, topics: CreateTopics['topics'], more: Partial<CreateTopics> = {}): Result[] {
  return tester.accept('create_topics', { topics, ...more }) as Result[];
}

const codes = (results: readonly Result[]): string[] => results.map(({ error }) => error?.code ?? 'created');
const names = (tester: MetadataTester): string[] => tester.ask('list_topics', {}).map(({ name }) => name);

test('each topic is what create_topic would have made of it, in one step of the version', () => {
  const [together, alone] = [createTester(3), createTester(3)];
  const topics = [
    { name: 'b', partitions: 4, replicationFactor: 2, config: { retentionMs: 5, extra: { 'flush.ms': '1' } } },
    { name: 'a', partitions: 2, replicationFactor: 1, assignment: [[3], [1]] },
    { name: 'c', partitions: 3, replicationFactor: 3, assignment: 'none' as const },
  ];
  const before = together.machine.image().version;
  const results = create(together, topics);
  const singly = topics.map((topic) => ({ name: topic.name, topic: alone.accept('create_topic', topic) }));
  assert.equal(results, singly);
  assert.is(together.machine.image().version, before + 1);
  for (const { name } of topics) {
    assert.equal(together.ask('list_partitions', { topic: name }), alone.ask('list_partitions', { topic: name }));
  }
});

test('a topic that is refused does not keep the others from being created', () => {
  const tester = createTester(1);
  tester.accept('create_topic', { name: 'old', ...SMALL });
  const results = create(tester, [
    ...small('old', 'first', '', 'a/b'),
    { name: 'no-brokers', partitions: 1, replicationFactor: 2 },
    { name: 'no-partitions', partitions: 0, replicationFactor: 1 },
    { name: 'no-shape' } as CreateTopics['topics'][0],
    { name: 'no-setting', ...SMALL, config: { extra: { 'cleanup.polcy': 'delete' } } },
    { name: 'conflict', ...SMALL, config: { extra: { 'min.compaction.lag.ms': '2', 'max.compaction.lag.ms': '1' } } },
    { name: 'no-broker-9', ...SMALL, assignment: [[9]] },
    ...small('last'),
  ]);
  assert.equal(codes(results), [
    ...['TopicExists', 'created', 'InvalidArgument', 'InvalidArgument', 'NotEnoughBrokers', 'InvalidArgument'],
    ...['InvalidArgument', 'InvalidArgument', 'InvalidArgument', 'InvalidAssignment', 'created'],
  ]);
  assert.equal(names(tester), ['first', 'last', 'old']);
  assert.match(results[6]?.error?.message ?? '', /^partitions must be a whole number from 1 to 100000, not absent$/);
  assert.is(results[7]?.error?.message, 'no topic setting is called "cleanup.polcy"; the nearest is cleanup.policy');
});

test('a name given more than once is refused each time, whatever else is wrong with it', () => {
  const tester = createTester(1);
  const results = create(tester, [...small('twice', 'once', 'twice', '..'), { name: '..', ...SMALL }]);
  assert.equal(codes(results), ['InvalidArgument', 'created', 'InvalidArgument', 'InvalidArgument', 'InvalidArgument']);
  assert.equal(names(tester), ['once']);
  assert.is(results[0]?.error?.message, 'topic twice is asked for more than once');
  assert.equal(results[2], results[0]);
});

test('a name that collides with one before it in the request is refused', () => {
  const tester = createTester(1);
  assert.equal(codes(create(tester, small('a.b', 'a_b', 'c'))), ['created', 'InvalidArgument', 'created']);
  assert.equal(names(tester), ['a.b', 'c']);
});

test('nothing asked for, or nothing created, changes nothing', () => {
  const tester = createTester(1);
  create(tester, small('a'));
  const before = tester.machine.image();
  assert.equal(create(tester, []), []);
  assert.equal(codes(create(tester, small('a', 'b/c'))), ['TopicExists', 'InvalidArgument']);
  assert.is(tester.machine.image(), before);
});

test('validateOnly answers what would be, one topic after the other, and changes nothing', () => {
  const tester = createTester(1);
  const topics = small('a.b', 'a_b', 'c', 'c');
  const before = tester.machine.image();
  const would = create(tester, topics, { validateOnly: true });
  assert.is(tester.machine.image(), before);
  assert.equal(codes(would), ['created', 'InvalidArgument', 'InvalidArgument', 'InvalidArgument']);
  assert.equal(create(tester, topics), would);
});

test('validateOnly within a batch sees what the batch has changed, and leaves no trace in it', () => {
  const tester = createTester(1);
  const operation = (type: string, data: unknown): Uint8Array =>
    new TextEncoder().encode(JSON.stringify({ type, data, timestamp: TIME }));
  const validate = operation('create_topics', { topics: small('a', 'b'), validateOnly: true });
  tester.machine.begin();
  tester.machine.apply(operation('create_topic', { name: 'a', ...SMALL }), { index: 100 });
  for (let index = 101; index < 103; index += 1) {
    const answer = tester.machine.apply(validate, { index });
    assert.equal('value' in answer && codes(answer.value as Result[]), ['TopicExists', 'created']);
  }
  tester.machine.end();
  assert.equal(names(tester), ['a']);
  assert.is(tester.machine.image().version, 2);
  tester.accept('delete_topic', { name: 'a' });
  tester.accept('unregister_broker', { id: 1 });
});

test('a query answers what any operation would come to, and writes nothing', () => {
  const tester = createTester(1);
  const data = { topics: small('a', 'a.b', 'a_b') };
  const before = tester.machine.image();
  const operation = { type: 'create_topics', data, timestamp: TIME };
  const would = tester.ask('validate', { operation });
  assert.is(tester.machine.image(), before);
  assert.equal(create(tester, data.topics), would);
  const refused = tester.machine.query({ type: 'validate', operation: { type: 'delete_topic', data: { name: 'z' } } });
  assert.is('error' in refused && refused.error.code, 'TopicNotFound');
  for (const none of [undefined, null, 'x', { type: 'validate', operation }]) {
    const answer = tester.machine.query({ type: 'validate', operation: none });
    assert.ok('error' in answer, JSON.stringify(none));
  }
});

test('what is no list of named topics is refused as a whole', () => {
  const tester = createTester(1);
  for (const topics of [undefined, {}, [null], ['a'], [{ ...SMALL }], [{ name: 1, ...SMALL }], [...small('a'), []]]) {
    const data = { topics: topics as unknown as CreateTopics['topics'] };
    assert.is(tester.reject('create_topics', data), 'InvalidArgument', JSON.stringify(topics));
  }
  assert.equal(names(tester), []);
});

test('ten thousand topics and a million replicas in one operation, and no more', () => {
  const tester = createTester(1);
  const many = small(...Array.from({ length: 10_001 }, (_, number) => `t${number}`));
  assert.is(tester.reject('create_topics', { topics: many }), 'InvalidArgument');
  assert.is(
    tester.reject('create_topics', { topics: [...many.slice(0, 9_999), null] as typeof many }),
    'InvalidArgument',
  );

  const large = (name: string, partitions: number): CreateTopics['topics'][0] => {
    return { name, partitions, replicationFactor: 10, assignment: 'none' };
  };
  const wide = Array.from({ length: 10 }, (_, number) => large(`w${number}`, 10_000));
  assert.is(tester.reject('create_topics', { topics: [...wide, ...small('one-more')] }), 'InvalidArgument');
  // A topic out of shape is not counted: it is refused by itself.
  const results = create(tester, [...wide, { ...large('wrong', 10_000), partitions: -1 }]);
  assert.equal(codes(results), [...wide.map(() => 'created'), 'InvalidArgument']);
});

test.run();
