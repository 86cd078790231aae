/**
 * Kafka's names of topic settings against the six typed fields of `TopicConfig`, in both directions. What is not one of
 * the six goes through `extra` as text.
 */
import type { TopicConfig } from '../metadata/model.js';
import { defaultTopicConfig } from '../metadata/model.js';
import { COMPRESSION_TYPES, NUMERIC_NAMES, NUMERIC_SETTINGS } from '../metadata/topic-config.js';

const COMPRESSION_TYPE = 'compression.type';
const FIELD_OF: ReadonlyMap<string, (typeof NUMERIC_NAMES)[number]> = new Map(
  NUMERIC_NAMES.map((field) => [NUMERIC_SETTINGS[field].kafkaName, field]),
);

/** Throws an Error that names the subject and the setting. */
export function topicConfigOf(settings: readonly (readonly [string, string])[], subject: string): Partial<TopicConfig> {
  const config: Partial<TopicConfig> = {};
  const extra = new Map<string, string>();
  for (const [name, value] of settings) {
    const field = FIELD_OF.get(name);
    if (field !== undefined) {
      if (!/^-?\d+$/.test(value))
        throw new Error(`${subject}: ${name} must be a whole number, not ${JSON.stringify(value)}`);
      // Kafka's are 64-bit; what a double cannot count exactly is some 285,000 years, or eight petabytes.
      config[field] = Math.min(Number(value), Number.MAX_SAFE_INTEGER);
    } else if (name === COMPRESSION_TYPE) {
      config.compressionType = compressionTypeOf(value, subject);
    } else {
      extra.set(name, value);
    }
  }
  if (extra.size > 0) config.extra = Object.fromEntries(extra);
  return config;
}

/** Every setting that differs from the defaults of `defaultTopicConfig`, by Kafka's name, as text. */
export function kafkaSettings(config: TopicConfig): Record<string, string> {
  const defaults = defaultTopicConfig();
  const typed = [
    ...NUMERIC_NAMES.map((field) => [NUMERIC_SETTINGS[field].kafkaName, field] as const),
    [COMPRESSION_TYPE, 'compressionType'] as const,
  ]
    .filter(([, field]) => config[field] !== defaults[field])
    .map(([name, field]) => [name, String(config[field])] as const);
  // Defines members rather than assigning them, so that '__proto__' is a name like any other.
  return Object.fromEntries([...typed, ...Object.entries(config.extra)]);
}

function compressionTypeOf(value: string, subject: string): TopicConfig['compressionType'] {
  const known = COMPRESSION_TYPES.find((type) => type === value);
  if (known) return known;
  throw new Error(
    `${subject}: compression.type must be one of ${COMPRESSION_TYPES.join(', ')}, not ${JSON.stringify(value)}`,
  );
}
