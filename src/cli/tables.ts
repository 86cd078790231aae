/**
 * What the command prints as text: tables of nodes and topics, and durations and sizes as people read them.
 * Columns have no borders, so that a line can be cut by blanks like those of kubectl; nothing here reads a cluster.
 */

import CliTable from 'cli-table3';
import type { Colours } from './screen.js';
import { changedSettingsOf } from '../index.js';
import type { NodeStatus, TopicInfo } from '../index.js';

export interface RecordCounts {
  brokers: number;
  topics: number;
  partitions: number;
}

export function nodeTable(nodes: readonly NodeStatus[], colours: Colours): string {
  const rows = nodes.map((node) => [
    String(node.id),
    roleText(node, colours),
    String(node.term),
    String(node.commitIndex),
    String(node.appliedIndex),
    String(node.lastLogIndex),
  ]);
  return table(
    [['NODE'], ['ROLE'], ['TERM', 'right'], ['COMMIT', 'right'], ['APPLIED', 'right'], ['LAST LOG', 'right']],
    rows,
    colours,
  );
}

/** Settings that have a column of their own. */
const SHOWN = new Set(['retention.ms', 'retention.bytes', 'min.insync.replicas']);

export function topicTable(topics: readonly TopicInfo[], colours: Colours): string {
  const rows = topics.map(({ name, numPartitions, replicationFactor, config }) => [
    name,
    String(numPartitions),
    String(replicationFactor),
    String(config.minInsyncReplicas),
    formatDuration(config.retentionMs),
    formatBytes(config.retentionBytes),
    otherSettings(config).join(' ') || '-',
  ]);
  const columns: Column[] = [
    ['TOPIC'],
    ['PARTITIONS', 'right'],
    ['REPLICATION', 'right'],
    ['MIN ISR', 'right'],
    ['RETENTION', 'right'],
    ['MAX BYTES', 'right'],
    ['OTHER SETTINGS'],
  ];
  return table(columns, rows, colours);
}

function otherSettings(config: TopicInfo['config']): string[] {
  const settings = Object.entries(changedSettingsOf(config)).filter(([name]) => !SHOWN.has(name));
  return settings.map(([name, value]) => `${name}=${value}`);
}

/** A heading and how it is aligned; left unless told. */
export type Column = readonly [heading: string, align?: 'right'];

export function table(columns: readonly Column[], rows: readonly string[][], colours: Colours): string {
  const none = '';
  const output = new CliTable({
    chars: {
      ...{ top: none, 'top-mid': none, 'top-left': none, 'top-right': none },
      ...{ bottom: none, 'bottom-mid': none, 'bottom-left': none, 'bottom-right': none },
      ...{ left: none, 'left-mid': none, mid: none, 'mid-mid': none, right: none, 'right-mid': none, middle: '   ' },
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: columns.map(([, align]) => align ?? 'left'),
    head: columns.map(([heading]) => colours.bold(heading)),
  });
  output.push(...rows);
  return output
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

function roleText(node: NodeStatus, colours: Colours): string {
  if (node.role === 'stopped') return colours.red(node.stopReason ? `stopped (${node.stopReason})` : 'stopped');
  if (node.paused) return colours.yellow(`${node.role} (paused)`);
  if (node.role === 'leader') return colours.green('leader');
  return node.role === 'follower' ? node.role : colours.yellow(node.role);
}

const DURATION_UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const;

const BYTE_UNITS = [
  [1_099_511_627_776, 'TiB'],
  [1_073_741_824, 'GiB'],
  [1_048_576, 'MiB'],
  [1_024, 'KiB'],
] as const;

/** In the largest unit that divides it, so that nothing is rounded away: 3d, 36h, 90s. -1 is Kafka's "no limit". */
export function formatDuration(durationMs: number): string {
  return inUnits(durationMs, DURATION_UNITS, 'ms');
}

export function formatBytes(bytes: number): string {
  return inUnits(bytes, BYTE_UNITS, 'B');
}

function inUnits(amount: number, units: readonly (readonly [number, string])[], smallest: string): string {
  if (amount === -1) return 'unlimited';
  const [size, name] = units.find(([unitSize]) => amount >= unitSize && amount % unitSize === 0) ?? [1, smallest];
  return `${amount / size}${name}`;
}

export function countsText({ brokers, topics, partitions }: RecordCounts): string {
  return [plural(brokers, 'broker'), plural(topics, 'topic'), plural(partitions, 'partition')].join(', ');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
