/**
 * The next image of a view, from the one before and the steps that were told. Whatever is told, a record equal to the
 * one in its place stays that very object, and an image in which nothing changed is the image before.
 */
import { must } from '../../assert.js';
import { withChanges } from '../buckets.js';
import type { Chunk } from '../image.js';
import { PARTITIONS_PER_CHUNK, topicBucket, TopicRecord } from '../image.js';

import type { BrokerInfo, PartitionInfo, TopicInfo } from '../model.js';
import type { ImageStep } from './image-steps.js';
import { ViewImage } from './view-image.js';

export class ViewDraft {
  readonly #base: ViewImage;
  readonly #whole: boolean;
  /** Null: gone. */
  readonly #brokers = new Map<number, Readonly<BrokerInfo> | null>();
  readonly #topics = new Map<string, TopicDraft | null>();

  /** `whole`: what is not told of is gone. */
  constructor(base: ViewImage, whole: boolean) {
    this.#base = base;
    this.#whole = whole;
  }

  take(step: ImageStep): void {
    switch (step.kind) {
      case 'broker':
        this.#brokers.set(step.info.id, kept(this.#base.brokers.get(step.info.id), step.info));
        return;
      case 'brokerGone':
        this.#brokers.set(step.id, null);
        return;
      case 'topic':
      case 'wholeTopic':
        this.#draftOf(step.info.name).replaceInfo(step.info, step.kind === 'wholeTopic');
        return;
      case 'topicGone':
        this.#topics.set(step.name, null);
        return;
      case 'partition':
        this.#draftOf(step.info.topic).put(step.info);
    }
  }

  finish(): ViewImage {
    const { brokers, topics, knownLists } = this.#base;
    const changedBrokers = this.#changedBrokers();
    const changedTopics = this.#changedTopics();
    if (changedBrokers.size === 0 && changedTopics.size === 0) return this.#base;
    const sameNames = [...changedTopics].every(([name, record]) => this.#base.findTopic(name)?.info === record?.info);
    const [nextBrokers] = withChanges([brokers], changedBrokers, () => 0);
    return new ViewImage(must(nextBrokers, 'brokers'), withChanges(topics, changedTopics, topicBucket), {
      brokers: changedBrokers.size === 0 ? knownLists.brokers : null,
      topics: sameNames ? knownLists.topics : null,
    });
  }

  #draftOf(name: string): TopicDraft {
    let draft = this.#topics.get(name);
    if (draft === undefined || draft === null) {
      draft = new TopicDraft(this.#base.findTopic(name));
      this.#topics.set(name, draft);
    }
    return draft;
  }

  #changedBrokers(): Map<number, Readonly<BrokerInfo> | null> {
    const { brokers } = this.#base;
    const changed = new Map<number, Readonly<BrokerInfo> | null>();
    if (this.#whole) for (const id of brokers.keys()) changed.set(id, null);
    for (const [id, info] of this.#brokers) {
      if ((brokers.get(id) ?? null) === info) changed.delete(id);
      else changed.set(id, info);
    }
    return changed;
  }

  #changedTopics(): Map<string, TopicRecord | null> {
    const changed = new Map<string, TopicRecord | null>();
    if (this.#whole) for (const bucket of this.#base.topics) for (const name of bucket.keys()) changed.set(name, null);
    for (const [name, draft] of this.#topics) {
      const record = draft?.finish() ?? null;
      if ((this.#base.findTopic(name) ?? null) === record) changed.delete(name);
      else changed.set(name, record);
    }
    return changed;
  }
}

class TopicDraft {
  readonly #base: TopicRecord | undefined;
  #info: Readonly<TopicInfo> | undefined;
  #chunks: Chunk[];
  readonly #copied = new Map<number, (PartitionInfo | null)[]>();

  constructor(base: TopicRecord | undefined) {
    this.#base = base;
    this.#info = base?.info;
    this.#chunks = [...(base?.chunks ?? [])];
  }

  replaceInfo(info: Readonly<TopicInfo>, whole: boolean): void {
    this.#info = kept(this.#base?.info, info);
    this.#chunks = withRoom(whole ? [] : this.#chunks, info.numPartitions);
    this.#copied.clear();
  }

  put(info: PartitionInfo): void {
    const position = Math.floor(info.partition / PARTITIONS_PER_CHUNK);
    const place = info.partition % PARTITIONS_PER_CHUNK;
    let chunk = this.#copied.get(position);
    if (chunk === undefined) {
      chunk = [...must(this.#chunks[position], 'a chunk for every partition of the topic')];
      this.#copied.set(position, chunk);
      this.#chunks[position] = chunk;
    }
    chunk[place] = kept(this.#base?.chunks[position]?.[place] ?? undefined, info);
  }

  /** The record before, if it is as before. */
  finish(): TopicRecord {
    const base = this.#base;
    const info = must(this.#info, 'the record of a topic comes before its partitions');
    const chunks = this.#chunks.map((chunk, position) => sameChunk(base?.chunks[position], chunk));
    const isAsBefore = base?.info === info && chunks.every((chunk, position) => chunk === base.chunks[position]);
    return isAsBefore ? base : new TopicRecord(info, chunks);
  }
}

/** Chunks for so many partitions, none of them where none was known. */
function withRoom(known: readonly Chunk[], numPartitions: number): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = 0; start < numPartitions; start += PARTITIONS_PER_CHUNK) {
    const length = Math.min(PARTITIONS_PER_CHUNK, numPartitions - start);
    const chunk = known[chunks.length] ?? [];
    const missing = new Array<null>(Math.max(0, length - chunk.length)).fill(null);
    chunks.push(missing.length === 0 ? chunk : [...chunk, ...missing]);
  }
  return chunks;
}

function sameChunk(before: Chunk | undefined, chunk: Chunk): Chunk {
  if (before?.length !== chunk.length) return chunk;
  return chunk.every((partition, place) => partition === before[place]) ? before : chunk;
}

/** The record before, if the next is equal to it. */
function kept<Info extends object>(before: Readonly<Info> | undefined, next: Readonly<Info>): Readonly<Info> {
  return before !== undefined && isEqual(before, next) ? before : next;
}

/** Of plain data. */
function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const names = Object.keys(a) as (keyof typeof a)[];
  return names.length === Object.keys(b).length && names.every((name) => isEqual(a[name], b[name]));
}
