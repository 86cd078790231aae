/**
 * A page of the brokers, topics or partitions, in order, for whoever looks through many of them: what an answer holds
 * is bounded, and what it costs is about that of what it holds and of what has changed since the last one.
 */
import type { OperationAnswer } from './answer.js';
import { malformed } from './answer.js';
import { partitionCounts, partitionProblems } from './health.js';
import type { PartitionCounts, PartitionReason } from './health.js';
import type { Image, TopicRecord } from './image.js';
import { listBrokers, listPartitionsOf, listTopicRecords } from './image.js';
import type { InputReader } from './input-reader.js';
import type { BrokerInfo, PartitionInfo } from './model.js';

export interface BrowseMembers {
  of: 'brokers' | 'topics' | 'partitions';
  /** Of the name of the topic, or the broker's id or address; '' and absent: all. */
  find?: string;
  /** Of one topic alone. */
  topic?: string;
  /** Only fenced brokers, partitions that count for a `PartitionReason`, and topics with such. */
  onlyProblems?: boolean;
  /** So many that match are passed over. */
  offset?: number;
  /** 1 to 200; 50 if absent. */
  limit?: number;
}

export interface BrowsedTopic {
  name: string;
  partitions: number;
  replicationFactor: number;
  minInsyncReplicas: number;
  problems: PartitionCounts['problems'];
}

export interface BrowsedPartition extends Pick<
  PartitionInfo,
  'topic' | 'partition' | 'leader' | 'leaderEpoch' | 'replicas' | 'isr' | 'addingReplicas' | 'removingReplicas'
> {
  problems: PartitionReason[];
}

export type BrowsedBroker = Pick<BrokerInfo, 'id' | 'addr' | 'rack' | 'status'>;

export interface BrowsePage<Row = BrowsedBroker | BrowsedTopic | BrowsedPartition> {
  /** Of all that match. */
  total: number;
  rows: Row[];
}

const MAX_ROWS = 200;
const DEFAULT_ROWS = 50;

interface Wanted {
  readonly find: string;
  readonly topic: string | null;
  readonly onlyProblems: boolean;
  readonly offset: number;
  readonly limit: number;
}

export function browse(image: Image, input: InputReader): OperationAnswer {
  const of = input.choice('of', ['brokers', 'topics', 'partitions']);
  const wanted = readWanted(input);
  if (of === undefined || input.problem !== undefined) return malformed(input.problem ?? '');
  if (of === 'brokers') return { value: browseBrokers(image, wanted) };
  const records = listTopicRecords(image).filter(({ info: { name } }) =>
    wanted.topic === null ? name.includes(wanted.find) : name === wanted.topic,
  );
  return { value: of === 'topics' ? browseTopics(records, wanted) : browsePartitions(records, wanted) };
}

function hasProblems({ problems }: PartitionCounts): boolean {
  return Object.keys(problems).length > 0;
}

function readWanted(input: InputReader): Wanted {
  const text = (name: string): string => (input.has(name) ? input.text(name, 'a text', () => true) : '');
  return {
    find: text('find'),
    topic: input.has('topic') ? text('topic') : null,
    onlyProblems: input.flag('onlyProblems'),
    offset: input.has('offset') ? input.integer('offset', 0, Number.MAX_SAFE_INTEGER) : 0,
    limit: input.has('limit') ? input.integer('limit', 1, MAX_ROWS) : DEFAULT_ROWS,
  };
}

function browseBrokers(image: Image, { find, onlyProblems, offset, limit }: Wanted): BrowsePage<BrowsedBroker> {
  const found = listBrokers(image).filter(
    (broker) =>
      (broker.addr.includes(find) || String(broker.id) === find) && !(onlyProblems && broker.status === 'alive'),
  );
  const rows = found.slice(offset, offset + limit).map(({ id, addr, rack, status }) => ({ id, addr, rack, status }));
  return { total: found.length, rows };
}

function browseTopics(records: readonly TopicRecord[], wanted: Wanted): BrowsePage<BrowsedTopic> {
  const { onlyProblems, offset, limit } = wanted;
  const found = onlyProblems ? records.filter((record) => hasProblems(partitionCounts(record))) : records;
  const rows = found.slice(offset, offset + limit).map((record) => {
    const { name, replicationFactor, config } = record.info;
    const { partitions, problems } = partitionCounts(record);
    return { name, partitions, replicationFactor, minInsyncReplicas: config.minInsyncReplicas, problems };
  });
  return { total: found.length, rows };
}

function browsePartitions(records: readonly TopicRecord[], wanted: Wanted): BrowsePage<BrowsedPartition> {
  const found = new Found(wanted);
  for (const record of records) found.take(record);
  return { total: found.total, rows: found.rows };
}

/** Partitions that match, of one topic after the other. */
class Found {
  total = 0;
  readonly rows: BrowsedPartition[] = [];
  readonly #wanted: Wanted;

  constructor(wanted: Wanted) {
    this.#wanted = wanted;
  }

  /** Topics that are not on the page are counted, and those without problems passed over, without a look at each. */
  take(record: TopicRecord): void {
    const { onlyProblems, offset, limit } = this.#wanted;
    const counts = partitionCounts(record);
    const isClean = !hasProblems(counts);
    if (onlyProblems && isClean) return;
    const isOnPage = this.total + counts.partitions > offset && this.rows.length < limit;
    if (!onlyProblems && !isOnPage) this.total += counts.partitions;
    else for (const partition of listPartitionsOf(record)) this.#takeOne(record, partition);
  }

  #takeOne({ info: { config } }: TopicRecord, partition: PartitionInfo): void {
    const { onlyProblems, offset, limit } = this.#wanted;
    const problems = partitionProblems(partition, config.minInsyncReplicas);
    if (onlyProblems && problems.length === 0) return;
    this.total += 1;
    if (this.total > offset && this.rows.length < limit) this.rows.push(rowOf(partition, problems));
  }
}

function rowOf(info: PartitionInfo, problems: PartitionReason[]): BrowsedPartition {
  const { topic, partition, leader, leaderEpoch, replicas, isr, addingReplicas, removingReplicas } = info;
  return {
    ...{ topic, partition, leader, leaderEpoch, replicas, isr, problems },
    ...(addingReplicas === undefined ? {} : { addingReplicas }),
    ...(removingReplicas === undefined ? {} : { removingReplicas }),
  };
}
