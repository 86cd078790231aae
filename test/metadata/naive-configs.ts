/**
 * Topic settings once more, as plainly as possible: those few that `arbitrary-operations.ts` draws, as one map of texts
 * by Kafka's names. Shares nothing with `src/metadata` but the types.
 */
import type { ConfigChange, TopicConfig } from '../../src/metadata/model.js';
import { require } from './refusal.js';

export const USUAL_CONFIG: TopicConfig = {
  retentionMs: 604800000,
  retentionBytes: -1,
  segmentMs: 604800000,
  segmentBytes: 1073741824,
  minInsyncReplicas: 1,
  compressionType: 'none',
  extra: {},
};

const FIELDS = {
  'retention.ms': 'retentionMs',
  'segment.ms': 'segmentMs',
  'compression.type': 'compressionType',
} as const;

const atLeast =
  (least: number) =>
  (text: string): string => {
    require(/^[+-]?[0-9]+$/.test(text.trim()) && Number(text) >= least, 'InvalidArgument');
    return String(BigInt(text.trim().replace('+', '')));
  };
const oneOf =
  (...words: string[]) =>
  (text: string): string => {
    require(words.includes(text.trim()), 'InvalidArgument');
    return text.trim();
  };
const flag = (text: string): string => oneOf('true', 'false')(text.toLowerCase());
const policies = (text: string): string => {
  const words = parts(text);
  require(words.every((word) => word === 'compact' || word === 'delete'), 'InvalidArgument');
  return words.join(',');
};

const SETTINGS: Readonly<Record<string, { readonly usual: string; readonly canonical: (text: string) => string }>> = {
  'retention.ms': { usual: '604800000', canonical: atLeast(-1) },
  'segment.ms': { usual: '604800000', canonical: atLeast(1) },
  'compression.type': { usual: 'none', canonical: oneOf('none', 'zstd', 'producer') },
  'cleanup.policy': { usual: 'delete', canonical: policies },
  'min.compaction.lag.ms': { usual: '0', canonical: atLeast(0) },
  'max.compaction.lag.ms': { usual: '9223372036854775807', canonical: atLeast(1) },
  'local.retention.ms': { usual: '-2', canonical: atLeast(-2) },
  'remote.storage.enable': { usual: 'false', canonical: flag },
  'unclean.leader.election.enable': { usual: 'false', canonical: flag },
};

export const SETTING_NAMES = Object.keys(SETTINGS);

export function mergedConfig(base: TopicConfig, change: Partial<TopicConfig>): TopicConfig {
  const extra = { ...base.extra };
  for (const [name, text] of Object.entries(change.extra ?? {})) {
    require(!(name in FIELDS), 'InvalidArgument');
    extra[name] = settingOf(name).canonical(text);
  }
  const merged = { ...base, ...change, extra };
  settingOf('retention.ms').canonical(String(merged.retentionMs));
  settingOf('segment.ms').canonical(String(merged.segmentMs));
  return merged;
}

export function alteredConfig(base: TopicConfig, changes: readonly ConfigChange[]): TopicConfig {
  require(new Set(changes.map(({ key }) => key)).size === changes.length, 'InvalidArgument');
  const texts = textsOf(base);
  for (const { key, op, value } of changes) {
    const { usual, canonical } = settingOf(key);
    if (op === 'delete') {
      texts.delete(key);
      continue;
    }
    require(value !== undefined, 'InvalidArgument');
    if (op === 'set') {
      texts.set(key, canonical(value));
      continue;
    }
    require(key === 'cleanup.policy', 'InvalidArgument');
    const now = parts(texts.get(key) ?? usual);
    const next = op === 'append' ? [...now, ...parts(value)] : now.filter((word) => !parts(value).includes(word));
    texts.set(key, canonical([...new Set(next)].join(',')));
  }
  return configOf(base, texts);
}

/** `before` is what the topic had, if it had been there. */
export function requireSoundConfig(config: TopicConfig, before?: TopicConfig): void {
  const number = (name: string): number => Number(textsOf(config).get(name) ?? settingOf(name).usual);
  const isRemote = (given: TopicConfig): boolean => textsOf(given).get('remote.storage.enable') === 'true';
  require(number('min.compaction.lag.ms') <= number('max.compaction.lag.ms'), 'InvalidArgument');
  if (isRemote(config)) {
    require(!(config.extra['cleanup.policy'] ?? '').includes('compact'), 'InvalidArgument');
    const [whole, local] = [number('retention.ms'), number('local.retention.ms')];
    require(whole === -1 || local === -2 || (local !== -1 && local <= whole), 'InvalidArgument');
  } else {
    require(before === undefined || !isRemote(before), 'InvalidArgument');
  }
}

function settingOf(name: string): { readonly usual: string; readonly canonical: (text: string) => string } {
  const setting = Object.hasOwn(SETTINGS, name) ? SETTINGS[name] : undefined;
  require(setting !== undefined, 'InvalidArgument');
  return setting;
}

function parts(text: string): string[] {
  return text.trim() === '' ? [] : text.split(',').map((word) => word.trim());
}

function textsOf(config: TopicConfig): Map<string, string> {
  const typed = Object.entries(FIELDS).map(([name, field]): [string, string] => [name, String(config[field])]);
  return new Map([...typed, ...Object.entries(config.extra)]);
}

function configOf(base: TopicConfig, texts: ReadonlyMap<string, string>): TopicConfig {
  const text = (name: keyof typeof FIELDS): string => texts.get(name) ?? settingOf(name).usual;
  return {
    ...base,
    retentionMs: Number(text('retention.ms')),
    segmentMs: Number(text('segment.ms')),
    compressionType: text('compression.type') as TopicConfig['compressionType'],
    extra: Object.fromEntries([...texts].filter(([name]) => !(name in FIELDS))),
  };
}
