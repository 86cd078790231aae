/**
 * Topics as Strimzi `KafkaTopic` resources in YAML (`kafka.strimzi.io/v1` and `v1beta2`, which differ in nothing that
 * is read or written here).
 */
import { compareCodeUnits } from '../metadata/code-units.js';
import { changedSettingsOf } from '../metadata/kafka-settings.js';
import type { TopicInfo } from '../metadata/model.js';
import { digestOf } from '../state-machine/digest.js';
import type { RequestedTopic } from './parse-kafka-topics.js';

export interface KafkaTopicOptions {
  /** Default 'v1', which Strimzi serves from 0.49 on; before it, and until 1.0, 'v1beta2'. */
  apiVersion?: 'v1' | 'v1beta2';
  /** For the label `strimzi.io/cluster`, without which the Topic Operator passes a resource over. */
  cluster?: string;
}

/**
 * Every KafkaTopic of a text, in its order: several documents, a `List` (`items`) or an OpenShift `Template`
 * (`objects`, `${PARAMETER}`s with the defaults of `parameters`). Resources of other kinds are passed over. Rejects
 * `InvalidArgument`, with `details.line` where it is known: not YAML, no KafkaTopic in it, a name twice, a count or a
 * setting out of shape.
 */
export async function readKafkaTopics(text: string): Promise<RequestedTopic[]> {
  const { parseKafkaTopics } = await import('./parse-kafka-topics.js');
  return parseKafkaTopics(text);
}

/**
 * One document a topic, by name. Settings that are the default here are left out. A topic whose name Kubernetes would
 * refuse is given one that it takes, and `spec.topicName`.
 */
export function writeKafkaTopics(topics: Iterable<TopicInfo>, options: KafkaTopicOptions = {}): string {
  const sorted = [...topics].sort((a, b) => compareCodeUnits(a.name, b.name));
  return sorted.map((topic) => resourceText(topic, options)).join('---\n');
}

function resourceText(topic: TopicInfo, { apiVersion = 'v1', cluster }: KafkaTopicOptions): string {
  const { name, numPartitions, replicationFactor } = topic;
  const resourceName = resourceNameOf(name);
  const settings = Object.entries(changedSettingsOf(topic.config));
  const lines = [
    `apiVersion: kafka.strimzi.io/${apiVersion}`,
    'kind: KafkaTopic',
    'metadata:',
    `  name: ${quoted(resourceName)}`,
    ...(cluster === undefined ? [] : ['  labels:', `    strimzi.io/cluster: ${quoted(cluster)}`]),
    'spec:',
    ...(resourceName === name ? [] : [`  topicName: ${quoted(name)}`]),
    `  partitions: ${numPartitions}`,
    `  replicas: ${replicationFactor}`,
    ...(settings.length === 0 ? [] : ['  config:']),
    ...settings.map(([setting, value]) => `    ${quoted(setting)}: ${settingValue(value)}`),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const RESOURCE_NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;
const DIGEST_LENGTH = 16;
const MAX_STEM_LENGTH = 200;

/** A name that Kubernetes takes: this one, or one made from it that no other topic gets. */
function resourceNameOf(topic: string): string {
  if (RESOURCE_NAME.test(topic) && !/\.-|-\.|\.\./.test(topic)) return topic;
  const stem = topic
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, MAX_STEM_LENGTH);
  return `${stem === '' ? 'topic' : stem}---${digestOf([topic]).slice(0, DIGEST_LENGTH)}`;
}

/** Words that every YAML parser takes for text. */
const WORDS = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z]+(?:[.-][a-z]+)*$/;
/** What JSON leaves bare, and YAML does not allow or takes for the end of a line. */
const UNPRINTABLE = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

function quoted(text: string): string {
  if (WORDS.test(text)) return text;
  return JSON.stringify(text).replace(
    UNPRINTABLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Strimzi takes a setting as a text or as a number. */
function settingValue(text: string): string {
  return /^(?:0|[1-9]\d{0,14})$/.test(text) ? text : quoted(text);
}
