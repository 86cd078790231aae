/**
 * What a process holds, for leak checks: worker threads by its diagnostic report, since
 * `process.getActiveResourcesInfo()` does not see them, and open handles by `/proc/self/fd`, which only Linux has.
 */
import { existsSync, readdirSync } from 'node:fs';

/** Live worker threads, this one not counted. Building a report takes milliseconds: not for hot loops. */
export function countWorkerThreads(): number {
  const report = process.report.getReport() as { workers: readonly unknown[] };
  return report.workers.length;
}

/** Open file handles, sockets and pipes of the process; undefined where the platform does not tell. */
export function countOpenHandles(): number | undefined {
  // Reading the folder opens one handle itself, in every count alike.
  return existsSync('/proc/self/fd') ? readdirSync('/proc/self/fd').length : undefined;
}

/** JavaScript heaps of all worker threads together, garbage included. */
export function workerHeapBytes(): number {
  const report = process.report.getReport() as {
    workers: readonly { readonly javascriptHeap: { readonly usedMemory: number } }[];
  };
  return report.workers.reduce((sum, { javascriptHeap }) => sum + javascriptHeap.usedMemory, 0);
}
