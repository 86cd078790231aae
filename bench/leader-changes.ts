/** The write that most questions measure: a leader change, each of which is valid however many are on their way. */
import { must } from '../src/assert.js';
import type { MetadataStore } from '../src/index.js';

const REPLICATION_FACTOR = 3;
const BROKERS = [1, 2, 3, 4, 5, 6];

export interface StateSize {
  readonly topics: number;
  readonly partitionsEach: number;
}

export const largeState: StateSize = { topics: 1000, partitionsEach: 100 };

interface LedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly replicas: readonly number[];
  epoch: number;
}

export interface LeaderChanges {
  /** Moves the next partition's leadership to its next replica. */
  readonly call: () => Promise<unknown>;
  /** Of the operations sent so far, as JSON; about, since counting them would cost the loop that is measured. */
  readonly operationBytes: () => number;
}

export async function registerBrokers(store: MetadataStore): Promise<void> {
  await Promise.all(BROKERS.map((id) => store.registerBroker({ id, addr: `127.0.0.1:${9091 + id}` })));
}

/**
 * Creates the topics. Calls of one store take effect in call order, so that the epochs of a partition grow however
 * many calls are on their way.
 */
export async function leaderChanges(store: MetadataStore, prefix: string, size: StateSize): Promise<LeaderChanges> {
  const names = Array.from({ length: size.topics }, (_, number) => `${prefix}-${String(number).padStart(6, '0')}`);
  const topic = { partitions: size.partitionsEach, replicationFactor: REPLICATION_FACTOR };
  await Promise.all(names.map((name) => store.createTopic(name, topic, { timeoutMs: 60_000 })));
  const created = await Promise.all(names.map((name) => store.listPartitions(name)));
  const led: LedPartition[] = created.flat().map(({ topic: name, partition, replicas, leaderEpoch }) => {
    return { topic: name, partition, replicas, epoch: leaderEpoch };
  });
  let next = 0;
  return {
    call() {
      const target = must(led[next % led.length], 'the topics have partitions');
      next += 1;
      target.epoch += 1;
      const leader = must(target.replicas[target.epoch % REPLICATION_FACTOR], 'as many replicas as the factor');
      const { partition, epoch: leaderEpoch } = target;
      return store.updateLeader(target.topic, partition, leader, leaderEpoch);
    },
    operationBytes() {
      const { topic, partition, epoch: leaderEpoch } = must(led[0], 'the topics have partitions');
      const data = { topic, partition, leader: 1, leaderEpoch };
      return next * JSON.stringify({ type: 'update_leader', data, timestamp: 1_700_000_000_000 }).length;
    },
  };
}
