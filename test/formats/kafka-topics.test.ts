/** Strimzi resources as they are written, and read back as they were. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { parseKafkaTopics } from '../../src/formats/parse-kafka-topics.js';
import {
  defaultTopicConfig,
  readKafkaTopics,
  writeKafkaTopics,
  type TopicConfig,
  type TopicInfo,
} from '../../src/index.js';

const test = suite('kafka topics');

function topicInfo(name: string, config: Partial<TopicConfig> = {}): TopicInfo {
  const times = { createdAt: 1, modifiedAt: 2 };
  return { name, numPartitions: 12, replicationFactor: 3, config: { ...defaultTopicConfig(), ...config }, ...times };
}

test('written: by name, what differs from the defaults, a name that Kubernetes takes', async () => {
  const extra = { 'cleanup.policy': 'compact,delete', 'max.compaction.lag.ms': '9223372036854775807' };
  const orders = topicInfo('orders', { minInsyncReplicas: 2, retentionMs: -1, compressionType: 'zstd', extra });
  const text = writeKafkaTopics([orders, topicInfo('Audit_Log')], { cluster: 'main', apiVersion: 'v1beta2' });
  const digest = /audit-log---([0-9a-f]{16})/.exec(text)?.[1] ?? '';
  assert.is(
    text,
    `apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata:
  name: "audit-log---${digest}"
  labels:
    strimzi.io/cluster: main
spec:
  topicName: "Audit_Log"
  partitions: 12
  replicas: 3
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata:
  name: orders
  labels:
    strimzi.io/cluster: main
spec:
  partitions: 12
  replicas: 3
  config:
    retention.ms: "-1"
    min.insync.replicas: 2
    compression.type: zstd
    cleanup.policy: "compact,delete"
    max.compaction.lag.ms: "9223372036854775807"
`,
  );
  assert.match(writeKafkaTopics([orders]), /^apiVersion: kafka\.strimzi\.io\/v1\nkind/);
  assert.equal(await readKafkaTopics(text), parseKafkaTopics(text));
});

const anyName = fc.oneof(
  fc.stringMatching(/^[a-zA-Z0-9._-]{1,249}$/).filter((name) => name !== '.' && name !== '..'),
  fc.constantFrom('true', 'null', 'y', 'off', '1.5', '1e3', '0x1', '007', '-', '_', '2024-01-01', '__proto__', 'a..b'),
);
const anyReplicas = fc.uniqueArray(
  fc.tuple(fc.nat(), fc.nat()).map((pair) => pair.join(':')),
  { maxLength: 4 },
);
/** One of each type, in the text in which it is kept. */
const anyExtra: fc.Arbitrary<Record<string, string>> = fc.record(
  {
    'cleanup.policy': fc.constantFrom('', 'compact', 'delete', 'compact,delete', 'delete,compact'),
    'max.compaction.lag.ms': fc.bigInt({ min: 1n, max: 2n ** 63n - 1n }).map(String),
    'compression.gzip.level': fc.constantFrom('-1', '1', '9'),
    'min.cleanable.dirty.ratio': fc.double({ min: 0, max: 1, noNaN: true }).map(String),
    'unclean.leader.election.enable': fc.constantFrom('true', 'false'),
    'message.timestamp.type': fc.constantFrom('CreateTime', 'LogAppendTime'),
    'message.format.version': fc.constantFrom('3.0', '2.8-IV1'),
    'leader.replication.throttled.replicas': fc.oneof(
      fc.constant('*'),
      anyReplicas.map((pairs) => pairs.join()),
    ),
  },
  { requiredKeys: [], noNullPrototype: true },
);
const anyConfig: fc.Arbitrary<Partial<TopicConfig>> = fc.record(
  {
    retentionMs: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
    retentionBytes: fc.integer({ min: -1, max: Number.MAX_SAFE_INTEGER }),
    segmentMs: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    segmentBytes: fc.integer({ min: 14, max: 2_147_483_647 }),
    minInsyncReplicas: fc.integer({ min: 1, max: 5 }),
    compressionType: fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd', 'producer', 'uncompressed'),
    extra: anyExtra,
  },
  { requiredKeys: [], noNullPrototype: true },
);

test('whatever topics are written are read back as they were, by every YAML parser', () => {
  const anyTopics = fc.uniqueArray(fc.tuple(anyName, anyConfig), {
    selector: ([name]) => name,
    maxLength: 6,
    minLength: 1,
  });
  fc.assert(
    fc.property(
      anyTopics,
      fc.option(fc.string({ minLength: 1, unit: 'binary' }), { nil: undefined }),
      (named, cluster) => {
        const topics = named.map(([name, config]) => topicInfo(name, config));
        const text = writeKafkaTopics(topics, cluster === undefined ? {} : { cluster });
        const read = parseKafkaTopics(text).map(({ name, partitions, replicationFactor, config }) => ({
          ...topicInfo(name, config),
          numPartitions: partitions,
          replicationFactor,
        }));
        assert.equal(
          new Map(read.map((topic) => [topic.name, topic])),
          new Map(topics.sort((a, b) => (a.name < b.name ? -1 : 1)).map((topic) => [topic.name, topic])),
        );
        // YAML 1.1 takes more words and figures for something else than text; Kubernetes' parser speaks it.
        const resources = parseAllDocuments(text, { version: '1.1' }).map(
          (document) => document.toJS() as { metadata: { name: unknown }; spec: { topicName?: unknown } },
        );
        const names = resources.map(({ metadata }) => metadata.name);
        for (const name of names)
          assert.match(String(name), /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/);
        assert.ok(names.every((name) => typeof name === 'string'));
        assert.is(new Set(names).size, topics.length);
        assert.equal(
          resources.map(({ metadata, spec }) => spec.topicName ?? metadata.name),
          topics.map(({ name }) => name),
        );
      },
    ),
    { numRuns: 300 },
  );
});

test.run();
