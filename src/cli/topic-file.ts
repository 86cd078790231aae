/**
 * Topic files: Strimzi `KafkaTopic` resources in YAML, as several documents, a `List` (`items`) or an OpenShift
 * `Template` (`objects`, `${PARAMETER}`s with the defaults of `parameters`). Other kinds of resources are passed over.
 * This checks only what the file must say; whether a name, a count or a value is acceptable is for the store to answer.
 */

import { readFile } from 'node:fs/promises';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { Document, ParsedNode, YAMLMap } from 'yaml';
import { usageError } from './errors.js';
import { topicConfigOf } from './topic-settings.js';
import type { TopicConfig } from '../index.js';

/** One topic as a file asks for it. `replicationFactor` is undefined where the file leaves it to the cluster. */
export interface RequestedTopic {
  name: string;
  partitions: number;
  replicationFactor: number | undefined;
  config: Partial<TopicConfig>;
  line: number;
}

interface Resource {
  node: YAMLMap;
  document: Document;
  parameters: ReadonlyMap<string, string>;
}

const UNREADABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

export async function readTopicFile(path: string): Promise<RequestedTopic[]> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw usageError(
      `cannot read ${path}: ${UNREADABLE[code] ?? (error instanceof TypeError ? 'not UTF-8 text' : code)}`,
    );
  }
  return parseTopicFile(text, path);
}

/** Throws a usage `CommandError` of the form `file:line: what is wrong`. */
export function parseTopicFile(text: string, file: string): RequestedTopic[] {
  const lines = new LineCounter();
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  const documents = parseAllDocuments(text, {
    lineCounter: lines,
    prettyErrors: false,
    intAsBigInt: true, // 9223372036854775807 is a usual retention and no double
    logLevel: 'error',
  });
  const topics = new Map<string, RequestedTopic>();
  for (const document of documents) {
    const problem = document.errors[0];
    if (problem) throw usageError(`${file}:${lineOf(problem.pos[0])}: not valid YAML: ${problem.message}`);
    for (const resource of resourcesOf(document.contents, document, new Map())) {
      const line = lineOf(resource.node.range?.[0] ?? 0);
      const topic = located(`${file}:${line}`, () => topicOf(resource, line));
      const earlier = topics.get(topic.name);
      if (earlier) {
        throw usageError(`${file}:${line}: topic "${topic.name}" is already on line ${earlier.line}`);
      }
      topics.set(topic.name, topic);
    }
  }
  if (topics.size === 0) throw usageError(`${file}: no KafkaTopic in it`);
  return [...topics.values()];
}

function located<T>(place: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw usageError(`${place}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Every KafkaTopic at or under this node, in file order. */
function resourcesOf(
  given: unknown,
  document: Document<ParsedNode, boolean>,
  outer: ReadonlyMap<string, string>,
): Resource[] {
  const node = isAlias(given) ? given.resolve(document) : given;
  if (!isMap(node)) return [];
  const kind = node.get('kind');
  if (kind === 'KafkaTopic') return [{ node, document, parameters: outer }];
  const isTemplate = kind === 'Template';
  if (!isTemplate && !(typeof kind === 'string' && kind.endsWith('List'))) return [];
  const members = node.get(isTemplate ? 'objects' : 'items');
  const parameters = isTemplate ? parametersOf(node) : outer;
  return isSeq(members) ? members.items.flatMap((member) => resourcesOf(member, document, parameters)) : [];
}

/** The parameters of a Template that have a default. */
function parametersOf(template: YAMLMap): Map<string, string> {
  const parameters = new Map<string, string>();
  const given = template.get('parameters');
  for (const parameter of isSeq(given) ? given.items : []) {
    if (!isMap(parameter)) continue;
    const name = parameter.get('name');
    const value = parameter.get('value', true);
    if (typeof name === 'string' && isScalar(value)) parameters.set(name, scalarText(value.value));
  }
  return parameters;
}

function topicOf({ node, document, parameters }: Resource, line: number): RequestedTopic {
  const text = (path: readonly string[]): string | undefined => {
    const value = node.getIn(path);
    if (value === undefined || value === null) return undefined;
    if (typeof value === 'object') throw new Error(`${path.join('.')} must be a single value`);
    return substitute(scalarText(value), parameters);
  };
  const name = text(['spec', 'topicName']) ?? text(['metadata', 'name']);
  if (name === undefined || name === '') throw new Error('a KafkaTopic has neither metadata.name nor spec.topicName');
  const subject = `topic "${name}"`;
  const config = node.getIn(['spec', 'config']) ?? undefined;
  if (config !== undefined && !isMap(config)) throw new Error(`${subject}: spec.config must be a mapping`);
  const settings = (config?.items ?? []).map(({ key, value }): [string, string] => {
    const setting = isScalar(key) ? scalarText(key.value) : String(key);
    return [
      setting,
      substitute(settingText(isAlias(value) ? value.resolve(document) : value, `${subject}: ${setting}`), parameters),
    ];
  });
  return {
    name,
    partitions: count(text(['spec', 'partitions']), `${subject}: spec.partitions`) ?? 1,
    replicationFactor: count(text(['spec', 'replicas']), `${subject}: spec.replicas`),
    config: topicConfigOf(settings, subject),
    line,
  };
}

function count(text: string | undefined, subject: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text) || Number(text) === 0) {
    throw new Error(`${subject} must be a whole number of at least 1, not ${JSON.stringify(text)}`);
  }
  return Number(text);
}

/** The text of a setting; a list is what Kafka writes with commas. */
function settingText(node: unknown, subject: string): string {
  if (isScalar(node) && node.value !== null) return scalarText(node.value);
  if (isSeq(node) && node.items.every(isScalar)) return node.items.map((item) => scalarText(item.value)).join(',');
  throw new Error(`${subject} must be a text, a number, a boolean or a list of them`);
}

function scalarText(value: unknown): string {
  return typeof value === 'string' ? value : String(value);
}

/** `${NAME}` and `${{NAME}}`, as OpenShift has them. */
function substitute(text: string, parameters: ReadonlyMap<string, string>): string {
  return text.replace(/\$\{\{(\w+)\}\}|\$\{(\w+)\}/g, (_, bare: string | undefined, quoted: string | undefined) => {
    const parameter = bare ?? quoted ?? '';
    const value = parameters.get(parameter);
    if (value === undefined) throw new Error(`parameter ${parameter} in "${text}" has no value`);
    return value;
  });
}
