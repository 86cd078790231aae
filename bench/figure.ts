/**
 * A measured figure and what it is held against. Types and formatting only: every question of this folder answers
 * with figures, and `run.ts` prints them as tables.
 */
import type { ChartPoint } from './chart-list.js';
import { latencyText, type Latency } from './latency.js';

type Unit = 'ms' | 'µs' | 'ns' | 'ops/s' | 'x' | '%' | 'MB' | 'kB' | 'B' | 'entries';

export interface Figure {
  /** What was measured, with its conditions: stands alone in the table, and is what `--compare` finds it by. */
  readonly name: string;
  /** Not a number where nothing could be measured; the note says why. */
  readonly value: number;
  readonly unit: Unit;
  /** Absent where the figure is only there to be compared with. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
  /** What each repeat gave, where `value` is their median. */
  readonly repeats?: readonly number[];
  /** Of the single operations, over all repeats. */
  readonly latency?: Latency;
  readonly chart?: ChartPoint;
  /** The figures around it: counts, conditions. */
  readonly note: string;
}

export function isMeasured({ value }: Figure): boolean {
  return !Number.isNaN(value);
}

/** What was not measured has missed nothing. */
export function isMet({ value, goal }: Figure): boolean {
  if (goal === undefined || Number.isNaN(value)) return true;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

export function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return '';
  return 'atMost' in goal ? `<= ${quantity(goal.atMost, unit)}` : `>= ${quantity(goal.atLeast, unit)}`;
}

/** What misses its goal by a hair is told in more digits: rounded, it would look like the goal. */
export function reachedText(figure: Figure): string {
  const { value, unit } = figure;
  if (!isMeasured(figure)) return '-';
  const rounded = quantity(value, unit);
  return !isMet(figure) && goalText(figure).endsWith(` ${rounded}`)
    ? `${Number(value.toPrecision(5))} ${unit}`
    : rounded;
}

export function verdictText(figure: Figure): string {
  if (!isMeasured(figure)) return 'not measured';
  if (figure.goal === undefined) return '';
  return isMet(figure) ? 'ok' : 'missed';
}

/** Spread, latency and note. */
export function detailText({ repeats = [], latency, unit, note }: Figure): string {
  const [least, most] = [Math.min(...repeats), Math.max(...repeats)];
  const spread = `${quantity(least, unit)} to ${quantity(most, unit)} in ${repeats.length}`;
  const parts = [repeats.length > 1 ? spread : '', latency === undefined ? '' : latencyText(latency), note];
  return parts.filter((part) => part !== '').join('; ');
}

/** Three significant digits below a thousand; above, whole numbers with separators. */
export function quantity(value: number, unit: Unit): string {
  const digits = value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
  return `${digits} ${unit}`;
}

/** The value below which that share (0..1) of the sample lies. */
export function quantile(sample: readonly number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(sample: readonly number[]): number {
  return quantile(sample, 0.5);
}
