/** The table of topic settings, and the texts of their values: what is allowed, in which one text it is kept. */
import fc from 'fast-check';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { must } from '../../src/assert.js';
import { defaultTopicConfig } from '../../src/metadata/model.js';
import { allowedValues, canonicalText } from '../../src/metadata/setting-values.js';
import { TOPIC_SETTINGS, TYPED_FIELDS, unknownSetting } from '../../src/metadata/topic-settings.js';

const test = suite('metadata: topic settings');

const LARGEST = '9223372036854775807';

function canonical(name: string, text: string): string | undefined {
  return canonicalText(must(TOPIC_SETTINGS.get(name), name).rule, text);
}

/** Name, default, and values just within and just beyond its range: from Kafka's reference of topic settings. */
const NUMBERS: readonly (readonly [name: string, usual: string, within: string[], beyond: string[]])[] = [
  ['compression.gzip.level', '-1', ['-1', '1', '9'], ['-2', '0', '10']],
  ['compression.lz4.level', '9', ['1', '17'], ['0', '18']],
  ['compression.zstd.level', '3', ['-131072', '0', '22'], ['-131073', '23']],
  ['delete.retention.ms', '86400000', ['0', LARGEST], ['-1', '9223372036854775808']],
  ['file.delete.delay.ms', '60000', ['0', LARGEST], ['-1']],
  ['flush.messages', LARGEST, ['1', LARGEST], ['0']],
  ['flush.ms', LARGEST, ['0', LARGEST], ['-1']],
  ['index.interval.bytes', '4096', ['0', '2147483647'], ['-1', '2147483648']],
  ['local.retention.bytes', '-2', ['-2', LARGEST], ['-3']],
  ['local.retention.ms', '-2', ['-2', LARGEST], ['-3']],
  ['max.compaction.lag.ms', LARGEST, ['1', LARGEST], ['0']],
  ['max.message.bytes', '1048588', ['0', '2147483647'], ['-1', '2147483648']],
  ['message.timestamp.after.max.ms', '3600000', ['0', LARGEST], ['-1']],
  ['message.timestamp.before.max.ms', LARGEST, ['0', LARGEST], ['-1']],
  ['message.timestamp.difference.max.ms', LARGEST, ['0', LARGEST], ['-1']],
  ['min.cleanable.dirty.ratio', '0.5', ['0', '0.25', '1'], ['-0.1', '1.01', '1e999']],
  ['min.compaction.lag.ms', '0', ['0', LARGEST], ['-1']],
  ['min.insync.replicas', '1', ['1', '32767'], ['0', '32768']],
  ['retention.bytes', '-1', ['-1', LARGEST], ['-2']],
  ['retention.ms', '604800000', ['-1', LARGEST], ['-2']],
  ['segment.bytes', '1073741824', ['14', '2147483647'], ['13', '2147483648']],
  ['segment.index.bytes', '10485760', ['4', '2147483647'], ['3', '2147483648']],
  ['segment.jitter.ms', '0', ['0', LARGEST], ['-1']],
  ['segment.ms', '604800000', ['1', LARGEST], ['0']],
];

const WORDS: readonly (readonly [name: string, usual: string, within: string[], beyond: string[]])[] = [
  ['cleanup.policy', 'delete', ['', 'delete', 'compact', 'compact,delete', 'delete,compact'], ['compacted', 'delete,']],
  ['compression.type', 'none', ['none', 'gzip', 'snappy', 'lz4', 'zstd', 'producer', 'uncompressed'], ['', 'ZSTD']],
  ['follower.replication.throttled.replicas', '', ['', '*', '0:1', '0:1,12:3'], ['0', '*,0:1', '0:1,', 'a:b']],
  ['leader.replication.throttled.replicas', '', ['', '*', '0:1', '0:1,12:3'], ['0:1:2', '0;1']],
  ['message.downconversion.enable', 'true', ['true', 'false'], ['1']],
  ['message.format.version', '3.0-IV1', ['0.8.2', '0.10.1-IV2', '3.0', '3.0-IV1'], ['', '3', 'latest', '3.0-IV']],
  ['message.timestamp.type', 'CreateTime', ['CreateTime', 'LogAppendTime'], ['createtime', '']],
  ['preallocate', 'false', ['true', 'false'], ['yes', '']],
  ['remote.log.copy.disable', 'false', ['true', 'false'], ['0']],
  ['remote.log.delete.on.disable', 'false', ['true', 'false'], ['no']],
  ['remote.storage.enable', 'false', ['true', 'false'], ['on']],
  ['unclean.leader.election.enable', 'false', ['true', 'false'], ['TRUE!']],
];

test('these and no others, each with its default, which it allows', () => {
  const listed = [...NUMBERS, ...WORDS].map(([name, usual]) => [name, usual]);
  const known = [...TOPIC_SETTINGS].map(([name, setting]) => [name, setting.default]);
  assert.equal(known.sort(), listed.sort());
  for (const [name, { default: usual }] of TOPIC_SETTINGS) assert.is(canonical(name, usual), usual, name);
});

for (const [name, , within, beyond] of [...NUMBERS, ...WORDS]) {
  test(`${name} allows what Kafka allows, and no more`, () => {
    for (const text of within) assert.is(canonical(name, text), text, text);
    for (const text of beyond) assert.is(canonical(name, text), undefined, text);
    const allowed = allowedValues(must(TOPIC_SETTINGS.get(name), name).rule);
    assert.ok(allowed.length > 5, allowed);
  });
}

test('one text for each value: blanks, signs, zeros, case and repeated elements are no part of it', () => {
  for (const [name, text, kept] of [
    ['retention.ms', ' +007 ', '7'],
    ['retention.ms', '-0', '0'],
    ['retention.ms', '0'.repeat(9_000), '0'],
    ['retention.ms', '-01', '-1'],
    ['min.cleanable.dirty.ratio', '.50', '0.5'],
    ['min.cleanable.dirty.ratio', '5e-1', '0.5'],
    ['min.cleanable.dirty.ratio', '-0.0', '0'],
    ['preallocate', ' TRUE', 'true'],
    ['cleanup.policy', ' delete , compact,delete', 'delete,compact'],
    ['cleanup.policy', ' ', ''],
    ['message.timestamp.type', ' CreateTime\n', 'CreateTime'],
  ] as const) {
    assert.is(canonical(name, text), kept, `${name}=${text.slice(0, 40)}`);
  }
});

test('numbers are decimal and whole where they must be', () => {
  for (const text of ['', '1.0', '1e3', '0x10', '1_000', '½', '٣', 'NaN', '- 1', '--1', '1,000']) {
    assert.is(canonical('retention.ms', text), undefined, text);
  }
  for (const text of ['', '.', 'NaN', 'Infinity', '0x1', '0,5', '1e', '0.5f']) {
    assert.is(canonical('min.cleanable.dirty.ratio', text), undefined, text);
  }
});

test('what is kept is kept as it is, whatever was given', () => {
  const text = fc.oneof(
    fc.string(),
    fc.integer().map(String),
    fc.double().map(String),
    fc.array(fc.constantFrom('compact', 'delete', '*', '0:1', ''), { maxLength: 4 }).map((elements) => elements.join()),
  );
  let kept = 0;
  fc.assert(
    fc.property(fc.constantFrom(...TOPIC_SETTINGS.keys()), text, (name, given) => {
      const once = canonical(name, given);
      if (once === undefined) return;
      kept += 1;
      assert.is(canonical(name, once), once);
    }),
    { numRuns: 3_000, seed: 6 },
  );
  assert.ok(kept > 200, String(kept));
});

test('a text as long as no value is refused at once', () => {
  for (const name of TOPIC_SETTINGS.keys()) assert.is(canonical(name, '0'.repeat(32_768)), undefined, name);
  const longest = Array.from({ length: 8_000 }, (_, partition) => `${partition % 10}:${partition % 10}`).join(',');
  assert.is(canonical('leader.replication.throttled.replicas', longest)?.length, 39);
});

test('an unknown name is answered with the nearest', () => {
  for (const [name, nearest] of [
    ['cleanup.polcy', 'cleanup.policy'],
    ['Cleanup.Policy', 'cleanup.policy'],
    ['retentionMs', 'retention.ms'],
    ['max.message.byte', 'max.message.bytes'],
    ['log.retention.ms', 'local.retention.ms'],
    ['unclean.leader.election', 'unclean.leader.election.enable'],
    ['segment_bytes', 'segment.bytes'],
  ] as const) {
    assert.is(unknownSetting(name), `no topic setting is called "${name}"; the nearest is ${nearest}`);
  }
  assert.ok(unknownSetting('x'.repeat(1_000_000)).length < 120);
});

test('the six typed fields have the defaults of a new topic', () => {
  const config = defaultTopicConfig();
  const { extra, ...typed } = config;
  assert.equal(extra, {});
  assert.equal([...TYPED_FIELDS.values()].sort(), Object.keys(typed).sort());
  for (const [name, field] of TYPED_FIELDS) assert.is(TOPIC_SETTINGS.get(name)?.default, String(config[field]), name);
});

test.run();
