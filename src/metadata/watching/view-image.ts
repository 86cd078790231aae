/**
 * What a view looks at: an immutable image of brokers, topics and partitions in the thread of who reads it, in the
 * containers of `image.ts`. A record that did not change is the same object in the next image; all that a read gives
 * is frozen. Images are made by `view-draft.ts`.
 */
import { compareCodeUnits } from '../code-units.js';
import type { Image, TopicRecord } from '../image.js';
import { emptyImage, findPartition, listPartitionsOf, topicBucket } from '../image.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from '../model.js';

type Records<Info> = readonly Readonly<Info>[];

/** What an image has in common with the one before it, if no record of a kind has changed. */
export interface KnownLists {
  readonly brokers: Records<BrokerInfo> | null;
  readonly topics: Records<TopicInfo> | null;
}

const NO_PARTITIONS: Records<PartitionInfo> = Object.freeze([]);
const partitionLists = new WeakMap<TopicRecord, Records<PartitionInfo>>();

export class ViewImage {
  static readonly empty = new ViewImage(new Map(), emptyImage().topics, { brokers: null, topics: null });

  readonly brokers: ReadonlyMap<number, Readonly<BrokerInfo>>;
  /** By name, in the bucket of the name. */
  readonly topics: Image['topics'];
  /** Made when they are asked for first. */
  #lists: KnownLists;

  constructor(brokers: ViewImage['brokers'], topics: Image['topics'], lists: KnownLists) {
    this.brokers = brokers;
    this.topics = topics;
    this.#lists = lists;
    Object.freeze(this);
  }

  get knownLists(): KnownLists {
    return this.#lists;
  }

  findTopic(name: string): TopicRecord | undefined {
    return this.topics[topicBucket(name)]?.get(name);
  }

  findPartition(topic: string, partition: number): Readonly<PartitionInfo> | undefined {
    const record = this.findTopic(topic);
    return record === undefined ? undefined : findPartition(record, partition);
  }

  /** By id. */
  listBrokers(): Records<BrokerInfo> {
    const brokers = this.#lists.brokers ?? Object.freeze([...this.brokers.values()].sort((a, b) => a.id - b.id));
    this.#lists = { ...this.#lists, brokers };
    return brokers;
  }

  /** By name, in code-unit order. */
  listTopics(): Records<TopicInfo> {
    const topics = this.#lists.topics ?? Object.freeze(this.#topicInfos());
    this.#lists = { ...this.#lists, topics };
    return topics;
  }

  /** By number; of an unknown topic: empty. */
  listPartitions(topic: string): Records<PartitionInfo> {
    const record = this.findTopic(topic);
    if (record === undefined) return NO_PARTITIONS;
    let partitions = partitionLists.get(record);
    if (partitions === undefined) {
      partitions = Object.freeze(listPartitionsOf(record));
      partitionLists.set(record, partitions);
    }
    return partitions;
  }

  #topicInfos(): Readonly<TopicInfo>[] {
    const infos = this.topics.flatMap((bucket) => Array.from(bucket.values(), ({ info }) => info));
    return infos.sort((a, b) => compareCodeUnits(a.name, b.name));
  }
}
