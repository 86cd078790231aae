/** Clients that change the leaders of a topic's partitions until they are stopped, each of a partition of its own. */
import { ClusterError, type MetadataStore, type PartitionInfo } from '../../src/index.js';

export interface Writers {
  /** Writes acknowledged so far. */
  readonly written: number;
  /** Resolves once all calls have settled. Rejects with the first error that is no unknown outcome. */
  stop(): Promise<void>;
}

/** `check` sees each answer as soon as it has come. The brokers are 1, 2 and 3, and replicas of every partition. */
export async function changeLeadersUntilStopped(
  store: MetadataStore,
  topic: string,
  writers: number,
  check: (answer: PartitionInfo) => void = () => undefined,
): Promise<Writers> {
  await store.createTopic(topic, { partitions: writers, replicationFactor: 3 });
  let written = 0;
  let stopped = false;
  const work = Array.from({ length: writers }, async (_, partition) => {
    for (let leaderEpoch = 2; !stopped; leaderEpoch += 1) {
      try {
        check(await store.updateLeader(topic, partition, (leaderEpoch % 3) + 1, leaderEpoch));
        written += 1;
      } catch (error) {
        if (!(error instanceof ClusterError) || error.code !== 'OutcomeUnknown') throw error;
      }
    }
  });
  const all = Promise.all(work);
  // Looked at when it stops.
  all.catch(() => undefined);
  return {
    get written() {
      return written;
    },
    async stop() {
      stopped = true;
      await all;
    },
  };
}

export async function writesGoOn(writers: Writers, count = 50): Promise<void> {
  const before = writers.written;
  while (writers.written < before + count) await new Promise((resolve) => setImmediate(resolve));
}
