/**
 * The settings of a topic: ranges of the six typed ones, names and values of all others. A change is merged into what
 * was; `extra` is merged name by name. Names of the six are refused in `extra`, in our spelling and in Kafka's.
 */
import type { InputReader } from './input-reader.js';
import { MAX_EXTRA_SETTINGS, MAX_NAME_LENGTH, MAX_REPLICATION_FACTOR, MAX_SETTING_LENGTH } from './limits.js';
import type { CompressionType, TopicConfig } from './model.js';

type NumericSetting = 'retentionMs' | 'retentionBytes' | 'segmentMs' | 'segmentBytes' | 'minInsyncReplicas';

/** Kafka's name and range of each; -1 is "without limit". */
export const NUMERIC_SETTINGS: Readonly<Record<NumericSetting, { kafkaName: string; from: number; to: number }>> = {
  retentionMs: { kafkaName: 'retention.ms', from: -1, to: Number.MAX_SAFE_INTEGER },
  retentionBytes: { kafkaName: 'retention.bytes', from: -1, to: Number.MAX_SAFE_INTEGER },
  segmentMs: { kafkaName: 'segment.ms', from: 1, to: Number.MAX_SAFE_INTEGER },
  segmentBytes: { kafkaName: 'segment.bytes', from: 14, to: 2_147_483_647 },
  minInsyncReplicas: { kafkaName: 'min.insync.replicas', from: 1, to: MAX_REPLICATION_FACTOR },
};
export const NUMERIC_NAMES = Object.keys(NUMERIC_SETTINGS) as NumericSetting[];

export const COMPRESSION_TYPES: readonly CompressionType[] = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  'zstd',
  'producer',
  'uncompressed',
];

const TYPED_NAMES: ReadonlySet<string> = new Set([
  ...NUMERIC_NAMES,
  ...Object.values(NUMERIC_SETTINGS).map((setting) => setting.kafkaName),
  'compressionType',
  'compression.type',
]);

const SETTING_NAME = new RegExp(`^[a-zA-Z0-9._-]{1,${MAX_NAME_LENGTH}}$`);

/** `base` with what `input` gives; worthless if the input has a problem. */
export function mergeConfig(base: TopicConfig, input: InputReader): TopicConfig {
  const config: TopicConfig = { ...base };
  for (const name of NUMERIC_NAMES) {
    const { from, to } = NUMERIC_SETTINGS[name];
    if (input.has(name)) config[name] = input.integer(name, from, to);
  }
  if (input.has('compressionType')) {
    config.compressionType = input.choice('compressionType', COMPRESSION_TYPES) ?? base.compressionType;
  }
  config.extra = input.has('extra') ? mergeExtra(base.extra, input.nested('extra')) : { ...base.extra };
  return config;
}

export function equalConfigs(a: TopicConfig, b: TopicConfig): boolean {
  const extraNames = Object.keys(a.extra);
  return (
    NUMERIC_NAMES.every((name) => a[name] === b[name]) &&
    a.compressionType === b.compressionType &&
    extraNames.length === Object.keys(b.extra).length &&
    extraNames.every((name) => Object.hasOwn(b.extra, name) && a.extra[name] === b.extra[name])
  );
}

function mergeExtra(base: Readonly<Record<string, string>>, input: InputReader): Record<string, string> {
  const settings = new Map(Object.entries(base));
  for (const name of input.names()) {
    if (!SETTING_NAME.test(name)) input.report('config.extra', 'settings by their Kafka names', name);
    if (TYPED_NAMES.has(name)) input.report('config.extra', 'settings other than the typed ones', name);
    settings.set(
      name,
      input.text(
        name,
        `a text of at most ${MAX_SETTING_LENGTH} characters`,
        (text) => text.length <= MAX_SETTING_LENGTH,
      ),
    );
  }
  if (settings.size > MAX_EXTRA_SETTINGS) {
    input.report('config.extra', `at most ${MAX_EXTRA_SETTINGS} settings`, settings.size);
  }
  // Defines members rather than assigning them, so that '__proto__' is a name like any other.
  return Object.fromEntries(settings);
}
