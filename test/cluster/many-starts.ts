/** Clusters started and stopped, a few at once: each elects a leader, and nothing is left of any. */
import * as assert from 'uvu/assert';
import { startCluster } from '../../src/index.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { countOpenHandles, countWorkerThreads } from '../support/threads.js';

const STARTS_AT_ONCE = 3;
const START_TIMEOUT_MS = 15_000;
export const STOP_TIMEOUT_MS = 2_000;

/** Rejects when a start or stop does not end in time, or when threads or handles are left at the end. */
export async function manyStarts(count: number): Promise<void> {
  await startAndStop(10);
  await eventually(() => countWorkerThreads() === 0, 'no thread left');
  // Some of the threads that have gone are still closing theirs.
  const handles = countOpenHandles() ?? 0;
  await startAndStop(count);
  await eventually(() => countWorkerThreads() === 0, 'no thread left');
  await eventually(() => (countOpenHandles() ?? 0) <= handles, 'no more handles than in the beginning');
}

async function startAndStop(count: number): Promise<void> {
  let started = 0;
  const worker = async (): Promise<void> => {
    while (started < count) {
      started += 1;
      const start = started;
      const cluster = await withDeadline(`start ${start}`, START_TIMEOUT_MS, startCluster({ nodes: 3, seed: start }));
      assert.ok((await cluster.status()).leader, `start ${start} has a leader`);
      await withDeadline(`stop ${start}`, STOP_TIMEOUT_MS, cluster.stop());
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, worker));
}
