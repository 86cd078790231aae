/**
 * A program for `process-killed.test.ts`: runs a cluster on a folder, prints which topics it found, then creates
 * topics and prints the name of each one that was acknowledged, until it is killed, or ends at once when told to.
 * Standard output is a pipe here, written before the next step.
 */
import { startCluster } from '../../src/index.js';

const [dataDir = '', round = '', last = ''] = process.argv.slice(2);
const CLIENTS = 16;

const cluster = await startCluster({ dataDir, snapshotEntries: 400, trailingEntries: 100 });
const store = cluster.store();
const found = (await store.listTopics()).map((topic) => topic.name);
process.stdout.write(`found ${JSON.stringify(found)}\n`);
if (last === 'last') {
  await cluster.waitForHealthy();
  await cluster.stop();
} else {
  let sent = 0;
  const client = async (): Promise<void> => {
    for (;;) {
      const name = `topic-${round}-${(sent += 1)}`;
      await store.createTopic(name, { partitions: 1, replicationFactor: 1, assignment: 'none' });
      process.stdout.write(`acknowledged ${name}\n`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}
