/**
 * Every topic setting of Kafka 3.9 and 4.0 (LogConfig, TopicConfig) by its name: what it may be and its default. Where
 * the two releases differ the wider range holds, so that what either accepts is accepted, and 4.0's default. Six are
 * typed fields of our `TopicConfig`, with its own defaults; what one setting means for another is
 * `topic-config-rules.ts`.
 */
import { MAX_REPLICATION_FACTOR } from './limits.js';
import { nearestName } from './nearest-name.js';
import type { CompressionType, TopicConfig } from './model.js';
import { defaultTopicConfig } from './model.js';
import type { ValueRule } from './setting-values.js';
import { MAX_INT, MAX_LONG } from './setting-values.js';

export type TypedField = Exclude<keyof TopicConfig, 'extra'>;
export type NumericField = Exclude<TypedField, 'compressionType'>;

export interface TopicSetting {
  readonly rule: ValueRule;
  readonly default: string;
}

/** What is without limit in Kafka ends where a double no longer counts exactly: 285,000 years, or eight petabytes. */
export const NUMERIC_FIELDS: readonly {
  readonly field: NumericField;
  readonly name: string;
  readonly from: number;
  readonly to: number;
}[] = [
  { field: 'retentionMs', name: 'retention.ms', from: -1, to: Number.MAX_SAFE_INTEGER },
  { field: 'retentionBytes', name: 'retention.bytes', from: -1, to: Number.MAX_SAFE_INTEGER },
  { field: 'segmentMs', name: 'segment.ms', from: 1, to: Number.MAX_SAFE_INTEGER },
  { field: 'segmentBytes', name: 'segment.bytes', from: 14, to: Number(MAX_INT) }, // 4.0: from 1 MiB
  { field: 'minInsyncReplicas', name: 'min.insync.replicas', from: 1, to: MAX_REPLICATION_FACTOR },
];

/** By Kafka's name. */
export const TYPED_FIELDS: ReadonlyMap<string, TypedField> = new Map<string, TypedField>([
  ...NUMERIC_FIELDS.map(({ name, field }) => [name, field] as const),
  ['compression.type', 'compressionType'],
]);

/** 'none' is the first design's word for Kafka's 'uncompressed'. */
export const COMPRESSION_TYPES: readonly CompressionType[] = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  'zstd',
  'producer',
  'uncompressed',
];

const usual = defaultTopicConfig();

export const TOPIC_SETTINGS: ReadonlyMap<string, TopicSetting> = new Map<string, TopicSetting>([
  // Typed fields.
  ...NUMERIC_FIELDS.map(({ name, field, from, to }): [string, TopicSetting] => [
    name,
    to === Number.MAX_SAFE_INTEGER ? long(usual[field], from) : int(usual[field], from, to),
  ]),
  ['compression.type', oneOf(usual.compressionType, COMPRESSION_TYPES)],
  // Compaction and deletion.
  ['cleanup.policy', { rule: { type: 'list', choices: ['compact', 'delete'] }, default: 'delete' }],
  ['delete.retention.ms', long(86_400_000, 0)],
  ['file.delete.delay.ms', long(60_000, 0)],
  ['max.compaction.lag.ms', long(MAX_LONG, 1)],
  ['min.compaction.lag.ms', long(0, 0)],
  ['min.cleanable.dirty.ratio', { rule: { type: 'double', from: 0, to: 1 }, default: '0.5' }],
  // Segments, indexes, flushing.
  ['flush.messages', long(MAX_LONG, 1)],
  ['flush.ms', long(MAX_LONG, 0)],
  ['index.interval.bytes', int(4_096, 0)],
  ['preallocate', flag('false')],
  ['segment.index.bytes', int(10_485_760, 4)],
  ['segment.jitter.ms', long(0, 0)],
  // Messages.
  ['compression.gzip.level', { rule: { type: 'int', from: 1n, to: 9n, also: -1n }, default: '-1' }],
  ['compression.lz4.level', int(9, 1, 17)],
  ['compression.zstd.level', int(3, -131_072, 22)],
  ['max.message.bytes', int(1_048_588, 0)],
  ['message.timestamp.after.max.ms', long(3_600_000, 0)], // 3.9: without limit
  ['message.timestamp.before.max.ms', long(MAX_LONG, 0)],
  ['message.timestamp.type', oneOf('CreateTime', ['CreateTime', 'LogAppendTime'])],
  ['message.downconversion.enable', flag('true')], // up to 3.9, as the two below
  ['message.format.version', { rule: { type: 'version' }, default: '3.0-IV1' }],
  ['message.timestamp.difference.max.ms', long(MAX_LONG, 0)],
  // Replication.
  ['follower.replication.throttled.replicas', { rule: { type: 'replicas' }, default: '' }],
  ['leader.replication.throttled.replicas', { rule: { type: 'replicas' }, default: '' }],
  ['unclean.leader.election.enable', flag('false')],
  // Tiered storage. -2 of a local retention: that of the topic.
  ['local.retention.bytes', long(-2, -2)],
  ['local.retention.ms', long(-2, -2)],
  ['remote.log.copy.disable', flag('false')],
  ['remote.log.delete.on.disable', flag('false')],
  ['remote.storage.enable', flag('false')],
]);

function int(usually: number, from: number, to = Number(MAX_INT)): TopicSetting {
  return { rule: { type: 'int', from: BigInt(from), to: BigInt(to) }, default: String(usually) };
}

function long(usually: number | bigint, from: number): TopicSetting {
  return { rule: { type: 'long', from: BigInt(from), to: MAX_LONG }, default: String(usually) };
}

function flag(usually: 'true' | 'false'): TopicSetting {
  return { rule: { type: 'boolean' }, default: usually };
}

function oneOf(usually: string, choices: readonly string[]): TopicSetting {
  return { rule: { type: 'enum', choices }, default: usually };
}

const MAX_SHOWN_NAME = 40;
const NAMES = [...TOPIC_SETTINGS.keys()];

/** What to say of a name that no setting has. */
export function unknownSetting(name: string): string {
  const shown = JSON.stringify(name.slice(0, MAX_SHOWN_NAME));
  return `no topic setting is called ${shown}; the nearest is ${nearestName(name, NAMES)}`;
}
