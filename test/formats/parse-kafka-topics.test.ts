/** Strimzi resources read in their three forms, and what is said about wrong ones. */
import { readFileSync } from 'node:fs';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { ClusterError, type RequestedTopic } from '../../src/index.js';
import { parseKafkaTopics } from '../../src/formats/parse-kafka-topics.js';
import { testRealTopics } from '../support/real-topics.js';
import { readProjectFile, repositoryRoot } from '../support/repository.js';

const test = suite('parse kafka topics');

/** A KafkaTopic as a block that starts in column `indent`, with the lines of its spec. */
function kafkaTopic(name: string, spec: readonly string[] = [], indent = 0): string {
  const lines = ['apiVersion: kafka.strimzi.io/v1beta2', 'kind: KafkaTopic', 'metadata:', `  name: ${name}`];
  if (spec.length > 0) lines.push('spec:', ...spec.map((line) => `  ${line}`));
  return lines.map((line) => `${' '.repeat(indent)}${line}\n`).join('');
}

/** The same as a member of a list that starts in column 2. */
function member(name: string, spec: readonly string[] = []): string {
  return kafkaTopic(name, spec, 4).replace('    ', '  - ');
}

/** The line, where one is known, and what is wrong. */
function refusal(text: string): string {
  try {
    parseKafkaTopics(text);
  } catch (error) {
    assert.instance(error, ClusterError);
    const { code, message, details } = error as ClusterError;
    assert.is(code, 'InvalidArgument');
    return `${typeof details['line'] === 'number' ? `${details['line']}: ` : ''}${message}`;
  }
  return 'accepted';
}

/** The only topic of a file. */
function only(text: string): RequestedTopic {
  const [topic, ...others] = parseKafkaTopics(text);
  assert.is(others.length, 0);
  return must(topic, 'a topic');
}

const names = (text: string): string[] => parseKafkaTopics(text).map((topic) => topic.name);

test('one document: counts, the six typed settings, all others as text in extra', () => {
  const topic = only(
    kafkaTopic('orders', [
      'partitions: 12',
      'replicas: "3"',
      'config:',
      '  retention.ms: "259200000"',
      '  retention.bytes: 1073741824',
      '  segment.ms: 86400000',
      '  segment.bytes: 268435456',
      '  min.insync.replicas: 2',
      '  compression.type: lz4',
      '  cleanup.policy: [compact, delete]',
      '  max.compaction.lag.ms: 9223372036854775807',
      '  unclean.leader.election.enable: false',
      '  min.cleanable.dirty.ratio: 0.25',
    ]),
  );
  assert.equal(topic, {
    name: 'orders',
    partitions: 12,
    replicationFactor: 3,
    config: {
      retentionMs: 259_200_000,
      retentionBytes: 1_073_741_824,
      segmentMs: 86_400_000,
      segmentBytes: 268_435_456,
      minInsyncReplicas: 2,
      compressionType: 'lz4',
      extra: {
        'cleanup.policy': 'compact,delete',
        'max.compaction.lag.ms': '9223372036854775807',
        'unclean.leader.election.enable': 'false',
        'min.cleanable.dirty.ratio': '0.25',
      },
    },
    line: 1,
  });
});

test('several documents, in file order, with the line of each; other kinds are passed over', () => {
  const user = 'kind: KafkaUser\nmetadata:\n  name: c\n';
  const text = [kafkaTopic('a'), kafkaTopic('b'), user, kafkaTopic('d')].join('---\n');
  const topics = parseKafkaTopics(text);
  assert.equal(
    topics.map(({ name, line }) => [name, line]),
    [
      ['a', 1],
      ['b', 6],
      ['d', 15],
    ],
  );
});

test('a List and a KafkaTopicList have items, also when empty', () => {
  for (const kind of ['List', 'KafkaTopicList']) {
    const head = `apiVersion: v1\nkind: ${kind}\nitems:\n`;
    assert.equal(names(`${head}${member('a')}${member('b', ['partitions: 2'])}`), ['a', 'b']);
  }
  assert.is(refusal('kind: List\nitems: []\n'), 'no KafkaTopic in it');
});

test('a Template has objects, and its parameters fill names, counts and settings', () => {
  const objects = member('${PREFIX}.orders', ['partitions: ${{COUNT}}', 'config:', '  retention.ms: ${RETENTION}']);
  const parameters = [
    'parameters:',
    '- name: PREFIX',
    '  value: shop',
    '- {name: COUNT, value: "8"}',
    '- {name: RETENTION, value: 1000}',
  ];
  const topic = only(`kind: Template\nobjects:\n${objects}${parameters.join('\n')}\n`);
  assert.is(topic.name, 'shop.orders');
  assert.is(topic.partitions, 8);
  assert.equal(topic.config, { retentionMs: 1000 });
});

test('a parameter without a value is named', () => {
  const text = `kind: Template\nobjects:\n${member('${PREFIX}.orders')}parameters:\n- name: PREFIX\n`;
  assert.is(refusal(text), '3: parameter PREFIX in "${PREFIX}.orders" has no value');
});

test('outside of a Template a parameter is a text like any other', () => {
  assert.is(only(kafkaTopic('${PREFIX}')).name, '${PREFIX}');
  const message = 'spec.partitions must be a whole number of at least 1, not "${{COUNT}}"';
  assert.is(refusal(kafkaTopic('a', ['partitions: ${{COUNT}}'])), `1: topic "a": ${message}`);
});

test('spec.topicName is the name where there is one; partitions are 1 and the replicas open unless told', () => {
  const topic = only(kafkaTopic('resource-name', ['topicName: __Topic_Name']));
  assert.is(topic.name, '__Topic_Name');
  assert.is(topic.partitions, 1);
  assert.is(topic.replicationFactor, undefined);
});

test('names like __proto__ are names like any other', () => {
  assert.equal(names(`${kafkaTopic('__proto__')}---\n${kafkaTopic('constructor')}`), ['__proto__', 'constructor']);
});

test('anchors, aliases and merges are followed', () => {
  const first = member('a', ['config: &shared', '  retention.ms: 5']);
  const others = `${member('b', ['config: *shared'])}${member('c', ['config: {<<: *shared, segment.ms: 6}'])}`;
  assert.equal(
    parseKafkaTopics(`kind: List\nitems:\n${first}${others}`).map((topic) => topic.config),
    [{ retentionMs: 5 }, { retentionMs: 5 }, { retentionMs: 5, segmentMs: 6 }],
  );
});

test('a retention beyond what a double counts exactly is the largest one', () => {
  const topic = only(kafkaTopic('a', ['config:', '  retention.ms: 9223372036854775807']));
  assert.equal(topic.config, { retentionMs: Number.MAX_SAFE_INTEGER });
});

const wrong: readonly (readonly [what: string, text: string, message: string])[] = [
  ['an empty file', '', 'no KafkaTopic in it'],
  ['a scalar', 'just text\n', 'no KafkaTopic in it'],
  ['no name', 'kind: KafkaTopic\n', '1: a KafkaTopic has neither metadata.name nor spec.topicName'],
  ['the same name twice', `${kafkaTopic('a')}---\n${kafkaTopic('a')}`, '6: topic "a" is already on line 1'],
  [
    'no partitions',
    kafkaTopic('a', ['partitions: 0']),
    'spec.partitions must be a whole number of at least 1, not "0"',
  ],
  [
    'replicas in words',
    kafkaTopic('a', ['replicas: two']),
    'spec.replicas must be a whole number of at least 1, not "two"',
  ],
  [
    'half a partition',
    kafkaTopic('a', ['partitions: 1.5']),
    'spec.partitions must be a whole number of at least 1, not "1.5"',
  ],
  ['a mapping as a count', kafkaTopic('a', ['partitions: {n: 1}']), '1: spec.partitions must be a single value'],
  ['a config that is text', kafkaTopic('a', ['config: none']), 'spec.config must be a mapping'],
  [
    'a retention in words',
    kafkaTopic('a', ['config:', '  retention.ms: a week']),
    'retention.ms must be a whole number of at least -1, not "a week"',
  ],
  [
    'a setting that Kafka does not have',
    kafkaTopic('a', ['config:', '  cleanup.polcy: compact']),
    'no topic setting is called "cleanup.polcy"; the nearest is cleanup.policy',
  ],
  [
    'a setting called __proto__',
    kafkaTopic('a', ['config:', '  __proto__: x']),
    'no topic setting is called "__proto__"; the nearest is segment.ms',
  ],
  [
    'a policy that Kafka does not have',
    kafkaTopic('a', ['config:', '  cleanup.policy: [compact, keep]']),
    'cleanup.policy must be a list of compact, delete, not "compact,keep"',
  ],
  [
    'a mapping as a setting',
    kafkaTopic('a', ['config:', '  cleanup.policy: {a: b}']),
    'cleanup.policy must be a text, a number, a boolean or a list of them',
  ],
];
for (const [what, text, message] of wrong) {
  test(`refused in one line: ${what}`, () => {
    assert.is(refusal(text).replace(/^1: topic "a": /, ''), message);
  });
}

test('an unknown compression type is refused with the known ones', () => {
  const message = refusal(kafkaTopic('a', ['config:', '  compression.type: rar']));
  assert.match(message, /^1: topic "a": compression.type must be one of none, gzip, .*, not "rar"$/);
});

test('broken YAML is refused with its line: a bad indent, a key twice, an alias of nothing', () => {
  assert.match(refusal('kind: KafkaTopic\nmetadata:\n  name: [a\n'), /^\d+: not valid YAML: /);
  assert.match(refusal(`${kafkaTopic('a')}kind: List\n`), /^5: not valid YAML: Map keys must be unique/);
  assert.match(refusal('kind: List\nitems:\n- *nothing\n'), /^Unresolved alias .*: nothing$/);
});

test('a key within a key, and so on, is passed over like any other that is unknown', () => {
  // As text, each level would take twice the time of the one within: with the text of keys this never ends.
  assert.is(only(`${kafkaTopic('a')}${'? '.repeat(60)}\n`).name, 'a');
});

test('the sample that the package ships', () => {
  const topics = parseKafkaTopics(readFileSync(new URL('src/cli/sample-topics.yaml', repositoryRoot), 'utf8'));
  assert.is(topics.length, 12);
  assert.ok(new Set(topics.map((topic) => topic.partitions)).size > 6, 'varied partition counts');
  const manifest = JSON.parse(readProjectFile('package.json') ?? '') as { files: string[] };
  assert.ok(manifest.files.includes('src/cli/sample-topics.yaml'), 'is part of the package');
});

testRealTopics(test, 'the topics of a real company', (path) => {
  test('the topics of a real company: 118, with 1643 partitions', () => {
    const topics = parseKafkaTopics(readFileSync(path, 'utf8'));
    assert.is(topics.length, 118);
    assert.is(
      topics.reduce((sum, topic) => sum + topic.partitions, 0),
      1643,
    );
  });
});

test.run();
