/**
 * The one way to change an image: a draft for a batch of operations, in which records are put and removed, and which is
 * written into the next image when the batch ends. Whoever puts or removes a record also tells of the change.
 */
import { assert, must } from '../assert.js';
import { withChanges } from './buckets.js';
import type { Chunk, Image, ImageDraft, MutableImage } from './image.js';
import {
  brokerBucket,
  collisionKey,
  findBroker,
  findPartition,
  findTopic,
  groupBucket,
  PARTITIONS_PER_CHUNK,
  topicBucket,
  TopicRecord,
} from './image.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';

export function draftOf(base: Image): ImageDraft {
  const { version, lastModified } = base;
  return {
    base,
    changes: [],
    changedBrokers: new Map(),
    changedTopics: new Map(),
    changedGroups: new Map(),
    version,
    lastModified,
  };
}

/** What is done to it is not done to the draft. */
export function copyOfDraft(draft: ImageDraft): ImageDraft {
  const { changedBrokers, changedTopics } = draft;
  return { ...draft, changes: [], changedBrokers: new Map(changedBrokers), changedTopics: new Map(changedTopics) };
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

/** A new broker, or another record of one. */
export function putBroker(draft: ImageDraft, broker: BrokerInfo): void {
  const before = findBroker(draft, broker.id);
  Object.freeze(broker.resources);
  draft.changedBrokers.set(broker.id, Object.freeze(broker));
  draft.changes.push({ kind: 'broker', before, after: broker });
}

export function removeBroker(draft: ImageDraft, broker: Readonly<BrokerInfo>): void {
  draft.changedBrokers.set(broker.id, null);
  draft.changes.push({ kind: 'broker', before: broker, after: undefined });
}

/** A new topic with those of its partitions that are there from the start. */
export function addTopic(draft: ImageDraft, info: TopicInfo, partitions: readonly PartitionInfo[]): void {
  const record = withPartitions(new TopicRecord(frozenTopic(info), emptyChunks(info.numPartitions)), partitions);
  draft.changedTopics.set(collisionKey(info.name), record);
  draft.changes.push({ kind: 'topicAndPartitions', before: undefined, after: record });
}

/** Another record in the place of a topic's, with the same partitions. */
export function replaceTopic(draft: ImageDraft, { info: before, chunks }: TopicRecord, info: TopicInfo): void {
  assert(info.numPartitions === before.numPartitions, 'a topic has as many places as its partitions need');
  draft.changedTopics.set(collisionKey(info.name), new TopicRecord(frozenTopic(info), chunks));
  draft.changes.push({ kind: 'topic', before, after: info });
}

/** Another record in the place of a topic's, with room for more partitions. */
export function growTopic(draft: ImageDraft, { info: before, chunks }: TopicRecord, info: TopicInfo): void {
  const longer = emptyChunks(info.numPartitions).map((empty, position) => {
    const chunk = chunks[position];
    if (chunk === undefined) return empty;
    return chunk.length === empty.length ? chunk : [...chunk, ...empty.slice(chunk.length)];
  });
  draft.changedTopics.set(collisionKey(info.name), new TopicRecord(frozenTopic(info), longer));
  draft.changes.push({ kind: 'topic', before, after: info });
}

export function removeTopic(draft: ImageDraft, record: TopicRecord): void {
  draft.changedTopics.set(collisionKey(record.info.name), null);
  draft.changes.push({ kind: 'topicAndPartitions', before: record, after: undefined });
}

/** Another record in the place of a partition's: the short way, for the changes that come most often. */
export function replacePartition(draft: ImageDraft, record: TopicRecord, partition: PartitionInfo): void {
  const position = Math.floor(partition.partition / PARTITIONS_PER_CHUNK);
  const place = partition.partition % PARTITIONS_PER_CHUNK;
  const chunk = [...must(record.chunks[position], 'a chunk for every partition of the topic')];
  const before = must(chunk[place], 'a partition to replace');
  chunk[place] = frozenPartition(partition, before);
  const chunks = [...record.chunks];
  chunks[position] = chunk;
  draft.changedTopics.set(collisionKey(record.info.name), new TopicRecord(record.info, chunks));
  draft.changes.push({ kind: 'partition', before, after: partition });
}

/** Partitions of one topic, new ones or in the place of what was there; each once. */
export function putPartitions(draft: ImageDraft, topic: string, partitions: readonly PartitionInfo[]): void {
  const record = must(findTopic(draft, topic), 'the topic of its partitions');
  for (const after of partitions) {
    draft.changes.push({ kind: 'partition', before: findPartition(record, after.partition), after });
  }
  draft.changedTopics.set(collisionKey(topic), withPartitions(record, partitions));
}

function withPartitions(record: TopicRecord, partitions: readonly PartitionInfo[]): TopicRecord {
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

/** Room for so many partitions, and none of them. */
function emptyChunks(numPartitions: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < numPartitions; start += PARTITIONS_PER_CHUNK) {
    chunks.push(new Array<null>(Math.min(PARTITIONS_PER_CHUNK, numPartitions - start)).fill(null));
  }
  return chunks;
}

function frozenTopic(info: TopicInfo): Readonly<TopicInfo> {
  Object.freeze(info.config.extra);
  Object.freeze(info.config);
  return Object.freeze(info);
}

/** Lists that are those of what was there are frozen already, which costs as much to find out as to do. */
function frozenPartition(partition: PartitionInfo, replaced?: PartitionInfo): PartitionInfo {
  if (partition.replicas !== replaced?.replicas) Object.freeze(partition.replicas);
  if (partition.isr !== replaced?.isr) Object.freeze(partition.isr);
  if (partition.offlineReplicas !== replaced?.offlineReplicas) Object.freeze(partition.offlineReplicas);
  if (partition.addingReplicas !== undefined) Object.freeze(partition.addingReplicas);
  if (partition.removingReplicas !== undefined) Object.freeze(partition.removingReplicas);
  return Object.freeze(partition);
}
