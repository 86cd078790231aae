/** Searches many defects in two threads: each search has the code to itself, so none knows of another. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Found } from './detectors/search.js';

const THREADS = 2;

/** By place; `told` hears of each as soon as it is known. */
export async function searchAll(
  places: readonly number[],
  told: (place: number, found: Found | null) => void = () => undefined,
): Promise<Map<number, Found | null>> {
  const queue = [...places];
  const results = new Map<number, Found | null>();
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./seeded-worker.js', import.meta.url));
    try {
      for (let place = queue.shift(); place !== undefined; place = queue.shift()) {
        worker.postMessage(place);
        const [found] = (await once(worker, 'message')) as [Found | null];
        results.set(place, found);
        told(place, found);
      }
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: THREADS }, work));
  return results;
}
