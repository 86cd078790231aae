/**
 * Changes of the settings of a topic: merged in our own form, or incremental by Kafka's names. Checked as a whole, what
 * is set together with what was; a change that comes to what was writes nothing.
 */
import type { OperationAnswer } from './answer.js';
import { malformed } from './answer.js';
import type { ImageDraft } from './image.js';
import { findTopic } from './image.js';
import { replaceTopic } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import type { TopicConfig, TopicInfo } from './model.js';
import { defaultTopicConfig } from './model.js';
import type { OperationContext } from './operation-handler.js';
import { alterConfig, equalConfigs, mergeConfig } from './topic-config.js';
import { conflictIn } from './topic-config-rules.js';
import { readTopicName, topicNotFound } from './topic-name.js';

export function updateTopic(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  return changeConfig(draft, input, context, (base) => mergeConfig(base, input.nested('config')));
}

export function alterTopicConfigs(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  return changeConfig(draft, input, context, (base) => alterConfig(base, input));
}

/** What no topic allows is refused before the topic is looked for; conflicts depend on what the topic has. */
function changeConfig(
  draft: ImageDraft,
  input: InputReader,
  { timestamp }: OperationContext,
  change: (base: Readonly<TopicConfig>) => TopicConfig,
): OperationAnswer {
  const name = readTopicName(input, 'name');
  const record = findTopic(draft, name);
  const config = change(record?.info.config ?? defaultTopicConfig());
  if (input.problem !== undefined) return malformed(input.problem);
  if (record === undefined) return topicNotFound(name);
  const conflict = conflictIn(config, record.info.config);
  if (conflict !== undefined) return malformed(conflict);
  if (equalConfigs(config, record.info.config)) return { value: record.info };
  const next: TopicInfo = { ...record.info, config, modifiedAt: Math.max(record.info.modifiedAt, timestamp) };
  replaceTopic(draft, record, next);
  return { value: next };
}
