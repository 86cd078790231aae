/**
 * The settings of one topic: read from our own form (typed fields, all others as texts in `extra`), changed by Kafka's
 * names, compared. What each setting may be is `topic-settings.ts`. Every text in `extra` is canonical, and its name is
 * a setting's; names of the typed fields are refused there, in our spelling and in Kafka's.
 */
import type { InputReader } from './input-reader.js';
import type { ConfigChange, TopicConfig } from './model.js';
import { defaultTopicConfig } from './model.js';
import { allowedValues, canonicalText, elementsOf, isList } from './setting-values.js';
import { COMPRESSION_TYPES, NUMERIC_FIELDS, TOPIC_SETTINGS, TYPED_FIELDS, unknownSetting } from './topic-settings.js';

const CHANGE_KINDS: readonly ConfigChange['op'][] = ['set', 'delete', 'append', 'subtract'];

const TYPED_NAMES: ReadonlySet<string> = new Set([...TYPED_FIELDS.keys(), ...TYPED_FIELDS.values()]);

/** `base` with what `input` gives; worthless if the input has a problem. `extra` is merged name by name. */
export function mergeConfig(base: Readonly<TopicConfig>, input: InputReader): TopicConfig {
  const config = copyOf(base);
  for (const { field, from, to } of NUMERIC_FIELDS)
    if (input.has(field)) config[field] = input.integer(field, from, to);
  if (input.has('compressionType')) {
    config.compressionType = input.choice('compressionType', COMPRESSION_TYPES) ?? base.compressionType;
  }
  if (!input.has('extra')) return config;
  const extra = input.nested('extra');
  for (const name of extra.names()) {
    if (TYPED_NAMES.has(name)) extra.complain(`${name} is a field of the config, and none of its extra settings`);
    putGiven(config, name, extra);
    if (input.problem !== undefined) break;
  }
  return config;
}

/** `base` with all that `input` has set, each by its Kafka name; worthless if the input has a problem. */
export function setByName(base: Readonly<TopicConfig>, input: InputReader): TopicConfig {
  const config = copyOf(base);
  for (const name of input.names()) {
    putGiven(config, name, input);
    if (input.problem !== undefined) break;
  }
  return config;
}

/** `base` after the `changes` of `input`, incremental ones (KIP-339); worthless if the input has a problem. */
export function alterConfig(base: Readonly<TopicConfig>, input: InputReader): TopicConfig {
  const config = copyOf(base);
  const changed = new Set<string>();
  for (const change of input.readers('changes', TOPIC_SETTINGS.size)) {
    const key = change.text('key', 'a text', () => true);
    if (changed.has(key)) change.complain(`${key} is changed more than once`);
    changed.add(key);
    alterSetting(config, key, change);
    if (input.problem !== undefined) break;
  }
  return config;
}

/** What holds for the topic: what was set, or the default. `name` is a setting's. */
export function settingText(config: Readonly<TopicConfig>, name: string): string {
  const field = TYPED_FIELDS.get(name);
  if (field !== undefined) return String(config[field]);
  return config.extra[name] ?? TOPIC_SETTINGS.get(name)?.default ?? '';
}

export function equalConfigs(a: Readonly<TopicConfig>, b: Readonly<TopicConfig>): boolean {
  const extraNames = Object.keys(a.extra);
  return (
    [...TYPED_FIELDS.values()].every((field) => a[field] === b[field]) &&
    extraNames.length === Object.keys(b.extra).length &&
    extraNames.every((name) => Object.hasOwn(b.extra, name) && a.extra[name] === b.extra[name])
  );
}

function copyOf(config: Readonly<TopicConfig>): TopicConfig {
  return { ...config, extra: { ...config.extra } };
}

function putGiven(config: TopicConfig, name: string, input: InputReader): void {
  const setting = TOPIC_SETTINGS.get(name);
  if (setting === undefined) {
    input.complain(unknownSetting(name));
    return;
  }
  const { rule } = setting;
  const text = input.text(name, allowedValues(rule), (given) => canonicalText(rule, given) !== undefined);
  put(config, name, canonicalText(rule, text) ?? setting.default);
}

function alterSetting(config: TopicConfig, key: string, change: InputReader): void {
  const setting = TOPIC_SETTINGS.get(key);
  if (setting === undefined) {
    change.complain(unknownSetting(key));
    return;
  }
  const op = change.choice('op', CHANGE_KINDS);
  if (op === 'delete') {
    reset(config, key);
    return;
  }
  if (op !== 'set' && !isList(setting.rule)) change.complain(`${key} is no list: it can be set or deleted`);
  const value = change.text('value', `a text, since ${key} is to change`, () => true);
  const text = op === 'set' ? value : withElements(settingText(config, key), op === 'append', elementsOf(value));
  const canonical = canonicalText(setting.rule, text);
  if (canonical === undefined) change.report(key, allowedValues(setting.rule), text);
  else put(config, key, canonical);
}

/** An element is in a list once. */
function withElements(text: string, isAppended: boolean, elements: readonly string[]): string {
  const current = elementsOf(text);
  const next = isAppended
    ? new Set([...current, ...elements])
    : current.filter((element) => !elements.includes(element));
  return [...next].join(',');
}

function put(config: TopicConfig, name: string, canonical: string): void {
  const field = TYPED_FIELDS.get(name);
  if (field === undefined) config.extra[name] = canonical;
  else if (field === 'compressionType') config.compressionType = canonical as TopicConfig['compressionType'];
  else config[field] = Math.min(Number(canonical), Number.MAX_SAFE_INTEGER);
}

function reset(config: TopicConfig, name: string): void {
  const field = TYPED_FIELDS.get(name);
  if (field === undefined) Reflect.deleteProperty(config.extra, name);
  else Object.assign(config, { [field]: defaultTopicConfig()[field] });
}
