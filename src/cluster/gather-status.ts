/** Asks nodes, links and metadata how they are, all at once, and has it judged. A silent one costs a bounded time. */
import type { MetadataCalls } from '../client/metadata-calls.js';
import type { Router } from '../client/router.js';
import type { MetadataHealth } from '../metadata/health.js';
import type { LinkTable } from './link-table.js';
import type { NodeHost } from './node-host.js';
import { judge, type ClusterStatus } from './status.js';

/** How long the host waits for an actor's answer when a status is asked for. */
export const STATUS_TIMEOUT_MS = 1_000;

export interface StatusSources {
  readonly router: Router;
  readonly nodes: ReadonlyMap<number, NodeHost>;
  readonly links: LinkTable;
  /** Null: the state machine is the user's own. */
  readonly metadata: MetadataCalls | null;
}

export async function gatherStatus(sources: StatusSources): Promise<ClusterStatus> {
  const { router, nodes: hosts, links } = sources;
  const [nodes, linkStatuses, metadata] = await Promise.all([
    Promise.all([...hosts.values()].map((node) => node.status(STATUS_TIMEOUT_MS))),
    Promise.all(links.all().map((link) => link.status())),
    metadataHealth(sources),
  ]);
  const failures = new Map([...hosts.values()].map((node) => [node.id, node.crash ?? `it was ${node.stopReason}`]));
  return judge({ leader: router.leader(), nodes, links: linkStatuses, failures, metadata });
}

/** Of the leader, unless it is known not to answer; of any node if it ends meanwhile. */
export async function metadataHealth({ router, nodes, metadata }: StatusSources): Promise<MetadataHealth | null> {
  const leader = router.leader();
  if (metadata === null || leader === null || nodes.get(leader.id)?.paused === true) return null;
  const options = { consistency: 'local', timeoutMs: STATUS_TIMEOUT_MS };
  return metadata.read<MetadataHealth>('health', () => ({}), options).catch(() => null);
}
