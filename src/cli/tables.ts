/**
 * What the command prints as text: tables of nodes and topics, and durations and sizes as people read them.
 * Columns have no borders, so that a line can be cut by blanks like those of kubectl; nothing here reads a cluster.
 */

import type { Colours } from './screen.js';
import { changedSettingsOf } from '../metadata/kafka-settings.js';
import { textWidth } from './text-width.js';
import type { NodeStatus, TopicInfo } from '../index.js';

export interface RecordCounts {
  brokers: number;
  topics: number;
  partitions: number;
}

/** How a text for people is made. */
export interface Style {
  colours: Colours;
  /** All columns. */
  wide: boolean;
  headers: boolean;
}

/** A column of rows of this kind; left unless told. */
export interface Column<Row> {
  heading: string;
  text: (row: Row) => string | number;
  align?: 'right';
  /** Shown only where there is room. */
  wide?: true;
  /** Undefined: as it is. */
  colour?: (row: Row) => ColourName | undefined;
}

type ColourName = 'red' | 'yellow' | 'green' | 'dim';

export function nodeTable(nodes: readonly NodeStatus[], colours: Colours): string {
  const columns: Column<NodeStatus>[] = [
    { heading: 'NODE', text: ({ id }) => id },
    ROLE_COLUMN,
    { heading: 'TERM', text: ({ term }) => term, align: 'right' },
    { heading: 'COMMIT', text: ({ commitIndex }) => commitIndex, align: 'right' },
    { heading: 'APPLIED', text: ({ appliedIndex }) => appliedIndex, align: 'right' },
    { heading: 'LAST LOG', text: ({ lastLogIndex }) => lastLogIndex, align: 'right' },
  ];
  return listing(columns, nodes, { colours, wide: true, headers: true });
}

export const ROLE_COLUMN: Column<NodeStatus> = { heading: 'ROLE', text: roleText, colour: roleColour };

/** Settings that have a column of their own. */
const SHOWN = new Set(['retention.ms', 'retention.bytes', 'min.insync.replicas']);

export const TOPIC_COLUMNS: readonly Column<TopicInfo>[] = [
  { heading: 'TOPIC', text: ({ name }) => name },
  { heading: 'PARTITIONS', text: ({ numPartitions }) => numPartitions, align: 'right' },
  { heading: 'REPLICATION', text: ({ replicationFactor }) => replicationFactor, align: 'right' },
  { heading: 'MIN ISR', text: ({ config }) => config.minInsyncReplicas, align: 'right', wide: true },
  { heading: 'RETENTION', text: ({ config }) => formatDuration(config.retentionMs), align: 'right', wide: true },
  { heading: 'MAX BYTES', text: ({ config }) => formatBytes(config.retentionBytes), align: 'right', wide: true },
  { heading: 'OTHER SETTINGS', text: ({ config }) => otherSettings(config).join(' ') || '-', wide: true },
];

export function topicTable(topics: readonly TopicInfo[], colours: Colours): string {
  return listing(TOPIC_COLUMNS, topics, { colours, wide: true, headers: true });
}

function otherSettings(config: TopicInfo['config']): string[] {
  const settings = Object.entries(changedSettingsOf(config)).filter(([name]) => !SHOWN.has(name));
  return settings.map(([name, value]) => `${name}=${value}`);
}

/** One line a row, and one of headings above them. */
export function listing<Row>(columns: readonly Column<Row>[], rows: readonly Row[], style: Style): string {
  const { colours, wide, headers } = style;
  const shown = columns.filter((column) => wide || column.wide !== true);
  const headings = shown.map(({ heading, align }): Heading => (align === undefined ? [heading] : [heading, align]));
  const cells = rows.map((row) => shown.map((column) => cell(column, row, colours)));
  return table(headings, cells, colours, headers);
}

/** Between columns. */
const GAP = '   ';

/** A heading and how its column is aligned; left unless told. */
type Heading = readonly [heading: string, align?: 'right'];

export function table(
  headings: readonly Heading[],
  rows: readonly string[][],
  colours: Colours,
  isHeaded = true,
): string {
  const heads = isHeaded ? [headings.map(([heading]) => colours.bold(heading))] : [];
  const lines = [...heads, ...rows].map((cells) => cells.map((text) => ({ text, width: textWidth(text) })));
  // No spread of so many rows: arguments of a call have a limit.
  const widths = headings.map((_, column) =>
    lines.reduce((most, cells) => Math.max(most, cells[column]?.width ?? 0), 0),
  );
  return lines
    .map((cells) => {
      const padded = cells.map(({ text, width }, column) => {
        const padding = ' '.repeat((widths[column] ?? width) - width);
        return headings[column]?.[1] === 'right' ? padding + text : text + padding;
      });
      return padded.join(GAP).trimEnd();
    })
    .join('\n');
}

function cell<Row>({ text, colour }: Column<Row>, row: Row, colours: Colours): string {
  const plain = printable(String(text(row)));
  const name = colour?.(row);
  return name === undefined ? plain : colours[name](plain);
}

/** Others chose these names: whatever would move the cursor or break the line is shown by its number. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16)}}`);
}

/** A name and what there is to say of it, a line each. */
export function factLines(facts: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}   ${printable(value)}`).join('\n');
}

function roleText({ role, stopReason, paused }: NodeStatus): string {
  if (role === 'stopped') return stopReason === undefined ? 'stopped' : `stopped (${stopReason})`;
  return paused ? `${role} (paused)` : role;
}

function roleColour({ role, paused }: NodeStatus): ColourName | undefined {
  if (role === 'stopped') return 'red';
  if (paused) return 'yellow';
  if (role === 'leader') return 'green';
  return role === 'follower' ? undefined : 'yellow';
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

/** What has no text still fills its column. */
export function orDash(text: string): string {
  return text === '' ? '-' : text;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
