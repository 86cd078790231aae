/** What tests with real threads share: clusters that are always stopped, and small metadata to write to. */
import { startCluster, ClusterError, type Cluster, type ClusterOptions, type MetadataStore } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { withDeadline } from './deadline.js';

/**
 * Runs a test body on a cluster of its own, under a deadline that names the test, and stops the cluster whatever
 * happens.
 */
export async function withCluster<T>(
  name: string,
  options: ClusterOptions,
  body: (cluster: Cluster) => Promise<T>,
  deadlineMs = 30_000,
): Promise<T> {
  const cluster = await withDeadline(`${name}: start`, deadlineMs, startCluster(options));
  try {
    return await withDeadline(name, deadlineMs, body(cluster));
  } finally {
    await withDeadline(`${name}: stop`, deadlineMs, cluster.stop());
  }
}

export async function registerBrokers(store: MetadataStore, count: number, firstId = 1): Promise<void> {
  const ids = Array.from({ length: count }, (_, position) => firstId + position);
  await Promise.all(ids.map((id) => store.registerBroker({ id, addr: `127.0.0.1:${9091 + id}`, rack: `r${id % 3}` })));
}

/** The code of the ClusterError that a promise rejects with; '' when it resolves; throws for any other error. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return '';
  } catch (error) {
    if (error instanceof ClusterError) return error.code;
    throw error;
  }
}

/** Two nodes that do not lead, and the one that does. */
export async function leaderAndFollowers(cluster: Cluster): Promise<{ leader: number; followers: number[] }> {
  const { id } = await cluster.waitForLeader();
  return { leader: id, followers: cluster.nodeIds.filter((other) => other !== id) };
}

/** Waits until all nodes hold the same state, and answers its hash. */
export async function equalState(cluster: Cluster): Promise<string> {
  for (;;) {
    const dumps = await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).dump({ state: false })));
    const first = must(dumps[0], 'a node');
    const level = dumps.every(({ appliedIndex }) => appliedIndex === first.appliedIndex);
    if (level && dumps.every(({ stateHash }) => stateHash === first.stateHash)) return first.stateHash;
    if (level) throw new Error(`states differ at index ${first.appliedIndex}`);
    // A heartbeat carries the commit index to those who lag.
    await cluster.waitForHealthy();
  }
}
