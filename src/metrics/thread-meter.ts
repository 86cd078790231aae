/** What one actor's thread has worked and what its heap holds; asks Node when it is read, and costs nothing before. */
import { performance } from 'node:perf_hooks';
import { getHeapStatistics, type HeapInfo } from 'node:v8';

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

/** V8 looks through all its pages for these: who asks often is told of the same ones for so long. */
const HEAP_STATISTICS_MS = 1_000;

export class ThreadMeter {
  /** Threads are reused: what an actor before this one did is not its own. */
  readonly #atStart = performance.eventLoopUtilization();

  #heap: HeapInfo | null = null;
  #heapReadAtMs = 0;

  read(): ThreadUsage {
    const { active, idle } = performance.eventLoopUtilization(this.#atStart);
    const heap = this.#heapStatistics();
    return {
      activeSeconds: active / 1_000,
      idleSeconds: idle / 1_000,
      heapUsedBytes: heap.used_heap_size,
      heapTotalBytes: heap.total_heap_size,
      externalBytes: heap.external_memory,
    };
  }
  #heapStatistics(): HeapInfo {
    const now = performance.now();
    if (this.#heap === null || now - this.#heapReadAtMs >= HEAP_STATISTICS_MS) {
      this.#heap = getHeapStatistics();
      this.#heapReadAtMs = now;
    }
    return this.#heap;
  }
}
