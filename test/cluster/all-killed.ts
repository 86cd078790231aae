/**
 * All nodes killed at once in the middle of writes, again and again: what was acknowledged is there when they are back.
 * A majority that voted, acknowledged or committed before its log was written would lose something here.
 */
import * as assert from 'uvu/assert';
import { ClusterError, type Cluster, type MetadataStore } from '../../src/index.js';
import { equalState, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';

const CLIENTS = 12;

/** Clients that create topics until a call fails; resolves the moment `enough` of them have been acknowledged. */
function createTopics(store: MetadataStore, round: number, acknowledged: string[], enough: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let seen = 0;
    const client = async (): Promise<void> => {
      for (;;) {
        const name = `topic-${round}-${(sent += 1)}`;
        try {
          await store.createTopic(name, { partitions: 1, replicationFactor: 1, assignment: 'none' });
        } catch (error) {
          if (error instanceof ClusterError) return;
          throw error;
        }
        acknowledged.push(name);
        if ((seen += 1) === enough) resolve();
      }
    };
    void Promise.all(Array.from({ length: CLIENTS }, client));
  });
}

async function killAll(cluster: Cluster): Promise<void> {
  await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).kill()));
}

/** Answers how many writes were acknowledged, all of which are there at the end. */
export function killAllUnderLoad(nodes: number, rounds: number): Promise<number> {
  const options = { nodes, snapshotEntries: 150, trailingEntries: 50 };
  return withDataDir((dataDir) =>
    withCluster(
      `all of ${nodes} killed at once ${rounds} times`,
      { ...options, dataDir },
      async (cluster) => {
        const acknowledged: string[] = [];
        for (let round = 1; round <= rounds; round += 1) await killInRound(cluster, round, acknowledged);
        await cluster.waitForHealthy({ timeoutMs: 20_000 });
        await equalState(cluster);
        return acknowledged.length;
      },
      30_000 + 10_000 * rounds,
    ),
  );
}

async function killInRound(cluster: Cluster, round: number, acknowledged: string[]): Promise<void> {
  const store = cluster.store();
  await createTopics(store, round, acknowledged, 40 + 23 * (round % 7));
  await killAll(cluster);
  const before = [...acknowledged];
  await store.close();
  await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).restart()));
  const topics = new Set((await cluster.store().listTopics()).map((topic) => topic.name));
  const missing = before.filter((topic) => !topics.has(topic));
  assert.equal(missing, [], `missing after round ${round}`);
}
