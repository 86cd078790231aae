/**
 * The reading of Strimzi `KafkaTopic` resources. Apart from `kafka-topics.ts`, which loads it with the YAML parser only
 * when there is something to read: that takes as long as a quarter of a cluster's start. This checks what the text must
 * say and its settings; whether a name or a count is acceptable is for the store to answer.
 */
import { isAlias, isMap, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, YAMLMap } from 'yaml';
import { ClusterError } from '../errors.js';
import { topicConfigOf } from '../metadata/kafka-settings.js';
import type { TopicConfig } from '../metadata/model.js';

/** One topic as a text asks for it. */
export interface RequestedTopic {
  name: string;
  /** 1 where the text says nothing, as Kafka's `num.partitions`. */
  partitions: number;
  /** Undefined: left to the cluster. */
  replicationFactor: number | undefined;
  config: Partial<TopicConfig>;
  /** Where its resource begins, from 1 on. */
  line: number;
}

/** A KafkaTopic as plain values (mappings as `Map`), and where in the file it begins. */
interface Resource {
  offset: number;
  value: unknown;
  parameters: Parameters;
}

/** Null outside of a Template, where `${NAME}` is a text like any other. */
type Parameters = ReadonlyMap<string, string> | null;

/** As `readKafkaTopics` documents it. */
export function parseKafkaTopics(text: string): RequestedTopic[] {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  // The parser throws where nesting is deeper than its stack.
  const documents = located(undefined, () =>
    parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      intAsBigInt: true, // 9223372036854775807 is a usual retention and no double
      merge: true, // `<<`, which kubectl knows too
      logLevel: 'error',
    }),
  );
  const topics = new Map<string, RequestedTopic>();
  for (const document of documents) {
    const problem = document.errors[0];
    if (problem) throw invalid(`not valid YAML: ${problem.message}`, lineOf(problem.pos[0]));
    for (const resource of located(undefined, () => resourcesIn(document))) {
      const line = lineOf(resource.offset);
      const topic = located(line, () => topicOf(resource, line));
      const earlier = topics.get(topic.name);
      if (earlier) throw invalid(`topic "${topic.name}" is already on line ${earlier.line}`, line);
      topics.set(topic.name, topic);
    }
  }
  if (topics.size === 0) throw invalid('no KafkaTopic in it');
  return [...topics.values()];
}

/** Whatever is thrown becomes an `InvalidArgument` of that line. */
function located<T>(line: number | undefined, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error), line);
  }
}

function invalid(message: string, line?: number): ClusterError {
  return new ClusterError('InvalidArgument', message, line === undefined ? {} : { line });
}

/** Every KafkaTopic of a document, in file order. */
function resourcesIn(document: Document): Resource[] {
  // Throws for an alias without an anchor, and for a few lines that expand to millions. Keys are not to become text:
  // the time for that doubles with each key within a key.
  document.toJS({ mapAsMap: true });
  const plain = (node: YAMLMap, key?: string): unknown => {
    const value: unknown = node.toJS(document, { mapAsMap: true });
    return key === undefined ? value : memberOf(value, key);
  };
  const collect = (given: unknown, outer: Parameters): Resource[] => {
    const node = isAlias(given) ? given.resolve(document) : given;
    if (!isMap(node)) return [];
    const kind = plain(node, 'kind');
    if (kind === 'KafkaTopic') return [{ offset: node.range?.[0] ?? 0, value: plain(node), parameters: outer }];
    const isTemplate = kind === 'Template';
    if (!isTemplate && !(typeof kind === 'string' && kind.endsWith('List'))) return [];
    const members = node.get(isTemplate ? 'objects' : 'items');
    const parameters = isTemplate ? parametersOf(plain(node, 'parameters')) : outer;
    return isSeq(members) ? members.items.flatMap((member) => collect(member, parameters)) : [];
  };
  return collect(document.contents, null);
}

/** The parameters of a Template that have a default. */
function parametersOf(given: unknown): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const parameter of Array.isArray(given) ? given : []) {
    const [name, value] = [memberOf(parameter, 'name'), memberOf(parameter, 'value')];
    if (typeof name === 'string' && isSingleValue(value)) parameters.set(name, String(value));
  }
  return parameters;
}

function topicOf({ value: resource, parameters }: Resource, line: number): RequestedTopic {
  const text = (group: string, key: string): string | undefined => {
    const value = memberOf(memberOf(resource, group), key) ?? undefined;
    if (value === undefined) return undefined;
    if (!isSingleValue(value)) throw new Error(`${group}.${key} must be a single value`);
    return substitute(String(value), parameters);
  };
  const name = text('spec', 'topicName') ?? text('metadata', 'name');
  if (name === undefined || name === '') throw new Error('a KafkaTopic has neither metadata.name nor spec.topicName');
  const subject = `topic "${name}"`;
  const config = memberOf(memberOf(resource, 'spec'), 'config') ?? new Map<unknown, unknown>();
  if (!(config instanceof Map)) throw new Error(`${subject}: spec.config must be a mapping`);
  const settings = [...config].map(([key, value]: [unknown, unknown]): [string, string] => {
    const setting = String(key);
    return [setting, substitute(settingText(value, `${subject}: ${setting}`), parameters)];
  });
  return {
    name,
    partitions: count(text('spec', 'partitions'), `${subject}: spec.partitions`) ?? 1,
    replicationFactor: count(text('spec', 'replicas'), `${subject}: spec.replicas`),
    config: configOf(settings, subject),
    line,
  };
}

function configOf(settings: Iterable<readonly [string, string]>, subject: string): Partial<TopicConfig> {
  try {
    return topicConfigOf(settings);
  } catch (error) {
    throw new Error(`${subject}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function memberOf(value: unknown, key: string): unknown {
  return value instanceof Map ? (value.get(key) as unknown) : undefined;
}

function count(text: string | undefined, subject: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw new Error(`${subject} must be a whole number of at least 1, not ${JSON.stringify(text)}`);
  }
  return Number(text);
}

/** The text of a setting; a list is what Kafka writes with commas. */
function settingText(value: unknown, subject: string): string {
  if (isSingleValue(value)) return String(value);
  if (Array.isArray(value) && value.every(isSingleValue)) return value.map(String).join(',');
  throw new Error(`${subject} must be a text, a number, a boolean or a list of them`);
}

function isSingleValue(value: unknown): value is string | number | bigint | boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value);
}

/** `${NAME}` and `${{NAME}}`, as OpenShift has them. */
function substitute(text: string, parameters: Parameters): string {
  if (parameters === null) return text;
  return text.replace(/\$\{\{(\w+)\}\}|\$\{(\w+)\}/g, (_, bare: string | undefined, quoted: string | undefined) => {
    const parameter = bare ?? quoted ?? '';
    const value = parameters.get(parameter);
    if (value === undefined) throw new Error(`parameter ${parameter} in "${text}" has no value`);
    return value;
  });
}
