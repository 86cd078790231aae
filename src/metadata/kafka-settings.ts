/**
 * A topic's settings by Kafka's names, as its tools and files have them, from and to our `TopicConfig`: for users of
 * the library, who get an error where the state machine gives an answer.
 */
import { ClusterError } from '../errors.js';
import { InputReader } from './input-reader.js';
import type { TopicConfig } from './model.js';
import { defaultTopicConfig } from './model.js';
import { settingText, setByName } from './topic-config.js';
import { TYPED_FIELDS } from './topic-settings.js';

/**
 * Settings by Kafka's names as a config for `createTopic`: those of the six typed fields become these, all others go
 * into `extra` in their canonical text. Whole numbers beyond what a double counts exactly are the largest that it does.
 * Throws InvalidArgument for a name that no topic setting of Kafka 3.9 or 4.0 has, with the nearest that there is, and
 * for a value that its setting does not allow.
 */
export function topicConfigOf(settings: Iterable<readonly [name: string, value: string]>): Partial<TopicConfig> {
  const given = new Map(settings);
  const input = new InputReader(Object.fromEntries(given));
  const { extra, ...typed } = setByName(defaultTopicConfig(), input);
  if (input.problem !== undefined) throw new ClusterError('InvalidArgument', input.problem);
  const config: Partial<TopicConfig> = {};
  for (const [name, field] of TYPED_FIELDS) if (given.has(name)) Object.assign(config, { [field]: typed[field] });
  return Object.keys(extra).length === 0 ? config : { ...config, extra };
}

/** By Kafka's names: the six typed fields, then all that was set of the others. */
export function kafkaSettingsOf(config: Readonly<TopicConfig>): Record<string, string> {
  const typed = Array.from(TYPED_FIELDS.keys(), (name) => [name, settingText(config, name)] as const);
  return { ...Object.fromEntries(typed), ...config.extra };
}

/** Of these, those that differ from the defaults of `defaultTopicConfig`. */
export function changedSettingsOf(config: Readonly<TopicConfig>): Record<string, string> {
  const usual = new Map(Object.entries(kafkaSettingsOf(defaultTopicConfig())));
  return Object.fromEntries(Object.entries(kafkaSettingsOf(config)).filter(([name, text]) => usual.get(name) !== text));
}
