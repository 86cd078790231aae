/**
 * A measured figure and what it is held against. Types and formatting only: every question of this folder answers
 * with figures, and `run.ts` prints them as one table.
 */

type Unit = 'ms' | 'µs' | 'ns' | 'ops/s' | 'x' | '%' | 'MB' | 'B';

export interface Figure {
  /** What was measured, with its conditions: stands alone in the table. */
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  /** Absent where the figure is only there to be compared with. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number };
  /** The figures around it: spread, tail, counts. */
  readonly note: string;
}

export function isMet({ value, goal }: Figure): boolean {
  if (goal === undefined) return true;
  return 'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;
}

export function goalText({ goal, unit }: Figure): string {
  if (goal === undefined) return '';
  return 'atMost' in goal ? `<= ${quantity(goal.atMost, unit)}` : `>= ${quantity(goal.atLeast, unit)}`;
}

export function reachedText({ value, unit }: Figure): string {
  return quantity(value, unit);
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
