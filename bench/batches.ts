/**
 * How well is load batched? Opaque entries in memory, and what the public status tells meanwhile: entries for each
 * message between leader and followers, how far the log was ahead of the commit index, and that of what was applied.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, ClusterStatus } from '../src/index.js';
import { must } from '../src/assert.js';
import { runClosedLoop } from './closed-loop.js';
import { median, quantile, type Figure } from './figure.js';
import { countText } from './in-turns.js';
import { opaqueEntry, startOpaqueCluster } from './opaque-entries.js';

const sampleEveryMs = 10;

interface Depths {
  readonly uncommitted: number[];
  readonly unapplied: number[];
}

export async function measureBatches({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const runMs = quick ? 300 : 1500;
  await using cluster = await startOpaqueCluster({});
  const propose = (): Promise<unknown> => cluster.propose(opaqueEntry);
  await runClosedLoop(256, runMs, propose);
  const figures: Figure[] = [];
  for (const clients of [1, 16, 256, 1024, 4096]) {
    await runClosedLoop(clients, runMs / 4, propose);
    const before = await cluster.status();
    const run = runClosedLoop(clients, runMs, propose);
    const depths = await sampleWhile(cluster, run);
    const after = await cluster.status();
    figures.push(...figuresOf(clients, entriesAMessage(before, after), depths));
  }
  return figures;
}

/** A question to the leader's thread every few milliseconds: it answers between two turns. */
async function sampleWhile(cluster: Cluster, run: Promise<unknown>): Promise<Depths> {
  const depths: Depths = { uncommitted: [], unapplied: [] };
  let ended = false;
  const end = run.finally(() => (ended = true));
  const isOver = (): boolean => ended;
  const leader = await cluster.waitForLeader();
  while (!isOver()) {
    const { lastLogIndex, commitIndex, appliedIndex } = await leader.status();
    depths.uncommitted.push(lastLogIndex - commitIndex);
    depths.unapplied.push(commitIndex - appliedIndex);
    await sleep(sampleEveryMs);
  }
  await end;
  return depths;
}

/** Half of what the links of the leader delivered were answers; heartbeats are few beside them. */
function entriesAMessage(before: ClusterStatus, after: ClusterStatus): number {
  const leader = must(after.leader, 'it has just answered');
  const delivered = ({ links }: ClusterStatus): number =>
    links.filter(({ ends }) => ends.includes(leader)).reduce((sum, link) => sum + link.delivered, 0);
  const committed = ({ nodes }: ClusterStatus): number => Math.max(...nodes.map(({ commitIndex }) => commitIndex));
  const followers = after.nodes.length - 1;
  const messagesToEach = (delivered(after) - delivered(before)) / 2 / followers;
  return (committed(after) - committed(before)) / messagesToEach;
}

function figuresOf(clients: number, batch: number, { uncommitted, unapplied }: Depths): Figure[] {
  const tail = (sample: readonly number[]): string =>
    `p99 ${quantile(sample, 0.99).toLocaleString('en-US')}, most ${Math.max(...sample).toLocaleString('en-US')} ` +
    `of ${sample.length.toLocaleString('en-US')} samples`;
  const name = countText(clients);
  return [
    { name: `${name}: entries for each message to a follower`, value: batch, unit: 'entries', note: 'on average' },
    {
      name: `${name}: in the leader's log, not committed`,
      value: median(uncommitted),
      unit: 'entries',
      note: tail(uncommitted),
    },
    { name: `${name}: committed, not applied`, value: median(unapplied), unit: 'entries', note: tail(unapplied) },
  ];
}
