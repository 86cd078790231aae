/**
 * The screen of `conclave up`: what is known of the cluster in, lines that fit the terminal out. It asks nothing and
 * writes nothing.
 */

import type { ClusterStatus, MetadataReason, NodeStatus } from '../index.js';
import type { Colours } from './screen.js';
import { listing, plural, printable, ROLE_COLUMN, type Column } from './tables.js';
import { cutText, textWidth } from './text-width.js';

export interface LiveState {
  url: string;
  status: ClusterStatus;
  upMs: number;
  /** Null: not measured yet. */
  operationsPerSecond: number | null;
  writesPending: number;
  /** The newest last. */
  events: readonly LiveEvent[];
}

export interface LiveEvent {
  /** Unix ms. */
  at: number;
  text: string;
}

export interface ScreenSize {
  columns: number;
  rows: number;
}

const DEFAULT_URL = 'http://127.0.0.1:7400';
/** With fewer rows left for events there are no blank lines between the parts. */
const FEW_EVENTS = 3;

/** As many lines as there are rows, none wider than the screen. */
export function screenLines(state: LiveState, { columns, rows }: ScreenSize, colours: Colours): string[] {
  const nodes = nodeLines(state.status.nodes, columns, colours);
  const troubles = troubleLines(state.status, colours);
  const parts = [[titleLine(state, colours)], nodes, [...factLines(state), ...troubles]];
  const foot = footLines(state.url, colours);
  const isRoomy = parts.flat().length + parts.length + FEW_EVENTS + foot.length + 1 <= rows;
  const shownFoot = isRoomy ? ['', ...foot] : foot.slice(-1);
  const top = isRoomy
    ? parts.flatMap((part) => [...part, ''])
    : [...parts.slice(0, 2).flat(), ...troubles, ...factLines(state)];
  const room = Math.max(0, rows - shownFoot.length);
  // The newest event is worth more than the last figure.
  const kept = top.slice(0, state.events.length > 0 && room > 2 + nodes.length ? room - 1 : room);
  const events = state.events.slice(Math.max(0, state.events.length - (room - kept.length)));
  const upper = [...kept, ...events.map((event) => eventLine(event, colours))];
  const blank = Array.from({ length: room - upper.length }, () => '');
  return [...upper, ...blank, ...shownFoot].slice(-rows).map((line) => cutText(line, columns));
}

function titleLine({ status, upMs }: LiveState, colours: Colours): string {
  const health = status.healthy ? colours.green('healthy') : colours.red('unhealthy');
  const leader = status.leader === null ? colours.red('no leader') : `leader ${status.leader}`;
  return [health, leader, `term ${status.term}`, `up ${clock(upMs)}`].join('  ');
}

const COLUMNS: readonly Column<NodeStatus>[] = [
  { heading: 'NODE', text: ({ id }) => id },
  ROLE_COLUMN,
  { heading: 'TERM', text: ({ term }) => term, align: 'right', wide: true },
  { heading: 'COMMIT', text: ({ commitIndex }) => commitIndex, align: 'right' },
  { heading: 'APPLIED', text: ({ appliedIndex }) => appliedIndex, align: 'right' },
  { heading: 'LAST LOG', text: ({ lastLogIndex }) => lastLogIndex, align: 'right', wide: true },
];

function nodeLines(nodes: readonly NodeStatus[], columns: number, colours: Colours): string[] {
  const linesOf = (wide: boolean): string[] => listing(COLUMNS, nodes, { colours, wide, headers: true }).split('\n');
  const lines = linesOf(true);
  return lines.every((line) => textWidth(line) <= columns) ? lines : linesOf(false);
}

function factLines({ status, operationsPerSecond, writesPending }: LiveState): string[] {
  const { links, metadata } = status;
  const connected = links.filter(({ state }) => state === 'connected').length;
  const count = (reason: MetadataReason): number =>
    metadata?.problems.find((problem) => problem.reason === reason)?.count ?? 0;
  const rate = operationsPerSecond === null ? '-' : String(Math.round(operationsPerSecond));
  const partitions = `${count('offlinePartitions')} offline, ${count('underReplicatedPartitions')} under-replicated`;
  return [
    `load        ${rate} operations/s, ${plural(writesPending, 'write')} pending`,
    ...(metadata === null
      ? []
      : [
          `brokers     ${metadata.brokers}: ${count('fencedBrokers')} fenced`,
          `partitions  ${metadata.partitions}: ${partitions}; ${plural(metadata.topics, 'topic')}`,
        ]),
    `links       ${links.length}: ${connected} connected`,
  ];
}

function troubleLines({ problems, metadata }: ClusterStatus, colours: Colours): string[] {
  return [
    ...problems.map((problem) => colours.red(printable(`! ${problem}`))),
    ...(metadata?.problems ?? []).map(({ detail }) => colours.yellow(printable(`! ${detail}`))),
  ];
}

function eventLine({ at, text }: LiveEvent, colours: Colours): string {
  return `${colours.dim(new Date(at).toTimeString().slice(0, 8))}  ${printable(text)}`;
}

function footLines(url: string, colours: Colours): string[] {
  const where = url === DEFAULT_URL ? '' : ` --url ${url}`;
  const commands = ['status', 'node kill leader', 'watch'].map((words) => `conclave ${words}${where}`);
  return [
    `In another terminal: ${where === '' ? commands.join(', ') : commands.slice(1, 2).join('')}`,
    `${url}  ${colours.dim('Ctrl-C stops it')}`,
  ];
}

function clock(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
