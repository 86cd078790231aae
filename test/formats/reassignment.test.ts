/** The JSON of kafka-reassign-partitions: samples, wrong ones, written and read back; and which format is which. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { ClusterError, detectFormat, readReassignment, writeReassignment } from '../../src/index.js';
import { repositoryRoot } from '../support/repository.js';

const test = suite('reassignment');

/** As `--generate` prints it. */
const SAMPLE =
  '{"version":1,"partitions":[{"topic":"foo","partition":0,"replicas":[5,0],"log_dirs":["any","/data/2"]},' +
  '{"topic":"foo","partition":2,"replicas":[6],"log_dirs":["any"]}]}';

test('a sample, and one written by hand: version and log directories may be missing', () => {
  const expected = [
    { topic: 'foo', partition: 0, replicas: [5, 0] },
    { topic: 'foo', partition: 2, replicas: [6] },
  ];
  assert.equal(readReassignment(SAMPLE), expected);
  const bare = SAMPLE.replace('"version":1,', '').replace(/,"log_dirs":\[[^\]]*\]/g, '');
  assert.equal(readReassignment(bare), expected);
});

function refusal(text: string): string {
  try {
    readReassignment(text);
  } catch (error) {
    assert.instance(error, ClusterError);
    assert.is((error as ClusterError).code, 'InvalidArgument');
    return (error as ClusterError).message;
  }
  return 'accepted';
}

const wrong: readonly (readonly [from: string, to: string, message: string])[] = [
  ['"version":1', '"version":2', 'version must be a whole number from 1 to 1, not 2'],
  ['"partitions"', '"partitons"', 'partitions must be a list of at most 10000000, not absent'],
  ['"topic":"foo"', '"topic":""', 'partitions[0].topic must be a name, not ""'],
  ['"partition":2', '"partition":-2', 'partitions[1].partition must be a whole number from 0 to 100000, not -2'],
  ['[5,0]', '[]', 'the replicas of foo:0 must be at least one, not a list of 0'],
  ['[5,0]', '[5,"0"]', 'partitions[0].replicas must be whole numbers from 0 to 2147483647, not "0"'],
  ['["any","/data/2"]', '["any"]', 'the log_dirs of foo:0 must be one text for each replica, not a list of 1'],
  ['["any","/data/2"]', '["any",2]', 'the log_dirs of foo:0 must be one text for each replica, not a list of 2'],
  ['"partition":2', '"partition":0', 'partition foo:0 must be listed once, not 2'],
];
for (const [from, to, message] of wrong) {
  test(`refused by name: ${to} for ${from}`, () => assert.is(refusal(SAMPLE.replace(from, to)), message));
}

test('whatever is written is read back, by topic and number', () => {
  const anyMove = fc.record(
    {
      topic: fc.stringMatching(/^[a-zA-Z0-9._-]{1,12}$/),
      partition: fc.nat(99_999),
      replicas: fc.array(fc.nat(2_147_483_647), { minLength: 1, maxLength: 5 }),
    },
    { noNullPrototype: true },
  );
  const anyMoves = fc.uniqueArray(anyMove, { selector: ({ topic, partition }) => `${topic}:${partition}` });
  fc.assert(
    fc.property(anyMoves, (moves) => {
      const sorted = [...moves].sort((a, b) =>
        a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1,
      );
      assert.equal(readReassignment(writeReassignment(moves)), sorted);
    }),
  );
  const text = writeReassignment([{ topic: 'foo', partition: 0, replicas: [5, 0] }]);
  assert.is(
    text,
    '{"version":1,"partitions":[{"topic":"foo","partition":0,"replicas":[5,0],"log_dirs":["any","any"]}]}',
  );
});

test('formats are told apart, also when the text is broken further on', () => {
  const kcat = '{"originating_broker":{"id":1,"name":"a:1/1"},"query":{"topic":"*"},"controllerid":1,"brokers":[';
  assert.is(detectFormat(kcat), 'kcat');
  assert.is(detectFormat(' \n{"brokers": [], "topics": []}'), 'kcat');
  assert.is(detectFormat(SAMPLE), 'reassignment');
  assert.is(detectFormat(SAMPLE.slice(0, 40)), 'reassignment');
  assert.is(detectFormat(readFileSync(new URL('src/cli/sample-topics.yaml', repositoryRoot), 'utf8')), 'strimzi');
  const json = '{"kind":"KafkaTopic","metadata":{"name":"a"},"spec":{"partitions":3}}';
  assert.is(detectFormat(json), 'strimzi');
  assert.is(detectFormat(''), 'strimzi');
});

test.run();
