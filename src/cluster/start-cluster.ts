/**
 * `startCluster`: brings up every actor, and has one node campaign as soon as it reaches a majority, so that a start
 * never waits for an election time-out.
 */
import { ClusterError } from '../errors.js';
import { openHostLogger } from '../runtime/logger.js';
import { ClusterHost } from './cluster-host.js';
import type { Cluster } from './cluster.js';
import { resolveOptions, type ClusterOptions } from './options.js';
import { RunningCluster } from './running-cluster.js';
import { checkDeadline, deadlineIn, remainingMs, type Deadline } from './waiting.js';

/** Resolves once a leader has committed an entry of its own term: "started" means usable. */
export async function startCluster(options?: ClusterOptions): Promise<Cluster> {
  return new RunningCluster(await startHost(options));
}

/** The same without the public face. */
export async function startHost(options?: ClusterOptions): Promise<ClusterHost> {
  const resolved = resolveOptions(options);
  const deadline = deadlineIn(resolved.startTimeoutMs, resolved.signal, 'leader of the new cluster');
  checkDeadline(deadline);
  const host = new ClusterHost(resolved, await openHostLogger(resolved.logger));
  try {
    host.bootstrap(Array.from({ length: resolved.nodes }, () => host.createNode()));
    await campaignOnce(host, deadline);
    const leader = await host.changes.until(() => {
      checkAllRun(host);
      const known = host.router.leader();
      return known?.committedInTerm === true ? (host.nodes.get(known.id) ?? null) : null;
    }, deadline);
    // A log that nobody applies is not usable: a user's module may still be loading, or fail to.
    await leader.running().store.call('appliedIndex', [], remainingMs(deadline));
  } catch (error) {
    await host.stop();
    for (const { id, crash } of host.nodes.values()) {
      // For instance since the user's module cannot be loaded: this, and not what it led to, is the reason.
      if (crash !== null) throw new ClusterError('Stopped', `node ${id} did not start: ${crash}`);
    }
    throw error;
  }
  return host;
}

/** The first node that reaches a majority is told to campaign. */
async function campaignOnce(host: ClusterHost, deadline: Deadline): Promise<void> {
  const majority = Math.floor(host.nodes.size / 2) + 1;
  const candidate = await host.changes.until(() => {
    checkAllRun(host);
    return [...host.nodes.values()].find((node) => host.connectedPeers(node.id) + 1 >= majority) ?? null;
  }, deadline);
  await candidate.running().raft.call('campaign', [], remainingMs(deadline));
}

/** A node that ends while the cluster starts ends the start. */
function checkAllRun(host: ClusterHost): void {
  for (const node of host.nodes.values()) node.running();
}
