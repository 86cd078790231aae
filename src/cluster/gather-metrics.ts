/** Asks every thread what it has counted, all at once. A silent one costs a bounded time. */
import { metadataHealth, STATUS_TIMEOUT_MS, type StatusSources } from './gather-status.js';
import type { ClusterMetrics } from './metrics.js';
import { processMetrics } from './process-metrics.js';

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
