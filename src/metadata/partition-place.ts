/** The partitions that an operation names: read from its data, and found in the image or refused. */
import type { ErrorValue } from '../errors.js';
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import type { ReadableImage, TopicRecord } from './image.js';
import { findPartition, findTopic } from './image.js';
import type { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC, MAX_REPLICATION_FACTOR } from './limits.js';
import type { PartitionInfo, TopicInfo } from './model.js';
import { partitionId } from './model.js';
import { readTopicName, topicNotFound } from './topic-name.js';

export type PartitionPlace = Pick<PartitionInfo, 'topic' | 'partition'>;

export interface FoundPartition {
  readonly record: TopicRecord;
  readonly partition: PartitionInfo;
}

export function readPlace(input: InputReader): PartitionPlace {
  return {
    topic: readTopicName(input, 'topic'),
    partition: input.integer('partition', 0, MAX_PARTITIONS_PER_TOPIC - 1),
  };
}

/** TopicNotFound, PartitionNotFound; InvalidArgument for a number beyond the topic's count. */
export function findPlace(image: ReadableImage, place: PartitionPlace): OperationAnswer<FoundPartition> {
  const record = findTopic(image, place.topic);
  if (record === undefined) return topicNotFound(place.topic);
  if (place.partition >= record.info.numPartitions) return beyondCount(record.info, place.partition);
  const partition = findPartition(record, place.partition);
  if (partition === undefined) {
    return rejected('PartitionNotFound', `partition ${partitionId(place.topic, place.partition)} does not exist`);
  }
  return { value: { record, partition } };
}

/** Each of them once, in the order given; the first that is not there refuses all. */
export function findPlaces(image: ReadableImage, places: readonly PartitionPlace[]): OperationAnswer<FoundPartition[]> {
  const all: FoundPartition[] = [];
  const seen = new Set<PartitionInfo>();
  for (const place of places) {
    const found = findPlace(image, place);
    if ('error' in found) return found;
    const { partition } = found.value;
    if (seen.has(partition)) return malformed(`partition ${partitionId(place.topic, place.partition)} is named twice`);
    seen.add(partition);
    all.push(found.value);
  }
  return { value: all };
}

export function beyondCount({ name, numPartitions }: TopicInfo, number: number): { readonly error: ErrorValue } {
  return malformed(`partition ${number} of topic ${name}, which has ${numPartitions}`);
}

/** Broker ids, of a list of replicas or of a part of one. */
export function readReplicas(input: InputReader, member: string): number[] {
  return input.integers(member, { from: 1, to: MAX_BROKER_ID }, MAX_REPLICATION_FACTOR);
}
