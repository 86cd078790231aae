/**
 * Kafka's names of topic settings against the six typed fields of `TopicConfig`, in both directions: from a topic file,
 * and for a table. What is not one of the six goes through `extra` as text.
 */

import type { TopicConfig } from '../index.js';

const NUMERIC_FIELDS = {
  'retention.ms': 'retentionMs',
  'retention.bytes': 'retentionBytes',
  'segment.ms': 'segmentMs',
  'segment.bytes': 'segmentBytes',
  'min.insync.replicas': 'minInsyncReplicas',
} as const;

const COMPRESSION_TYPES: readonly TopicConfig['compressionType'][] = [
  'none',
  'gzip',
  'snappy',
  'lz4',
  'zstd',
  'producer',
  'uncompressed',
];

/** Throws an Error that names the subject and the setting. */
export function topicConfigOf(settings: readonly (readonly [string, string])[], subject: string): Partial<TopicConfig> {
  const config: Partial<TopicConfig> = {};
  const extra = new Map<string, string>();
  for (const [name, value] of settings) {
    if (isNumericSetting(name)) {
      if (!/^-?\d+$/.test(value))
        throw new Error(`${subject}: ${name} must be a whole number, not ${JSON.stringify(value)}`);
      // Kafka's are 64-bit; what a double cannot count exactly is some 285,000 years, or eight petabytes.
      config[NUMERIC_FIELDS[name]] = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    } else if (name === 'compression.type') {
      config.compressionType = compressionTypeOf(value, subject);
    } else {
      extra.set(name, value);
    }
  }
  if (extra.size > 0) config.extra = Object.fromEntries(extra);
  return config;
}

/** `name=value` for each setting that differs from the defaults, by Kafka's names; `shown` are left out. */
export function changedSettings(
  config: TopicConfig,
  defaults: TopicConfig,
  shown: ReadonlySet<keyof TopicConfig>,
): string[] {
  const fields = [...Object.entries(NUMERIC_FIELDS), ['compression.type', 'compressionType'] as const];
  const typed = fields
    .filter(([, field]) => !shown.has(field) && config[field] !== defaults[field])
    .map(([name, field]) => `${name}=${config[field]}`);
  return [...typed, ...Object.entries(config.extra).map(([name, value]) => `${name}=${value}`)];
}

function isNumericSetting(name: string): name is keyof typeof NUMERIC_FIELDS {
  return Object.hasOwn(NUMERIC_FIELDS, name);
}

function compressionTypeOf(value: string, subject: string): TopicConfig['compressionType'] {
  const known = COMPRESSION_TYPES.find((type) => type === value);
  if (known) return known;
  throw new Error(
    `${subject}: compression.type must be one of ${COMPRESSION_TYPES.join(', ')}, not ${JSON.stringify(value)}`,
  );
}
