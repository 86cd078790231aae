/**
 * The drill of `up --check`: kill the leader, write through its successor, restart the dead node, wait until it has
 * caught up, then compare the state of all nodes at one log index. It reports; `up` decides what a difference means.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { must } from '../assert.js';
import type { Progress } from './progress.js';
import { formatDuration } from './tables.js';
import type { RecordCounts } from './tables.js';
import type { ClusterMetadata, MetadataStore, NodeHandle, Wait } from '../index.js';

/** The counts are those found after the drill. */
export interface DrillReport extends RecordCounts {
  leaderBefore: number;
  leaderAfter: number;
  restartedNode: number;
  /** From the kill to the first write that the next leader acknowledged. */
  failoverMs: number;
  /** From the restart until the cluster was healthy again. */
  recoveryMs: number;
  appliedIndex: number;
  stateHash: string;
  /** All nodes hold the same state. */
  equal: boolean;
  /** One line each: everything that is not as it should be. */
  differences: string[];
}

/** The part of a cluster and its store that the drill uses. */
export interface Subject {
  cluster: {
    readonly nodeIds: readonly number[];
    node(id: number): Pick<NodeHandle, 'dump'>;
    waitForLeader(wait: Wait): Promise<Pick<NodeHandle, 'id' | 'kill' | 'restart'>>;
    waitForHealthy(wait: Wait): Promise<unknown>;
  };
  store: Pick<MetadataStore, 'updateBroker' | 'metadata'>;
}

interface NodeDump {
  id: number;
  appliedIndex: number;
  stateHash: string;
}

const POLL_INTERVAL_MS = 10;

export async function drill(
  { cluster, store }: Subject,
  expected: RecordCounts,
  wait: Wait,
  progress: Progress,
): Promise<DrillReport> {
  // Nodes that are still being filled are no voters yet.
  progress.begin('Waiting until all nodes are healthy');
  await cluster.waitForHealthy(wait);
  const leader = await cluster.waitForLeader(wait);
  const { brokers } = await store.metadata(wait);
  const brokerId = Number(must(Object.keys(brokers)[0], 'a broker to write to'));
  progress.begin(`Killing node ${leader.id}, the leader`);
  const killedAtMs = performance.now();
  await leader.kill();
  // A registered broker, so that the drill leaves no topic of its own behind.
  await store.updateBroker(brokerId, { lastHeartbeat: Date.now() }, wait);
  const failoverMs = elapsedMs(killedAtMs);
  const successor = await cluster.waitForLeader(wait);
  const takenOver = `node ${successor.id} acknowledged a write ${failoverMs} ms later`;
  progress.end(`Node ${leader.id} killed; ${takenOver}`);

  progress.begin(`Restarting node ${leader.id} and waiting until it has caught up`);
  const restartedAtMs = performance.now();
  await leader.restart(wait);
  await cluster.waitForHealthy(wait);
  const recoveryMs = elapsedMs(restartedAtMs);
  progress.end(`Node ${leader.id} is back and has caught up in ${formatDuration(Math.round(recoveryMs))}`);

  progress.begin('Comparing the state of all nodes');
  const dumps = await dumpsAtOneIndex(cluster, wait);
  const found = countsOf(await store.metadata(wait));
  progress.stop();
  const [first] = dumps;
  const equal = dumps.every((dump) => dump.stateHash === first?.stateHash);
  const differences = [...countDifferences(expected, found), ...(equal ? [] : [describeHashes(dumps)])];
  if (successor.id === leader.id) differences.push(`node ${leader.id} was killed and still leads`);
  return {
    ...found,
    leaderBefore: leader.id,
    leaderAfter: successor.id,
    restartedNode: leader.id,
    failoverMs,
    recoveryMs,
    appliedIndex: first?.appliedIndex ?? 0,
    stateHash: first?.stateHash ?? '',
    equal,
    differences,
  };
}

/** Followers learn a commit index a little later; states are comparable only once all have applied the same entries. */
async function dumpsAtOneIndex(cluster: Subject['cluster'], wait: Wait): Promise<NodeDump[]> {
  for (;;) {
    const dumps = await Promise.all(
      cluster.nodeIds.map(async (id) => {
        const { appliedIndex, stateHash } = await cluster.node(id).dump({ ...wait, state: false });
        return { id, appliedIndex, stateHash };
      }),
    );
    if (dumps.every((dump) => dump.appliedIndex === dumps[0]?.appliedIndex)) return dumps;
    await pause(wait);
  }
}

export function countsOf({ brokers, topics, partitions }: ClusterMetadata): RecordCounts {
  return {
    brokers: Object.keys(brokers).length,
    topics: Object.keys(topics).length,
    partitions: Object.keys(partitions).length,
  };
}

/** One line for each count that is not as expected. */
function countDifferences(expected: RecordCounts, found: RecordCounts): string[] {
  const kinds = ['brokers', 'topics', 'partitions'] as const;
  return kinds
    .filter((kind) => expected[kind] !== found[kind])
    .map((kind) => `${found[kind]} ${kind} instead of ${expected[kind]}`);
}

function describeHashes(dumps: readonly NodeDump[]): string {
  const hashes = dumps.map(({ id, stateHash }) => `node ${id} ${stateHash.slice(0, 16)}`);
  return `states differ at index ${dumps[0]?.appliedIndex}: ${hashes.join(', ')}`;
}

/** Between two looks at nodes that are about to agree. */
export async function pause({ signal }: Wait): Promise<void> {
  await delay(POLL_INTERVAL_MS, undefined, signal ? { signal } : {});
}

export function elapsedMs(sinceMs: number): number {
  return Math.round((performance.now() - sinceMs) * 10) / 10;
}
