/**
 * What is not as it should be in the metadata, by reason, with how many and some names: Kafka's metrics of fenced
 * brokers, offline and under-replicated partitions, told from one image. Each bucket, and each full chunk of a topic,
 * is counted once in its life, so that asking again costs what has changed since.
 */
import { isFenced } from './broker-states.js';
import type { Chunk, Image, TopicRecord } from './image.js';
import { compareCodeUnits } from './code-units.js';
import { PARTITIONS_PER_CHUNK } from './image.js';
import type { BrokerInfo, PartitionInfo } from './model.js';
import { partitionId } from './model.js';

/**
 * `offlinePartitions` have no leader. `underReplicatedPartitions` have fewer replicas in sync than replicas; those that
 * a reassignment adds do not count. `underMinIsrPartitions` have no leader, or fewer replicas in sync than the topic's
 * `min.insync.replicas`. One partition may count for all three, as it does for `kafka-topics --describe`.
 */
export type MetadataReason = 'fencedBrokers' | PartitionReason;

const PARTITION_REASONS = ['offlinePartitions', 'underReplicatedPartitions', 'underMinIsrPartitions'] as const;
export type PartitionReason = (typeof PARTITION_REASONS)[number];

export interface HealthProblem<Reason extends string = string> {
  reason: Reason;
  /** Above 0. */
  count: number;
  /** Some of them, at most 10, in order. */
  names: string[];
  /** One readable line. */
  detail: string;
}

/** The counts are of all that there are. */
export interface MetadataHealth {
  brokers: number;
  topics: number;
  partitions: number;
  /** At most one for each reason; empty when all is well. */
  problems: HealthProblem<MetadataReason>[];
}

const MAX_NAMES = 10;

/** What was counted in a container. */
class Tally {
  brokers = 0;
  topics = 0;
  partitions = 0;
  readonly #found = new Map<MetadataReason, { count: number; names: string[] }>();

  find(reason: MetadataReason, name: string): void {
    this.#add(reason, 1, [name]);
  }

  add(other: Tally): void {
    this.brokers += other.brokers;
    this.topics += other.topics;
    this.partitions += other.partitions;
    for (const [reason, { count, names }] of other.#found) this.#add(reason, count, names);
  }

  count(reason: MetadataReason): number {
    return this.#found.get(reason)?.count ?? 0;
  }

  problem(reason: MetadataReason, nouns: readonly [one: string, more: string]): HealthProblem<MetadataReason>[] {
    const found = this.#found.get(reason);
    if (found === undefined) return [];
    const { count } = found;
    const names = [...found.names].sort(compareCodeUnits);
    const shown = `${names.join(', ')}${count > names.length ? ', …' : ''}`;
    return [{ reason, count, names, detail: `${count} ${count === 1 ? nouns[0] : nouns[1]}: ${shown}` }];
  }

  #add(reason: MetadataReason, count: number, names: readonly string[]): void {
    const found = this.#found.get(reason);
    if (found === undefined) {
      this.#found.set(reason, { count, names: [...names] });
      return;
    }
    found.count += count;
    if (found.names.length < MAX_NAMES) found.names.push(...names.slice(0, MAX_NAMES - found.names.length));
  }
}

const brokerTallies = new WeakMap<object, Tally>();
const topicTallies = new WeakMap<object, Tally>();
/** The setting may change while the chunk stays. */
const chunkTallies = new WeakMap<Chunk, { readonly minInsyncReplicas: number; readonly tally: Tally }>();

export function healthOf(image: Image): MetadataHealth {
  const all = new Tally();
  for (const bucket of image.brokers) addBucket(all, bucket, brokerTallies, tallyBroker);
  for (const bucket of image.topics) addBucket(all, bucket, topicTallies, tallyTopic);
  const { brokers, topics, partitions } = all;
  return {
    brokers,
    topics,
    partitions,
    problems: [
      ...all.problem('fencedBrokers', ['broker is fenced', 'brokers are fenced']),
      ...all.problem('offlinePartitions', ['partition has no leader', 'partitions have no leader']),
      ...all.problem('underReplicatedPartitions', ['partition is under-replicated', 'partitions are under-replicated']),
      ...all.problem('underMinIsrPartitions', ['partition is under its min ISR', 'partitions are under their min ISR']),
    ],
  };
}

function addBucket<Kept>(
  all: Tally,
  bucket: ReadonlyMap<unknown, Kept>,
  known: WeakMap<object, Tally>,
  count: (tally: Tally, record: Kept) => void,
): void {
  if (bucket.size === 0) return;
  let tally = known.get(bucket);
  if (tally === undefined) {
    tally = new Tally();
    for (const record of bucket.values()) count(tally, record);
    known.set(bucket, tally);
  }
  all.add(tally);
}

function tallyBroker(tally: Tally, broker: Readonly<BrokerInfo>): void {
  tally.brokers += 1;
  if (isFenced(broker)) tally.find('fencedBrokers', String(broker.id));
}

function tallyTopic(tally: Tally, { info, chunks }: TopicRecord): void {
  const { minInsyncReplicas } = info.config;
  tally.topics += 1;
  for (const chunk of chunks) {
    // Less than a full one is counted again as fast as it is found.
    if (chunk.length < PARTITIONS_PER_CHUNK) tallyChunk(tally, chunk, minInsyncReplicas);
    else tally.add(tallyOfChunk(chunk, minInsyncReplicas));
  }
}

function tallyOfChunk(chunk: Chunk, minInsyncReplicas: number): Tally {
  const known = chunkTallies.get(chunk);
  if (known?.minInsyncReplicas === minInsyncReplicas) return known.tally;
  const tally = new Tally();
  tallyChunk(tally, chunk, minInsyncReplicas);
  chunkTallies.set(chunk, { minInsyncReplicas, tally });
  return tally;
}

function tallyChunk(tally: Tally, chunk: Chunk, minInsyncReplicas: number): void {
  for (const partition of chunk) if (partition !== null) tallyPartition(tally, partition, minInsyncReplicas);
}

function tallyPartition(tally: Tally, partition: PartitionInfo, minInsyncReplicas: number): void {
  tally.partitions += 1;
  const problems = partitionProblems(partition, minInsyncReplicas);
  if (problems === NO_PROBLEMS) return;
  const name = partitionId(partition.topic, partition.partition);
  for (const reason of problems) tally.find(reason, name);
}

const NO_PROBLEMS: PartitionReason[] = [];

/** What one partition counts for; not to be changed. */
export function partitionProblems(partition: PartitionInfo, minInsyncReplicas: number): PartitionReason[] {
  const { leader, replicas, isr, addingReplicas } = partition;
  const isUnderReplicated = isr.length < replicas.length - (addingReplicas?.length ?? 0);
  const isUnderMinIsr = leader === 0 || isr.length < minInsyncReplicas;
  if (!isUnderReplicated && !isUnderMinIsr) return NO_PROBLEMS;
  const problems: PartitionReason[] = leader === 0 ? ['offlinePartitions'] : [];
  if (isUnderReplicated) problems.push('underReplicatedPartitions');
  if (isUnderMinIsr) problems.push('underMinIsrPartitions');
  return problems;
}

/** How many partitions a topic has, and how many of them count for what. */
export interface PartitionCounts {
  partitions: number;
  problems: Partial<Record<PartitionReason, number>>;
}

export function partitionCounts(record: TopicRecord): PartitionCounts {
  const tally = new Tally();
  tallyTopic(tally, record);
  const problems: PartitionCounts['problems'] = {};
  for (const reason of PARTITION_REASONS) if (tally.count(reason) > 0) problems[reason] = tally.count(reason);
  return { partitions: tally.partitions, problems };
}
