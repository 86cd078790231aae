/** What the process of the host has used, whatever runs in it. */
import { ThreadMeter } from '../metrics/thread-meter.js';
import type { ProcessMetrics } from './metrics.js';

const hostThread = new ThreadMeter();

export function processMetrics(): ProcessMetrics {
  const { user, system } = process.cpuUsage();
  return {
    startSeconds: performance.timeOrigin / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
    thread: hostThread.read(),
  };
}
