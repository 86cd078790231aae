/**
 * What a view is told so that its image becomes a later one: each record as it is by then, not how it came to be. All
 * of an image, or what has become of the records that were touched.
 */
import type { Image, TopicRecord } from '../image.js';
import { findBroker, findPartition, findTopic, listPartitionsOf } from '../image.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from '../model.js';
import type { TouchedRecords } from './touched-records.js';

export type ImageStep =
  | { readonly kind: 'broker'; readonly info: Readonly<BrokerInfo> }
  | { readonly kind: 'brokerGone'; readonly id: number }
  | { readonly kind: 'topic'; readonly info: Readonly<TopicInfo> }
  /** It has no partitions but those that follow. */
  | { readonly kind: 'wholeTopic'; readonly info: Readonly<TopicInfo> }
  | { readonly kind: 'topicGone'; readonly name: string }
  | { readonly kind: 'partition'; readonly info: Readonly<PartitionInfo> };

export function* stepsToImage(image: Image): Generator<ImageStep, void, void> {
  for (const bucket of image.brokers) for (const info of bucket.values()) yield { kind: 'broker', info };
  for (const bucket of image.topics) for (const record of bucket.values()) yield* stepsToTopic(record);
}

export function* stepsToTouched(image: Image, touched: TouchedRecords): Generator<ImageStep, void, void> {
  for (const id of touched.brokers) {
    const info = findBroker(image, id);
    yield info === undefined ? { kind: 'brokerGone', id } : { kind: 'broker', info };
  }
  for (const [name, { whole, info, partitions }] of touched.topics) {
    const record = findTopic(image, name);
    if (record === undefined) yield { kind: 'topicGone', name };
    else if (whole) yield* stepsToTopic(record);
    else {
      if (info) yield { kind: 'topic', info: record.info };
      yield* stepsToPartitions(record, partitions);
    }
  }
}

function* stepsToTopic(record: TopicRecord): Generator<ImageStep, void, void> {
  yield { kind: 'wholeTopic', info: record.info };
  for (const info of listPartitionsOf(record)) yield { kind: 'partition', info };
}

function* stepsToPartitions(record: TopicRecord, numbers: Iterable<number>): Generator<ImageStep, void, void> {
  for (const number of numbers) {
    const info = findPartition(record, number);
    if (info !== undefined) yield { kind: 'partition', info };
  }
}
