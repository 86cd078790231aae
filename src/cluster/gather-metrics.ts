/** Asks every thread what it has counted, all at once. A silent one costs a bounded time. */
import { ThreadMeter } from '../metrics/thread-meter.js';
import { metadataHealth, STATUS_TIMEOUT_MS, type StatusSources } from './gather-status.js';
import type { ClusterMetrics, ProcessMetrics } from './metrics.js';

const hostThread = new ThreadMeter();

export async function gatherMetrics(sources: StatusSources, withMetadata: boolean): Promise<ClusterMetrics> {
  const [nodes, links, metadata] = await Promise.all([
    Promise.all([...sources.nodes.values()].map((node) => node.metrics(STATUS_TIMEOUT_MS))),
    Promise.all(sources.links.all().map((link) => link.metrics())),
    withMetadata ? metadataHealth(sources) : null,
  ]);
  return {
    process: processMetrics(),
    client: sources.router.metrics(),
    nodes,
    links: links.filter((link) => link !== null),
    metadata,
  };
}

/** Of the process that asks, whatever runs in it. */
export function processMetrics(): ProcessMetrics {
  const { user, system } = process.cpuUsage();
  return {
    startSeconds: performance.timeOrigin / 1_000,
    cpuSeconds: (user + system) / 1_000_000,
    residentBytes: process.memoryUsage.rss(),
    thread: hostThread.read(),
  };
}
