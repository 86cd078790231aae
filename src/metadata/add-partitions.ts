/** More partitions for a topic that is there: what Kafka's admin API calls createPartitions. */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { checkAssignment } from './assignment.js';
import { beginOn } from './broker-states.js';
import type { ImageDraft, ReadableImage, TopicRecord } from './image.js';
import { findTopic, listPartitionsOf } from './image.js';
import { growTopic } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC } from './limits.js';
import type { TopicInfo } from './model.js';
import { newPartition } from './new-partition.js';
import type { OperationContext } from './operation-handler.js';
import { writePartitions } from './partition-writes.js';
import { placeReplicas } from './placement/place-replicas.js';
import { readTopicName, topicNotFound } from './topic-name.js';

export function addPartitions(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const { timestamp, placementSeed } = context;
  const topic = readTopicName(input, 'topic');
  const total = input.integer('total', 1, MAX_PARTITIONS_PER_TOPIC);
  const assignment = input.has('assignment')
    ? input.integerLists('assignment', { from: 1, to: MAX_BROKER_ID }, MAX_PARTITIONS_PER_TOPIC)
    : undefined;
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findTopic(draft, topic);
  if (record === undefined) return topicNotFound(topic);
  const { info } = record;
  const first = info.numPartitions;
  if (total <= first) return malformed(`topic ${topic} has ${first} partitions already, and ${total} are not more`);
  const lists =
    assignment === undefined
      ? placed(draft, record, total - first, placementSeed)
      : checked(draft, info, total, assignment);
  if ('error' in lists) return lists;
  const partitions = lists.value.map((replicas, place) =>
    newPartition({ topic, partition: first + place, replicas, ...beginOn(draft, replicas) }, timestamp),
  );
  growTopic(draft, record, { ...info, numPartitions: total, modifiedAt: Math.max(info.modifiedAt, timestamp) });
  writePartitions(draft, partitions);
  return { value: partitions };
}

/** Striped, on from where those end that are there. */
function placed(
  image: ReadableImage,
  record: TopicRecord,
  partitions: number,
  seed: number,
): OperationAnswer<number[][]> {
  const { name: topic, replicationFactor, config } = record.info;
  const existing = listPartitionsOf(record).map(({ replicas }) => replicas);
  return placeReplicas(image, { topic, partitions, replicationFactor, strategy: 'striped', seed, config, existing });
}

function checked(
  image: ReadableImage,
  { numPartitions, replicationFactor }: TopicInfo,
  total: number,
  lists: number[][],
): OperationAnswer<number[][]> {
  const added = total - numPartitions;
  if (lists.length !== added) {
    return rejected('InvalidAssignment', `${lists.length} replica lists for ${added} more partitions`);
  }
  for (const replicas of lists) {
    if (replicas.length !== replicationFactor) {
      return rejected('InvalidAssignment', `${replicas.length} replicas where the factor is ${replicationFactor}`);
    }
    const refusal = checkAssignment(image, replicas);
    if (refusal !== undefined) return refusal;
  }
  return { value: lists };
}
