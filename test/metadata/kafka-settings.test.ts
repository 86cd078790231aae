/** Settings by Kafka's names to a config and back. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError } from '../../src/errors.js';
import { kafkaSettingsOf, topicConfigOf } from '../../src/metadata/kafka-settings.js';
import { defaultTopicConfig } from '../../src/metadata/model.js';
import { TOPIC_SETTINGS } from '../../src/metadata/topic-settings.js';

const test = suite('metadata: Kafka settings');

function complaint(settings: Iterable<readonly [string, string]>): string {
  try {
    topicConfigOf(settings);
  } catch (error) {
    assert.instance(error, ClusterError);
    assert.is((error as ClusterError).code, 'InvalidArgument');
    return (error as ClusterError).message;
  }
  return 'accepted';
}

test('only what is given: typed fields as numbers, all others in their one text', () => {
  assert.equal(topicConfigOf([]), {});
  assert.equal(topicConfigOf([['min.insync.replicas', ' 2']]), { minInsyncReplicas: 2 });
  assert.equal(topicConfigOf(new Map([['cleanup.policy', 'compact, delete']])), {
    extra: { 'cleanup.policy': 'compact,delete' },
  });
  const given = { 'retention.ms': '9223372036854775807', 'compression.type': 'lz4', preallocate: 'TRUE' };
  assert.equal(topicConfigOf(Object.entries(given)), {
    retentionMs: Number.MAX_SAFE_INTEGER,
    compressionType: 'lz4',
    extra: { preallocate: 'true' },
  });
});

test('a typed field that is given its default is given', () => {
  assert.equal(topicConfigOf([['retention.ms', '604800000']]), { retentionMs: 604_800_000 });
});

test('wrong names and values are errors', () => {
  assert.is(complaint([['flush', '1']]), 'no topic setting is called "flush"; the nearest is flush.ms');
  assert.is(complaint([['__proto__', '1']]), 'no topic setting is called "__proto__"; the nearest is segment.ms');
  assert.is(complaint([['flush.ms', 'x']]), 'flush.ms must be a whole number of at least 0, not "x"');
  assert.is(complaint([['flush.ms', 5 as unknown as string]]), 'flush.ms must be a whole number of at least 0, not 5');
});

test('a config by its Kafka names, the typed fields first', () => {
  const config = { ...defaultTopicConfig(), segmentMs: 5, extra: { 'flush.ms': '1' } };
  assert.equal(Object.entries(kafkaSettingsOf(config)), [
    ['retention.ms', '604800000'],
    ['retention.bytes', '-1'],
    ['segment.ms', '5'],
    ['segment.bytes', '1073741824'],
    ['min.insync.replicas', '1'],
    ['compression.type', 'none'],
    ['flush.ms', '1'],
  ]);
});

test('any settings come back as they are kept', () => {
  const setting = fc
    .constantFrom(...TOPIC_SETTINGS)
    .chain(([name, { default: usual }]) => fc.tuple(fc.constant(name), fc.constantFrom(usual, ` ${usual} `)));
  fc.assert(
    fc.property(fc.array(setting), (settings) => {
      const config = { ...defaultTopicConfig(), ...topicConfigOf(settings) };
      const back = kafkaSettingsOf(config);
      for (const [name, value] of settings) {
        const longest = String(Number.MAX_SAFE_INTEGER);
        assert.is(back[name], name.startsWith('retention') && value.length > 17 ? longest : value.trim());
      }
      assert.equal({ ...defaultTopicConfig(), ...topicConfigOf(Object.entries(back)) }, config);
    }),
    { numRuns: 200, seed: 6 },
  );
});

test.run();
