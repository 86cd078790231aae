/**
 * The one way to change an image: a draft for a batch of operations, in which records are put and removed, and which is
 * written into the next image when the batch ends. Whoever puts or removes a record also tells of the change.
 */
import { assert, must } from '../assert.js';
import { withChanges } from './buckets.js';
import type { Image, ImageDraft, MutableImage } from './image.js';
import {
  brokerBucket,
  Chunk,
  collisionKey,
  findBroker,
  findPartition,
  listPartitionsOf,
  PARTITIONS_PER_CHUNK,
  topicBucket,
  TopicRecord,
} from './image.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';
import type { ReplicaCounts } from './replica-counts.js';
import { countReplicas, draftCounts, exchanged, exchangeShare, NO_REPLICAS } from './replica-counts.js';

export function draftOf(base: Image): ImageDraft {
  const { version, lastModified } = base;
  return {
    base,
    changes: [],
    changedBrokers: new Map(),
    changedTopics: new Map(),
    changedReplicas: null,
    version,
    lastModified,
  };
}

/**
 * `into` holds what the draft's base holds. Its buckets are copied here, once for a batch: as drafts of immer's they
 * took most of the time of a batch that touches many.
 */
export function writeDraft(draft: ImageDraft, into: MutableImage): void {
  const { base, changedBrokers, changedTopics, changedReplicas } = draft;
  if (changedBrokers.size > 0) into.brokers = withChanges(base.brokers, changedBrokers, brokerBucket);
  if (changedTopics.size > 0) into.topics = withChanges(base.topics, changedTopics, topicBucket);
  if (changedReplicas !== null) into.replicas = changedReplicas;
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
  const record = withPartitions(emptyTopic(info), partitions);
  draft.changedTopics.set(collisionKey(info.name), record);
  moveReplicas(draft, info.name, NO_REPLICAS, replicasOf(record));
  draft.changes.push({ kind: 'topicAndPartitions', before: undefined, after: record });
}

/** Another record in the place of a topic's, with the same partitions. */
export function replaceTopic(draft: ImageDraft, record: TopicRecord, info: TopicInfo): void {
  const { info: before, chunks, replicas } = record;
  assert(info.numPartitions === before.numPartitions, 'a topic has as many places as its partitions need');
  draft.changedTopics.set(collisionKey(info.name), new TopicRecord(frozenTopic(info), chunks, replicas));
  draft.changes.push({ kind: 'topic', before, after: info });
}

/** Another record in the place of a topic's, with room for more partitions. */
export function growTopic(draft: ImageDraft, record: TopicRecord, info: TopicInfo): void {
  const grown = emptyTopic(info);
  const chunks = grown.chunks.map((empty, position) => {
    const known = record.chunks[position];
    if (known === undefined) return empty;
    const partitions = [...known.partitions, ...empty.partitions.slice(known.partitions.length)];
    return new Chunk(partitions, empty.replicas && (known.replicas ?? countReplicas(partitions)));
  });
  const replicas = grown.replicas && replicasOf(record);
  draft.changedTopics.set(collisionKey(info.name), new TopicRecord(grown.info, chunks, replicas));
  draft.changes.push({ kind: 'topic', before: record.info, after: grown.info });
}

export function removeTopic(draft: ImageDraft, record: TopicRecord): void {
  draft.changedTopics.set(collisionKey(record.info.name), null);
  moveReplicas(draft, record.info.name, replicasOf(record), NO_REPLICAS);
  draft.changes.push({ kind: 'topicAndPartitions', before: record, after: undefined });
}

/** Another record in the place of a partition's: the short way, for the changes that come most often. */
export function replacePartition(draft: ImageDraft, record: TopicRecord, partition: PartitionInfo): void {
  const before = must(findPartition(record, partition.partition), 'a partition to replace');
  if (before.replicas !== partition.replicas) {
    putPartitions(draft, record, [partition]);
    return;
  }
  const position = Math.floor(partition.partition / PARTITIONS_PER_CHUNK);
  const chunk = must(record.chunks[position], 'a chunk for every partition of the topic');
  const partitions = [...chunk.partitions];
  partitions[partition.partition % PARTITIONS_PER_CHUNK] = frozenPartition(partition, before);
  const chunks = [...record.chunks];
  chunks[position] = new Chunk(partitions, chunk.replicas);
  draft.changedTopics.set(collisionKey(record.info.name), new TopicRecord(record.info, chunks, record.replicas));
  draft.changes.push({ kind: 'partition', before, after: partition });
}

/** Partitions of one topic, new ones or in the place of what was there; each once. */
export function putPartitions(draft: ImageDraft, record: TopicRecord, partitions: readonly PartitionInfo[]): void {
  const next = withPartitions(record, partitions);
  draft.changedTopics.set(collisionKey(record.info.name), next);
  moveReplicas(draft, record.info.name, replicasOf(record), replicasOf(next));
  for (const after of partitions) {
    draft.changes.push({ kind: 'partition', before: findPartition(record, after.partition), after });
  }
}

/** The topic had these replicas, and now has those. */
function moveReplicas(draft: ImageDraft, topic: string, before: ReplicaCounts, after: ReplicaCounts): void {
  draft.changedReplicas ??= draftCounts(draft.base.replicas);
  exchangeShare(draft.changedReplicas, topicBucket(collisionKey(topic)), before, after);
}

function replicasOf(record: TopicRecord): ReplicaCounts {
  return record.replicas ?? countReplicas(listPartitionsOf(record));
}

function withPartitions(record: TopicRecord, partitions: readonly PartitionInfo[]): TopicRecord {
  const copied = new Map<number, (PartitionInfo | null)[]>();
  for (const partition of partitions) {
    const position = Math.floor(partition.partition / PARTITIONS_PER_CHUNK);
    let copy = copied.get(position);
    if (copy === undefined) {
      copy = [...must(record.chunks[position], 'a chunk for every partition of the topic').partitions];
      copied.set(position, copy);
    }
    copy[partition.partition % PARTITIONS_PER_CHUNK] = frozenPartition(partition);
  }
  const chunks = [...record.chunks];
  let { replicas } = record;
  const shares: [ReplicaCounts, ReplicaCounts][] = [];
  for (const [position, copy] of copied) {
    const before = chunks[position]?.replicas ?? null;
    const after = before === null ? null : countReplicas(copy);
    if (before !== null && after !== null) shares.push([before, after]);
    chunks[position] = new Chunk(copy, after);
  }
  return new TopicRecord(record.info, chunks, record.replicas && exchanged(record.replicas, shares));
}

/** A topic with room for its partitions, and none of them. */
function emptyTopic(info: TopicInfo): TopicRecord {
  const replicas = info.numPartitions > PARTITIONS_PER_CHUNK ? NO_REPLICAS : null;
  const chunks: Chunk[] = [];
  for (let start = 0; start < info.numPartitions; start += PARTITIONS_PER_CHUNK) {
    const places = Math.min(PARTITIONS_PER_CHUNK, info.numPartitions - start);
    chunks.push(new Chunk(new Array<null>(places).fill(null), replicas));
  }
  return new TopicRecord(frozenTopic(info), chunks, replicas);
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
