/**
 * Does a cluster bear a million partitions? Three nodes in one process are loaded with them by creating topics of a
 * hundred, changed, made to take snapshots and to recover: in memory, where a node that lost everything gets a snapshot
 * from the leader, and with files, where the whole cluster is stopped and started on them. Memory is the process's
 * resident memory beyond the empty cluster's, for each partition of each node. Quick: a tenth of it.
 */
import { must } from '../src/assert.js';
import { startCluster, type Cluster, type ClusterOptions } from '../src/index.js';
import { runClosedLoop } from './closed-loop.js';
import { withDataDir } from './data-dir.js';
import type { Figure } from './figure.js';
import { scatteredChanges, topicNames, topicShape } from './filled-machine.js';
import { registerBrokers } from './leader-changes.js';

const nodes = 3;
const timeoutMs = 120_000;
const clients = 256;
const changesMs = 1_000;

interface Loaded {
  readonly loadMs: number;
  readonly operationsPerSecond: number;
  readonly bytesAPartition: number;
  readonly snapshotMs: number;
  readonly recoveryMs: number;
}

export async function measureMillionPartitions({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const partitions = quick ? 100_000 : 1_000_000;
  const inMemory = await runMode(partitions, {}, (cluster) => recoverOneNode(cluster));
  const inFiles = await withDataDir((dataDir) =>
    runMode(partitions, { dataDir }, (cluster) => restartCluster(cluster, dataDir)),
  );
  const name = partitions.toLocaleString('en-US');
  return [
    ...figures(`${name} partitions in memory`, inMemory, 'a wiped node, until it votes again'),
    ...figures(`${name} partitions in files`, inFiles, 'the whole cluster, until all nodes are healthy'),
  ];
}

async function runMode(
  partitions: number,
  options: ClusterOptions,
  recover: (cluster: Cluster) => Promise<number>,
): Promise<Loaded> {
  // No snapshot but the one asked for.
  await using cluster = await startCluster({ nodes, snapshotEntries: 1_000_000, ...options });
  await cluster.waitForHealthy({ timeoutMs });
  const store = cluster.store();
  await registerBrokers(store);
  const before = residentBytes();
  const loadedAt = performance.now();
  await Promise.all(topicNames(partitions).map((name) => store.createTopic(name, topicShape, { timeoutMs })));
  await cluster.waitForHealthy({ timeoutMs });
  const loadMs = performance.now() - loadedAt;
  const bytesAPartition = (residentBytes() - before) / partitions / nodes;
  const nextChange = scatteredChanges(partitions);
  const { operationsPerSecond } = await runClosedLoop(clients, changesMs, () => {
    const { topic, partition, leader, leaderEpoch } = nextChange();
    return store.updateLeader(topic, partition, leader, leaderEpoch);
  });
  const snapshotAt = performance.now();
  for (const id of cluster.nodeIds) await cluster.node(id).takeSnapshot({ timeoutMs });
  const snapshotMs = (performance.now() - snapshotAt) / nodes;
  return { loadMs, operationsPerSecond, bytesAPartition, snapshotMs, recoveryMs: await recover(cluster) };
}

/** In memory a node that ends has lost everything: it joins anew, with the leader's snapshot. */
async function recoverOneNode(cluster: Cluster): Promise<number> {
  const leader = await cluster.waitForLeader();
  const follower = must(
    cluster.nodeIds.find((id) => id !== leader.id),
    'three nodes',
  );
  await cluster.node(follower).kill();
  const startedAt = performance.now();
  await cluster.node(follower).restart({ timeoutMs });
  await cluster.waitForHealthy({ timeoutMs });
  return performance.now() - startedAt;
}

async function restartCluster(stopped: Cluster, dataDir: string): Promise<number> {
  await stopped.stop();
  const startedAt = performance.now();
  await using cluster = await startCluster({ dataDir, startTimeoutMs: timeoutMs });
  await cluster.waitForHealthy({ timeoutMs });
  return performance.now() - startedAt;
}

function residentBytes(): number {
  return process.memoryUsage.rss();
}

function figures(state: string, loaded: Loaded, recovered: string): Figure[] {
  const { loadMs, operationsPerSecond, bytesAPartition, snapshotMs, recoveryMs } = loaded;
  return [
    { name: `${state}: created`, value: loadMs, unit: 'ms', note: 'topics of a hundred, until all nodes have them' },
    { name: `${state}: memory a partition`, value: bytesAPartition, unit: 'B', note: 'resident, log entries included' },
    { name: `${state}: leader changes`, value: operationsPerSecond, unit: 'ops/s', note: `${clients} clients` },
    { name: `${state}: a snapshot`, value: snapshotMs, unit: 'ms', note: 'one node after the other' },
    { name: `${state}: recovered`, value: recoveryMs, unit: 'ms', note: recovered },
  ];
}
