/**
 * Which partitions have a replica on a broker: the reverse of the replica lists, so that what is done for a broker
 * costs as much as it has partitions, however many others there are (KRaft's `BrokersToIsrs`). Not part of the image:
 * it follows the changes of each operation, once that is applied, and is built anew from an image that was restored.
 */
import { must } from '../assert.js';
import { compareCodeUnits } from './code-units.js';
import type { ReadableImage, RecordChange } from './image.js';
import { eachTopicRecord, findTopic, listPartitionsOf, PARTITIONS_PER_CHUNK } from './image.js';
import type { PartitionInfo } from './model.js';

/** Of one topic: how many partitions of each chunk have a replica on the broker. The last count is not 0. */
type CountsByChunk = number[];

export class ReplicaIndex {
  /** By broker id, then by the name of the topic. */
  readonly #counts = new Map<number, Map<string, CountsByChunk>>();

  static of(image: ReadableImage): ReplicaIndex {
    const index = new ReplicaIndex();
    for (const record of eachTopicRecord(image)) index.#countAll(listPartitionsOf(record), 1);
    return index;
  }

  follow(changes: readonly RecordChange[]): void {
    for (const change of changes) {
      if (change.kind === 'partition') {
        const { before, after } = change;
        if (before?.replicas === after?.replicas) continue;
        if (before !== undefined) this.#count(before, -1);
        if (after !== undefined) this.#count(after, 1);
      } else if (change.kind === 'topicAndPartitions') {
        const { before, after } = change;
        if (before !== undefined) this.#countAll(listPartitionsOf(before), -1);
        if (after !== undefined) this.#countAll(listPartitionsOf(after), 1);
      }
    }
  }

  /** In how many replica lists the broker stands. */
  replicaCount(brokerId: number): number {
    let sum = 0;
    for (const counts of this.#topicsOf(brokerId).values()) for (const count of counts) sum += count;
    return sum;
  }

  /** By the topic's name and by number. `image`: what this has followed the changes of. */
  *partitionsOf(brokerId: number, image: ReadableImage): Generator<Readonly<PartitionInfo>, void, void> {
    for (const [name, counts] of this.#topicsOf(brokerId)) {
      const { chunks } = must(findTopic(image, name), 'a topic with replicas');
      for (const [position, count] of counts.entries()) {
        if (count === 0) continue;
        for (const partition of must(chunks[position], 'a chunk with replicas')) {
          if (partition?.replicas.includes(brokerId) === true) yield partition;
        }
      }
    }
  }

  /** What two that say the same have in common, whatever they have followed. */
  toJSON(): unknown {
    return [...this.#counts.keys()].sort((a, b) => a - b).map((id) => [id, [...this.#topicsOf(id)]]);
  }

  /** In order. */
  #topicsOf(brokerId: number): Map<string, CountsByChunk> {
    return new Map([...(this.#counts.get(brokerId) ?? [])].sort(([a], [b]) => compareCodeUnits(a, b)));
  }

  #countAll(partitions: readonly PartitionInfo[], by: 1 | -1): void {
    for (const partition of partitions) this.#count(partition, by);
  }

  #count({ topic, partition, replicas }: Readonly<PartitionInfo>, by: 1 | -1): void {
    const position = Math.floor(partition / PARTITIONS_PER_CHUNK);
    for (const brokerId of replicas) {
      let topics = this.#counts.get(brokerId);
      if (topics === undefined) this.#counts.set(brokerId, (topics = new Map<string, CountsByChunk>()));
      let counts = topics.get(topic);
      if (counts === undefined) topics.set(topic, (counts = []));
      while (counts.length <= position) counts.push(0);
      counts[position] = must(counts[position], 'a count') + by;
      while (counts.at(-1) === 0) counts.pop();
      if (counts.length === 0) topics.delete(topic);
      if (topics.size === 0) this.#counts.delete(brokerId);
    }
  }
}
