/** What happens in a cluster, told in a line each: the events of `conclave watch` for people. */

import type { ClusterEvent, ClusterStatus, EtcdStatus, HealthProblem, TopicInfo } from '../index.js';
import { kafkaSettingsOf } from '../metadata/kafka-settings.js';
import { processText } from './engine-text.js';
import { printable } from './tables.js';

/** A change of the metadata as JSON carries it: of newer kinds, too. */
export interface ChangedRecord {
  kind: string;
  key: string;
  before?: Fields;
  after?: Fields;
}

type Fields = Readonly<Record<string, unknown>>;

export function clusterLine(event: ClusterEvent): string {
  return eventLine(event.at, event.kind, clusterText(event));
}

export function statusLine(atMs: number, status: ClusterStatus | EtcdStatus): string {
  return eventLine(atMs, 'status', describeStatus(status));
}

export function metadataLines(atMs: number, index: number, records: readonly ChangedRecord[]): string[] {
  return metadataTexts(index, records).map((text) => eventLine(atMs, 'metadata', text));
}

/** The many partitions of a topic that change at once are told together; heartbeats are not told. */
export function metadataTexts(index: number, records: readonly ChangedRecord[]): string[] {
  const groups = new Map<string, ChangedRecord[]>();
  for (const record of records.filter(isTold)) {
    const group = record.kind === 'partition' ? `partitions of ${topicOf(record)} ${deedOf(record)}` : nameOf(record);
    groups.set(group, [...(groups.get(group) ?? []), record]);
  }
  return [...groups].map(([group, [first, ...more]]) => {
    const text = first === undefined || more.length > 0 ? `${more.length + 1} ${group}` : recordText(first);
    return `#${index} ${text}`;
  });
}

function isTold({ before, after }: ChangedRecord): boolean {
  return before === undefined || after === undefined || differencesText(before, after) !== '';
}

export function eventLine(atMs: number, kind: string, text: string): string {
  const at = new Date(atMs);
  const time = `${at.toTimeString().slice(0, 8)}.${String(at.getMilliseconds()).padStart(3, '0')}`;
  return printable(`${time}  ${kind.padEnd(10)}  ${text}`);
}

export function clusterText(event: ClusterEvent): string {
  const { at: _at, kind, node, ends, change, ...details } = event;
  switch (kind) {
    case 'leader':
      return details['leader'] === null
        ? 'no leader'
        : `node ${shown(details['leader'])} leads term ${shown(details['term'])}`;
    case 'controller':
      return controllerText(details);
    case 'health':
      return healthText(details['healthy'] === true, (details['reasons'] ?? []) as readonly HealthProblem[]);
    case 'node':
      return `node ${subject(node, change, details)}`;
    case 'link':
      return `link ${subject((ends as readonly number[]).join('-'), change, details)}`;
    default:
      return fieldsText(details);
  }
}

/** What matters about a cluster, in one line without figures that always grow. */
export function describeStatus(status: ClusterStatus | EtcdStatus): string {
  const leader = describeLeader(status);
  const health = status.healthy ? 'healthy' : `unhealthy: ${status.problems.join('; ')}`;
  return [`${leader}, ${health}`, ...(status.metadata?.problems ?? []).map(({ detail }) => detail)].join('; ');
}

function describeLeader(status: ClusterStatus | EtcdStatus): string {
  if ('engine' in status) {
    const { controller, writer, head } = status;
    return controllerText({ writer: controller, here: controller === writer, term: head.term });
  }
  return status.leader === null ? 'no leader' : `node ${status.leader} leads term ${status.term}`;
}

function controllerText({ writer, here, term }: Fields): string {
  if (typeof writer !== 'string') return 'no process leads';
  return `${processText(writer, here === true ? writer : '')} leads term ${shown(term)}`;
}

function healthText(healthy: boolean, reasons: readonly HealthProblem[]): string {
  return [healthy ? 'healthy' : 'unhealthy', ...reasons.map(({ detail }) => detail)].join('; ');
}

/** "2 stopped, stopReason killed" */
function subject(name: unknown, change: unknown, details: Fields): string {
  const more = fieldsText(details);
  return `${shown(name)} ${shown(change)}${more === '' ? '' : `, ${more}`}`;
}

function recordText(record: ChangedRecord): string {
  const { before, after } = record;
  const differences = before !== undefined && after !== undefined ? differencesText(before, after) : '';
  return `${nameOf(record)} ${deedOf(record)}${differences === '' ? '' : `: ${differences}`}`;
}

function nameOf({ kind, key }: ChangedRecord): string {
  return `${kind} ${key}`;
}

function topicOf({ key }: ChangedRecord): string {
  return key.slice(0, key.lastIndexOf(':'));
}

function deedOf({ before, after }: ChangedRecord): string {
  if (before === undefined) return 'created';
  return after === undefined ? 'deleted' : 'changed';
}

/** These change with all others, or say nothing by themselves. */
const UNTOLD = new Set(['modifiedAt', 'partitionEpoch', 'lastHeartbeat', 'stateSince']);

/** A topic's settings stand beside its other members. */
function told(record: Fields): Fields {
  const { config, ...rest } = record;
  return config === undefined ? rest : { ...rest, ...kafkaSettingsOf(config as TopicInfo['config']) };
}

function differencesText(recordBefore: Fields, recordAfter: Fields): string {
  const [before, after] = [told(recordBefore), told(recordAfter)];
  return Object.keys({ ...before, ...after })
    .filter((name) => !UNTOLD.has(name) && JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => `${name} ${shown(before[name])} → ${shown(after[name])}`)
    .join(', ');
}

function fieldsText(fields: Fields): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${shown(value)}`)
    .join(', ');
}

function shown(value: unknown): string {
  if (value === undefined || value === null) return 'none';
  if (Array.isArray(value)) return value.map(shown).join(',') || 'none';
  if (typeof value === 'object') return 'id' in value ? shown(value.id) : fieldsText(value as Fields);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
