/**
 * The metadata as an immutable, sharded value. Containers are arrays of buckets of `Map`, copied when one of their
 * records is replaced; a record is never drafted or changed, only replaced (`image-draft.ts`), so whoever holds one
 * holds plain data.
 * Bucket counts, chunk size and hash are constants of the format (the state's digest depends on them).
 */
import type { Buckets } from './buckets.js';
import { emptyBuckets, hashOf } from './buckets.js';
import { compareCodeUnits } from './code-units.js';
import type { GroupRecord } from './groups/group-record.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';

const BROKER_BUCKETS = 16;
const TOPIC_BUCKETS = 256;
const GROUP_BUCKETS = 256;
/** Partitions of a topic that are copied together when one of them changes. */
export const PARTITIONS_PER_CHUNK = 32;

/** Sparse: null where no partition was created yet. */
export type Chunk = readonly (PartitionInfo | null)[];

export class TopicRecord {
  readonly info: Readonly<TopicInfo>;
  readonly chunks: readonly Chunk[];

  /** `info` is frozen: it is shared by all records of the topic until it changes. */
  constructor(info: Readonly<TopicInfo>, chunks: readonly Chunk[]) {
    this.info = info;
    this.chunks = chunks;
  }
}

export interface Image {
  readonly brokers: readonly ReadonlyMap<number, Readonly<BrokerInfo>>[];
  /** By `collisionKey`. */
  readonly topics: readonly ReadonlyMap<string, TopicRecord>[];
  /** By id: `groups/group-image.ts`. */
  readonly groups: Buckets<string, GroupRecord>;
  readonly version: number;
  readonly lastModified: number;
}

/** An image whose members may be replaced: an immer draft of one, or a fresh one. */
export type MutableImage = { -readonly [Member in keyof Image]: Image[Member] };

/**
 * What a batch of operations has changed so far, over the image it began with: null where a record was removed. Plain
 * maps, written into the image's containers once, when the batch ends: a proxy in the way of every look-up would cost
 * more than the rest of an operation.
 */
export interface ImageDraft {
  readonly base: Image;
  /**
   * What the operation being applied has changed, in order: filled by what puts and removes records, and by no other.
   */
  changes: RecordChange[];
  readonly changedBrokers: Map<number, Readonly<BrokerInfo> | null>;
  readonly changedTopics: Map<string, TopicRecord | null>;
  readonly changedGroups: Map<string, GroupRecord | null>;
  version: number;
  lastModified: number;
}

/** One record in the place of another: undefined where there was none, or is none, but not both. */
export interface Replaced<Kept> {
  readonly before: Readonly<Kept> | undefined;
  readonly after: Readonly<Kept> | undefined;
}

export type RecordChange =
  | ({ readonly kind: 'broker' } & Replaced<BrokerInfo>)
  | ({ readonly kind: 'topic' } & Replaced<TopicInfo>)
  | ({ readonly kind: 'partition' } & Replaced<PartitionInfo>)
  | ({ readonly kind: 'group' } & Replaced<GroupRecord>)
  /** A topic that is new or gone, with all that it holds. */
  | ({ readonly kind: 'topicAndPartitions' } & Replaced<TopicRecord>);

/** What can be looked at: an image, or a batch over one. */
export type ReadableImage = Image | ImageDraft;

const NO_CHANGES: ReadonlyMap<string, TopicRecord | null> = new Map();

export function emptyImage(): MutableImage {
  return {
    brokers: Array.from({ length: BROKER_BUCKETS }, () => new Map<number, BrokerInfo>()),
    topics: Array.from({ length: TOPIC_BUCKETS }, () => new Map<string, TopicRecord>()),
    groups: emptyBuckets(GROUP_BUCKETS),
    version: 0,
    lastModified: 0,
  };
}

/**
 * Kafka refuses names that differ only in '.' and '_' (they collide in metric names), so this is unique and finds
 * both.
 */
export function collisionKey(topic: string): string {
  return topic.includes('.') ? topic.replaceAll('.', '_') : topic;
}

export function findBroker(image: ReadableImage, id: number): Readonly<BrokerInfo> | undefined {
  if (!isDraft(image)) return image.brokers[brokerBucket(id)]?.get(id);
  const changed = image.changedBrokers.get(id);
  return changed === undefined ? findBroker(image.base, id) : (changed ?? undefined);
}

/** By id. */
export function listBrokers(image: ReadableImage): Readonly<BrokerInfo>[] {
  const brokers: Readonly<BrokerInfo>[] = [];
  if (isDraft(image)) {
    const { base, changedBrokers } = image;
    brokers.push(...listBrokers(base).filter(({ id }) => !changedBrokers.has(id)));
    for (const broker of changedBrokers.values()) if (broker !== null) brokers.push(broker);
  } else {
    for (const bucket of image.brokers) brokers.push(...bucket.values());
  }
  return brokers.sort((a, b) => a.id - b.id);
}

export function findTopic(image: ReadableImage, name: string): TopicRecord | undefined {
  const record = findCollision(image, name);
  return record?.info.name === name ? record : undefined;
}

/** The topic whose name is this one, or differs only in '.' and '_'. */
export function findCollision(image: ReadableImage, name: string): TopicRecord | undefined {
  const key = collisionKey(name);
  if (!isDraft(image)) return image.topics[topicBucket(key)]?.get(key);
  const changed = image.changedTopics.get(key);
  return changed === undefined ? image.base.topics[topicBucket(key)]?.get(key) : (changed ?? undefined);
}

export function isDraft(image: ReadableImage): image is ImageDraft {
  return 'base' in image;
}

/** By name, in code-unit order. */
export function listTopicRecords(image: Image): TopicRecord[] {
  const records: TopicRecord[] = [];
  for (const bucket of image.topics) records.push(...bucket.values());
  return records.sort((a, b) => compareCodeUnits(a.info.name, b.info.name));
}

/** In no order: a node that restored a snapshot has another one than a node that applied each operation. */
export function* eachTopicRecord(image: ReadableImage): Generator<TopicRecord, void, void> {
  const { base, changedTopics } = isDraft(image) ? image : { base: image, changedTopics: NO_CHANGES };
  for (const bucket of base.topics) {
    for (const [key, record] of bucket) if (!changedTopics.has(key)) yield record;
  }
  for (const record of changedTopics.values()) if (record !== null) yield record;
}

export function findPartition(record: TopicRecord, partition: number): PartitionInfo | undefined {
  return record.chunks[Math.floor(partition / PARTITIONS_PER_CHUNK)]?.[partition % PARTITIONS_PER_CHUNK] ?? undefined;
}

/** By number. */
export function listPartitionsOf(record: TopicRecord): PartitionInfo[] {
  const partitions: PartitionInfo[] = [];
  for (const chunk of record.chunks) {
    for (const partition of chunk) if (partition !== null) partitions.push(partition);
  }
  return partitions;
}

export function brokerBucket(id: number): number {
  return id % BROKER_BUCKETS;
}

export function topicBucket(key: string): number {
  return hashOf(key) % TOPIC_BUCKETS;
}

export function groupBucket(groupId: string): number {
  return hashOf(groupId) % GROUP_BUCKETS;
}
