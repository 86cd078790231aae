/** The stretch of the log that the strips of all nodes show, on one scale, and where on it each node stands. */
import type { NodePicture } from '../../service/picture.js';

export interface LogWindow {
  /** The first index that is not shown, below. */
  readonly from: number;
  readonly to: number;
}

const LEAST_SPAN = 64;

/** A power of two that holds what the slowest live node lacks, so that the scale seldom changes. */
export function logWindow(nodes: readonly NodePicture[]): LogWindow {
  const to = Math.max(0, ...nodes.map(({ lastLogIndex }) => lastLogIndex));
  const lowest = Math.min(
    to,
    ...nodes.filter(({ role }) => role !== 'stopped').map(({ appliedIndex }) => appliedIndex),
  );
  let span = LEAST_SPAN;
  while (span < (to - lowest) * 1.5) span *= 2;
  return { from: Math.max(0, to - span), to: Math.max(to, span) };
}

/** 0 to 1, from the left. */
export function shareOf({ from, to }: LogWindow, index: number): number {
  return Math.min(1, Math.max(0, (index - from) / (to - from)));
}
