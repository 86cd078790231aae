/**
 * How soon is a cluster usable, and what does it weigh? Three nodes ready beside as many bare threads, in turns,
 * since the machine drifts; and the resident memory of a process that does nothing but run them.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startCluster } from '../src/index.js';
import { median, quantity } from './figure.js';
import type { Figure } from './figure.js';
import { startFloor } from './floor.js';

const goals = { startRatio: 2.5, residentMegabytes: 200 };

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
  return [
    { name: 'nine bare threads up', value: median(threadsMs), unit: 'ms', note: spread(threadsMs) },
    { name: 'three nodes ready', value: median(clusterMs), unit: 'ms', note: spread(clusterMs) },
    {
      name: 'three nodes ready, in times of nine bare threads',
      value: median(clusterMs) / median(threadsMs),
      unit: 'x',
      goal: { atMost: goals.startRatio },
      note: `medians of ${rounds}, in turns`,
    },
    await measureResidentMemory(),
  ];
}

async function startThreads(): Promise<number> {
  const floor = await startFloor();
  await floor.stop();
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
async function measureResidentMemory(): Promise<Figure> {
  const file = fileURLToPath(new URL('./idle-cluster.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file]);
  const { atRestBytes, busyBytes } = JSON.parse(stdout) as { atRestBytes: number; busyBytes: number };
  return {
    name: 'resident memory of a process with three nodes',
    value: atRestBytes / 1e6,
    unit: 'MB',
    goal: { atMost: goals.residentMegabytes },
    note: `after 1,000 writes ${quantity(busyBytes / 1e6, 'MB')}`,
  };
}

function spread(sample: readonly number[]): string {
  return `${quantity(Math.min(...sample), 'ms')} to ${quantity(Math.max(...sample), 'ms')}`;
}
