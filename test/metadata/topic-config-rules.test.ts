/** Settings that Kafka refuses together, whichever operation brings them together. */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConfigChange, TopicConfig } from '../../src/metadata/model.js';
import { alter, complaint, set, subtract, testerWith, unset } from './config-changes.js';
import { createTester } from './metadata-tester.js';

const test = suite('metadata: topic config rules');

/** Settings that Kafka refuses together, and the least that would make them fit. */
const CONFLICTS: readonly (readonly [
  what: string,
  config: Partial<TopicConfig>,
  remedy: ConfigChange,
  says: RegExp,
])[] = [
  [
    'the least compaction lag above the most',
    { extra: { 'min.compaction.lag.ms': '11', 'max.compaction.lag.ms': '10' } },
    set('max.compaction.lag.ms', '11'),
    /^min.compaction.lag.ms \(11\) must not be above max.compaction.lag.ms \(10\)$/,
  ],
  [
    'compacted tiered storage',
    { extra: { 'remote.storage.enable': 'true', 'cleanup.policy': 'compact,delete' } },
    subtract('cleanup.policy', 'compact'),
    /needs cleanup.policy delete, not compact,delete$/,
  ],
  [
    'a local retention longer than the whole',
    { retentionMs: 10, extra: { 'remote.storage.enable': 'true', 'local.retention.ms': '11' } },
    set('retention.ms', '11'),
    /^local.retention.ms \(11\) must not be above retention.ms \(10\)$/,
  ],
  [
    'a local retention without limit of a limited one',
    { retentionMs: 10, extra: { 'remote.storage.enable': 'true', 'local.retention.ms': '-1' } },
    set('retention.ms', '-1'),
    /^local.retention.ms \(-1\) must not be above retention.ms \(10\)$/,
  ],
  [
    'a local size larger than the whole',
    { retentionBytes: 10, extra: { 'remote.storage.enable': 'true', 'local.retention.bytes': '11' } },
    set('local.retention.bytes', '-2'),
    /^local.retention.bytes \(11\) must not be above retention.bytes \(10\)$/,
  ],
  [
    'a local retention of its own where nothing is copied any more',
    {
      retentionMs: 10,
      extra: { 'remote.storage.enable': 'true', 'remote.log.copy.disable': 'true', 'local.retention.ms': '9' },
    },
    set('local.retention.ms', '10'),
    /^local.retention.ms \(9\) must be retention.ms \(10\) while remote.log.copy.disable is true$/,
  ],
  [
    'a local size of its own where nothing is copied any more',
    { extra: { 'remote.storage.enable': 'true', 'remote.log.copy.disable': 'true', 'local.retention.bytes': '9' } },
    unset('local.retention.bytes'),
    /^local.retention.bytes \(9\) must be retention.bytes \(-1\) while remote.log.copy.disable is true$/,
  ],
];

for (const [what, config, remedy, says] of CONFLICTS) {
  test(`refused as a whole: ${what}`, () => {
    const tester = createTester(1);
    const topic = { name: 't', partitions: 1, replicationFactor: 1 };
    const refused = tester.apply('create_topic', { ...topic, config });
    assert.match('error' in refused ? refused.error.message : '', says);

    tester.accept('create_topic', topic);
    assert.is(tester.reject('update_topic', { name: 't', config }), 'InvalidArgument');
    const typed = config.retentionMs ?? config.retentionBytes;
    const name = config.retentionMs === undefined ? 'retention.bytes' : 'retention.ms';
    const changes = Object.entries(config.extra ?? {}).map(([key, value]) => set(key, value));
    if (typed !== undefined) changes.push(set(name, String(typed)));
    assert.match(complaint(tester, ...changes), says);

    // The same settings with the one remedied, then again what contradicts it.
    const others = changes.filter(({ key }) => key !== remedy.key);
    const before = changes.find(({ key }) => key === remedy.key);
    alter(tester, ...others, remedy.op === 'subtract' ? set(remedy.key, 'delete') : remedy);
    if (before !== undefined) assert.match(complaint(tester, before), says);
  });
}

test('settings that do not contradict each other: without limit, or of a topic without tiered storage', () => {
  for (const config of [
    { retentionMs: -1, extra: { 'remote.storage.enable': 'true', 'local.retention.ms': '-1' } },
    { extra: { 'remote.storage.enable': 'true', 'local.retention.ms': '5', 'local.retention.bytes': '5' } },
    { retentionMs: 1, extra: { 'local.retention.ms': '5', 'cleanup.policy': 'compact' } },
    { extra: { 'min.compaction.lag.ms': '5', 'max.compaction.lag.ms': '5' } },
    // As large as the number of a typed field can be: equal, as far as anyone can tell.
    {
      retentionMs: Number.MAX_SAFE_INTEGER,
      extra: { 'remote.storage.enable': 'true', 'local.retention.ms': '9223372036854775807' },
    },
    { minInsyncReplicas: 2 }, // of a factor of 1: Kafka has no rule against it
  ]) {
    testerWith(config);
  }
});

test('tiered storage is switched off only with what is to become of the remote data', () => {
  const tester = testerWith({ extra: { 'remote.storage.enable': 'true' } });
  for (const change of [set('remote.storage.enable', 'false'), unset('remote.storage.enable')]) {
    assert.match(
      complaint(tester, change),
      /^remote.storage.enable must stay true unless remote.log.delete.on.disable/,
    );
  }
  const config = { extra: { 'remote.storage.enable': 'false' } };
  assert.is(tester.reject('update_topic', { name: 't', config }), 'InvalidArgument');
  alter(tester, set('remote.storage.enable', 'false'), set('remote.log.delete.on.disable', 'true'));
  alter(tester, unset('remote.storage.enable'), unset('remote.log.delete.on.disable'));
});

test.run();
