/**
 * The metadata as an immutable, sharded value. Containers are arrays of buckets of `Map`, copied when one of their
 * records is replaced; a record is never drafted or changed, only replaced, so whoever holds one holds plain data.
 * Bucket counts, chunk size and hash are constants of the format (the state's digest depends on them).
 */
import { must } from '../assert.js';
import { compareCodeUnits, hashOf, withChanges } from './buckets.js';
import type { GroupRecord } from './groups/group-record.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';

const BROKER_BUCKETS = 16;
const TOPIC_BUCKETS = 256;
const GROUP_BUCKETS = 256;
/** Partitions of a topic that are copied together when one of them changes. */
export const PARTITIONS_PER_CHUNK = 32;

export class BrokerRecord {
  readonly info: Readonly<BrokerInfo>;
  /** In how many replica lists the broker stands: it can be unregistered only at 0. */
  readonly replicaCount: number;

  constructor(info: BrokerInfo, replicaCount: number) {
    Object.freeze(info.resources);
    this.info = Object.freeze(info);
    this.replicaCount = replicaCount;
  }
}

/** Sparse: null where no partition was created yet. */
type Chunk = readonly (PartitionInfo | null)[];

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
  readonly brokers: readonly ReadonlyMap<number, BrokerRecord>[];
  /** By `collisionKey`. */
  readonly topics: readonly ReadonlyMap<string, TopicRecord>[];
  /** By id; `groups/group-image.ts` looks them up. */
  readonly groups: readonly ReadonlyMap<string, GroupRecord>[];
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
  readonly changedBrokers: Map<number, BrokerRecord | null>;
  readonly changedTopics: Map<string, TopicRecord | null>;
  readonly changedGroups: Map<string, GroupRecord | null>;
  version: number;
  lastModified: number;
}

/** What can be looked at: an image, or a batch over one. */
export type ReadableImage = Image | ImageDraft;

export function draftOf(base: Image): ImageDraft {
  const { version, lastModified } = base;
  const changes = { changedBrokers: new Map(), changedTopics: new Map(), changedGroups: new Map() };
  return { base, ...changes, version, lastModified };
}

/**
 * `into` holds what the draft's base holds. Its buckets are copied here, once for a batch: as drafts of immer's they
 * took most of the time of a batch that touches many.
 */
export function writeDraft(draft: ImageDraft, into: MutableImage): void {
  const { base, changedBrokers, changedTopics, changedGroups } = draft;
  if (changedBrokers.size > 0) into.brokers = withChanges(base.brokers, changedBrokers, brokerBucket);
  if (changedTopics.size > 0) into.topics = withChanges(base.topics, changedTopics, topicBucket);
  if (changedGroups.size > 0) into.groups = withChanges(base.groups, changedGroups, groupBucket);
  into.version = draft.version;
  into.lastModified = draft.lastModified;
}

export function emptyImage(): MutableImage {
  return {
    brokers: Array.from({ length: BROKER_BUCKETS }, () => new Map<number, BrokerRecord>()),
    topics: Array.from({ length: TOPIC_BUCKETS }, () => new Map<string, TopicRecord>()),
    groups: Array.from({ length: GROUP_BUCKETS }, () => new Map<string, GroupRecord>()),
    version: 0,
    lastModified: 0,
  };
}

/**
 * Kafka refuses names that differ only in '.' and '_' (they collide in metric names), so this is unique and finds
 * both.
 */
function collisionKey(topic: string): string {
  return topic.includes('.') ? topic.replaceAll('.', '_') : topic;
}

export function findBroker(image: ReadableImage, id: number): BrokerRecord | undefined {
  if (!isDraft(image)) return image.brokers[brokerBucket(id)]?.get(id);
  const changed = image.changedBrokers.get(id);
  return changed === undefined ? findBroker(image.base, id) : (changed ?? undefined);
}

export function putBroker(draft: ImageDraft, record: BrokerRecord): void {
  draft.changedBrokers.set(record.info.id, record);
}

export function removeBroker(draft: ImageDraft, id: number): void {
  draft.changedBrokers.set(id, null);
}

/** By id. */
export function listBrokerRecords(image: ReadableImage): BrokerRecord[] {
  const records: BrokerRecord[] = [];
  if (isDraft(image)) {
    const { base, changedBrokers } = image;
    records.push(...listBrokerRecords(base).filter(({ info }) => !changedBrokers.has(info.id)));
    for (const record of changedBrokers.values()) if (record !== null) records.push(record);
  } else {
    for (const bucket of image.brokers) records.push(...bucket.values());
  }
  return records.sort((a, b) => a.info.id - b.info.id);
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

export function putTopic(draft: ImageDraft, record: TopicRecord): void {
  draft.changedTopics.set(collisionKey(record.info.name), record);
}

export function removeTopic(draft: ImageDraft, name: string): void {
  draft.changedTopics.set(collisionKey(name), null);
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

/** The record with a partition in the place of what was there: the short way, for the changes that come most often. */
export function withPartition(record: TopicRecord, partition: PartitionInfo): TopicRecord {
  const position = Math.floor(partition.partition / PARTITIONS_PER_CHUNK);
  const chunk = [...must(record.chunks[position], 'a chunk for every partition of the topic')];
  const place = partition.partition % PARTITIONS_PER_CHUNK;
  chunk[place] = frozenPartition(partition, chunk[place]);
  const chunks = [...record.chunks];
  chunks[position] = chunk;
  return new TopicRecord(record.info, chunks);
}

/** The record with these partitions in it, new ones or in the place of what was there. */
export function withPartitions(record: TopicRecord, partitions: readonly PartitionInfo[]): TopicRecord {
  const chunks = [...record.chunks];
  const copied = new Map<number, (PartitionInfo | null)[]>();
  for (const partition of partitions) {
    const position = Math.floor(partition.partition / PARTITIONS_PER_CHUNK);
    let chunk = copied.get(position);
    if (chunk === undefined) {
      chunk = [...must(chunks[position], 'a chunk for every partition of the topic')];
      copied.set(position, chunk);
      chunks[position] = chunk;
    }
    chunk[partition.partition % PARTITIONS_PER_CHUNK] = frozenPartition(partition);
  }
  return new TopicRecord(record.info, chunks);
}

/** A topic's record with room for its partitions, and none of them. */
export function emptyTopicRecord(info: TopicInfo): TopicRecord {
  const chunks: Chunk[] = [];
  for (let start = 0; start < info.numPartitions; start += PARTITIONS_PER_CHUNK) {
    chunks.push(new Array<null>(Math.min(PARTITIONS_PER_CHUNK, info.numPartitions - start)).fill(null));
  }
  return new TopicRecord(frozenTopic(info), chunks);
}

export function frozenTopic(info: TopicInfo): Readonly<TopicInfo> {
  Object.freeze(info.config.extra);
  Object.freeze(info.config);
  return Object.freeze(info);
}

/** Lists that are those of what was there are frozen already, which costs as much to find out as to do. */
function frozenPartition(partition: PartitionInfo, replaced?: PartitionInfo | null): PartitionInfo {
  if (partition.replicas !== replaced?.replicas) Object.freeze(partition.replicas);
  if (partition.isr !== replaced?.isr) Object.freeze(partition.isr);
  if (partition.offlineReplicas !== replaced?.offlineReplicas) Object.freeze(partition.offlineReplicas);
  if (partition.addingReplicas !== undefined) Object.freeze(partition.addingReplicas);
  if (partition.removingReplicas !== undefined) Object.freeze(partition.removingReplicas);
  return Object.freeze(partition);
}

function brokerBucket(id: number): number {
  return id % BROKER_BUCKETS;
}

function topicBucket(key: string): number {
  return hashOf(key) % TOPIC_BUCKETS;
}

export function groupBucket(groupId: string): number {
  return hashOf(groupId) % GROUP_BUCKETS;
}
