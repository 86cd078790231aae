/** How a person runs one seed again. */
import type { NodeRange } from '../plan.js';
import { formatNumbers } from '../shrink.js';

export function replayCommand(
  seed: number,
  nodes: NodeRange | null = null,
  only: readonly number[] | null = null,
): string {
  const words = [`npm run simulate -- --replay ${seed}`];
  if (nodes !== null) words.push(`--nodes ${formatRange(nodes)}`);
  if (only !== null) words.push(`--only ${formatNumbers(only)}`);
  return words.join(' ');
}

function formatRange({ from, to }: NodeRange): string {
  return from === to ? String(from) : `${from}..${to}`;
}
