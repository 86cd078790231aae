/**
 * What the settings of a topic mean for each other: Kafka's LogConfig checks a topic's settings as a whole, those set
 * together with those that were (`validateTopicLogConfigValues`). Kafka has no rule for min.insync.replicas against the
 * replication factor, so none is here. Tiered storage is taken to be switched on in the cluster.
 */
import type { TopicConfig } from './model.js';
import { settingText } from './topic-config.js';

/** Of a local retention: as long as the topic's. */
const AS_THE_TOPIC = -2;
const UNLIMITED = -1;

/** What is wrong with `config` as a whole; undefined: nothing. `before`: what held until now, if the topic exists. */
export function conflictIn(config: Readonly<TopicConfig>, before?: Readonly<TopicConfig>): string | undefined {
  const least = amountOf(config, 'min.compaction.lag.ms');
  const most = amountOf(config, 'max.compaction.lag.ms');
  if (least > most) return `min.compaction.lag.ms (${least}) must not be above max.compaction.lag.ms (${most})`;
  if (isSet(config, 'remote.storage.enable')) {
    return (
      compactedConflict(config) ??
      retentionConflict(config, 'retention.bytes') ??
      retentionConflict(config, 'retention.ms') ??
      copyConflict(config, 'retention.bytes') ??
      copyConflict(config, 'retention.ms')
    );
  }
  const wasRemote = before !== undefined && isSet(before, 'remote.storage.enable');
  if (!wasRemote || isSet(config, 'remote.log.delete.on.disable')) return undefined;
  return (
    'remote.storage.enable must stay true unless remote.log.delete.on.disable is true; ' +
    'with remote.log.copy.disable the topic keeps its remote data, and gets no more'
  );
}

function compactedConflict(config: Readonly<TopicConfig>): string | undefined {
  const policy = settingText(config, 'cleanup.policy');
  if (!policy.includes('compact')) return undefined;
  return `remote.storage.enable needs cleanup.policy delete, not ${policy}`;
}

/** What is kept on the broker is part of what is kept at all. */
function retentionConflict(config: Readonly<TopicConfig>, name: Retention): string | undefined {
  const [whole, local] = [amountOf(config, name), amountOf(config, `local.${name}`)];
  if (whole === UNLIMITED || local === AS_THE_TOPIC) return undefined;
  if (local !== UNLIMITED && local <= whole) return undefined;
  return `local.${name} (${local}) must not be above ${name} (${whole})`;
}

/** What is no longer copied is on the broker alone. */
function copyConflict(config: Readonly<TopicConfig>, name: Retention): string | undefined {
  if (!isSet(config, 'remote.log.copy.disable')) return undefined;
  const [whole, local] = [amountOf(config, name), amountOf(config, `local.${name}`)];
  if (local === AS_THE_TOPIC || local === whole) return undefined;
  return `local.${name} (${local}) must be ${name} (${whole}) while remote.log.copy.disable is true`;
}

type Retention = 'retention.bytes' | 'retention.ms';

function isSet(config: Readonly<TopicConfig>, name: string): boolean {
  return settingText(config, name) === 'true';
}

/** As far as a double counts exactly, like the typed fields. */
function amountOf(config: Readonly<TopicConfig>, name: string): number {
  return Math.min(Number(settingText(config, name)), Number.MAX_SAFE_INTEGER);
}
