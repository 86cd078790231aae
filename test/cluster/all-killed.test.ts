/**
 * All nodes killed at once in the middle of writes, again and again: what was acknowledged is there when they are back.
 * A majority that voted, acknowledged or committed before its log was written would lose something here.
 */
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ClusterError, type Cluster, type MetadataStore } from '../../src/index.js';
import { equalState, withCluster } from '../support/clusters.js';
import { withDataDir } from '../support/data-dirs.js';

const test = suite('all nodes killed at once');
const ROUNDS = 6;
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

for (const nodes of [1, 3, 5]) {
  const name = `all of ${nodes} killed at once ${ROUNDS} times under load: nothing acknowledged is missing`;
  test(name, () =>
    withDataDir((dataDir) =>
      withCluster(
        name,
        { nodes, dataDir, snapshotEntries: 150, trailingEntries: 50 },
        async (cluster) => {
          const acknowledged: string[] = [];
          for (let round = 1; round <= ROUNDS; round += 1) {
            const store = cluster.store();
            await createTopics(store, round, acknowledged, 40 + 23 * round);
            await killAll(cluster);
            const before = [...acknowledged];
            await store.close();
            await Promise.all(cluster.nodeIds.map((id) => cluster.node(id).restart()));
            const topics = new Set((await cluster.store().listTopics()).map((topic) => topic.name));
            const missing = before.filter((topic) => !topics.has(topic));
            assert.equal(missing, [], `missing after round ${round}`);
          }
          await cluster.waitForHealthy({ timeoutMs: 20_000 });
          await equalState(cluster);
        },
        90_000,
      ),
    ),
  );
}

test.run();
