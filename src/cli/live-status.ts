/**
 * The cluster while it stays up: on a terminal a status block that is redrawn in place, elsewhere one plain line when
 * leadership or health changes. It only reads; the cluster goes on without it.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { nodeTable } from './tables.js';
import type { Colours, Screen } from './screen.js';
import type { Cluster, ClusterStatus } from '../index.js';

const POLL_INTERVAL_MS = 500;

/** Shows the cluster until the signal is aborted. */
export async function showUntil(
  signal: AbortSignal,
  cluster: Cluster,
  screen: Screen,
  colours: Colours,
): Promise<void> {
  const startedAtMs = performance.now();
  const draw = screen.isTTY === true ? blockPainter(screen) : undefined;
  let shown = '';
  while (!signal.aborted) {
    const status = await cluster.status();
    if (draw) {
      draw(statusBlock(status, performance.now() - startedAtMs, colours));
    } else {
      const line = describeStatus(status);
      if (line !== shown) screen.write(`${line}\n`);
      shown = line;
    }
    await delay(POLL_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** What matters about a cluster, in one line without figures that always grow. */
export function describeStatus(status: ClusterStatus): string {
  const leader = status.leader === null ? 'no leader' : `node ${status.leader} leads term ${status.term}`;
  const health = status.healthy ? 'healthy' : `unhealthy: ${status.problems.join('; ')}`;
  return [`${leader}, ${health}`, ...metadataProblems(status)].join('; ');
}

export function statusBlock(status: ClusterStatus, upMs: number, colours: Colours): string[] {
  const health = status.healthy ? colours.green('healthy') : colours.red('unhealthy');
  const leader = status.leader === null ? 'no leader' : `leader ${status.leader}`;
  return [
    '',
    `${health}   ${leader}   term ${status.term}   up ${clock(upMs)}   ${colours.dim('Ctrl-C stops it')}`,
    ...nodeTable(status.nodes, colours).split('\n'),
    ...status.problems.map((problem) => colours.red(`! ${problem}`)),
    ...metadataProblems(status).map((problem) => colours.yellow(`! ${problem}`)),
  ];
}

function metadataProblems({ metadata }: ClusterStatus): string[] {
  return (metadata?.problems ?? []).map(({ detail }) => detail);
}

/** Redraws a block in place of the one before. Nothing wraps or reaches the last row, or going back up would miss. */
export function blockPainter(screen: Screen): (lines: readonly string[]) => void {
  let height = 0;
  return (lines) => {
    const visible = lines.slice(0, Math.max(1, (screen.rows ?? 24) - 1));
    const back = height > 0 ? `\u001b[${height}A\r` : '';
    screen.write(`${back}\u001b[?7l\u001b[J${visible.join('\n')}\n\u001b[?7h`);
    height = visible.length;
  };
}

function clock(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
