/**
 * After a start from files: brings the nodes that have a folder and the members of the configuration together, since
 * the start before may have ended while a node joined, left, or was exchanged.
 */
import type { ClusterHost } from './cluster-host.js';

/** What needs a commit goes on in the background. Throws `StorageFailed`. */
export async function reconcile(host: ClusterHost): Promise<void> {
  const { voters, learners } = host.membership.configuration;
  const ids = new Set([...voters, ...learners].map(({ id }) => id));
  for (const id of ids) if (!host.nodes.has(id)) host.dismissLater(id);
  for (const node of [...host.nodes.values()]) {
    // It was to join and never did, or left and was not removed yet.
    if (!ids.has(node.id)) await host.discardNode(node.id);
    // It is to join, was wiped, or is a voter, which is found at once.
    else if (node.life !== null) host.enlistLater(node, node.life);
  }
}
