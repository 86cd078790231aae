/**
 * How soon is a cluster usable, and what does it weigh? Three nodes ready beside as many bare threads, in turns,
 * since the machine drifts; and the resident memory of a process that does nothing but run them.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { must } from '../src/assert.js';
import { startCluster } from '../src/index.js';
import { median, quantity } from './figure.js';
import type { Figure } from './figure.js';
import { startFloor } from './floor.js';

const threads = 9;
const goals = { startRatio: 2, residentMegabytes: 200 };

export async function measureStart({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const threadsMs: number[] = [];
  const clusterMs: number[] = [];
  const rounds = quick ? 5 : 15;
  for (let round = 0; round <= rounds; round += 1) {
    const [threads, cluster] = [await startThreads(), await startNodes()];
    if (round === 0) continue; // the first of each pays for code that is loaded once
    threadsMs.push(threads);
    clusterMs.push(cluster);
  }
  const started: Figure[] = [
    { name: 'nine bare threads up', value: median(threadsMs), unit: 'ms', repeats: threadsMs, note: '' },
    { name: 'three nodes ready', value: median(clusterMs), unit: 'ms', repeats: clusterMs, note: '' },
    {
      name: 'three nodes ready, in times of nine bare threads',
      value: median(clusterMs.map((ms, round) => ms / must(threadsMs[round], 'in turns'))),
      unit: 'x',
      goal: { atMost: goals.startRatio },
      note: 'the median of each turn',
    },
  ];
  return quick ? started : [...started, ...(await measureResidentMemory())];
}

async function startThreads(): Promise<number> {
  const floor = await startFloor();
  await floor[Symbol.asyncDispose]();
  return floor.upMs;
}

async function startNodes(): Promise<number> {
  const startedAt = performance.now();
  const cluster = await startCluster({ nodes: 3 });
  const readyMs = performance.now() - startedAt;
  await cluster.stop();
  return readyMs;
}

/** A process of its own: this one holds what earlier questions left to the garbage collector. */
async function measureResidentMemory(): Promise<Figure[]> {
  const cluster = await weigh('cluster');
  const floor = await weigh('floor');
  const perThread = ({ atRestBytes, emptyBytes }: Weights): number => (atRestBytes - emptyBytes) / threads / 1e6;
  return [
    {
      name: 'resident memory of a process with three nodes',
      value: cluster.atRestBytes / 1e6,
      unit: 'MB',
      goal: { atMost: goals.residentMegabytes },
      note: `${megabytes(cluster.emptyBytes)} before, ${megabytes(cluster.busyBytes ?? 0)} after 1,000 writes`,
    },
    {
      name: 'resident memory of each of their nine threads',
      value: perThread(cluster),
      unit: 'MB',
      note: `of nine bare threads ${quantity(perThread(floor), 'MB')}`,
    },
  ];
}

interface Weights {
  readonly emptyBytes: number;
  readonly atRestBytes: number;
  readonly busyBytes: number | null;
}

async function weigh(what: 'cluster' | 'floor'): Promise<Weights> {
  const file = fileURLToPath(new URL('./idle-cluster.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, what]);
  return JSON.parse(stdout) as Weights;
}

function megabytes(bytes: number): string {
  return quantity(bytes / 1e6, 'MB');
}
