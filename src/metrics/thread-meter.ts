/** What one actor's thread has worked and what its heap holds; asks Node when it is read, and costs nothing before. */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

export interface ThreadUsage {
  /** At work, waits for the disk included, since the actor began. */
  readonly activeSeconds: number;
  /** Waiting for messages and timers. */
  readonly idleSeconds: number;
  readonly heapUsedBytes: number;
  readonly heapTotalBytes: number;
  /** Outside the heap: buffers. */
  readonly externalBytes: number;
}

export class ThreadMeter {
  /** Threads are reused: what an actor before this one did is not its own. */
  readonly #atStart = performance.eventLoopUtilization();

  read(): ThreadUsage {
    const { active, idle } = performance.eventLoopUtilization(this.#atStart);
    const heap = getHeapStatistics();
    return {
      activeSeconds: active / 1_000,
      idleSeconds: idle / 1_000,
      heapUsedBytes: heap.used_heap_size,
      heapTotalBytes: heap.total_heap_size,
      externalBytes: heap.external_memory,
    };
  }
}
