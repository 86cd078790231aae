/** What a broker holds, found in time that follows what it holds: parts of the image that hold none of it are passed. */
import type { Chunk, ReadableImage, TopicRecord } from './image.js';
import { compareCodeUnits, listTopicsBeside, sumReplicas } from './image.js';
import type { PartitionInfo } from './model.js';
import { countOf } from './replica-counts.js';

/** In how many replica lists the broker stands. */
export function countReplicasOf(image: ReadableImage, brokerId: number): number {
  return countOf(sumReplicas(image), brokerId);
}

/**
 * The partitions in whose replica lists the broker stands, by topic in code-unit order, then by number: as they are when
 * the first is asked for, whatever is changed in a draft meanwhile.
 */
export function* partitionsOfBroker(image: ReadableImage, brokerId: number): Generator<Readonly<PartitionInfo>> {
  const isHeld = (partition: PartitionInfo | null): boolean => partition?.replicas.includes(brokerId) === true;
  const holdsOfChunk = ({ partitions, replicas }: Chunk): boolean =>
    replicas === null ? partitions.some(isHeld) : countOf(replicas, brokerId) > 0;
  const holdsOfTopic = ({ chunks, replicas }: TopicRecord): boolean =>
    replicas === null ? chunks.some(holdsOfChunk) : countOf(replicas, brokerId) > 0;

  const topics = listTopicsBeside(image, brokerId).filter(holdsOfTopic);
  topics.sort((a, b) => compareCodeUnits(a.info.name, b.info.name));
  for (const { chunks } of topics) {
    for (const chunk of chunks) {
      if (!holdsOfChunk(chunk)) continue;
      for (const partition of chunk.partitions) if (partition !== null && isHeld(partition)) yield partition;
    }
  }
}
