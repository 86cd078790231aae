/** Topics: create (with partitions placed here, given, or none yet), delete with all partitions. */
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { checkAssignment } from './assignment.js';
import { removeOffsetsOfTopic } from './groups/retention.js';
import type { ImageDraft, ReadableImage } from './image.js';
import { findCollision, findTopic } from './image.js';
import { addTopic, removeTopic } from './image-draft.js';
import type { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC } from './limits.js';
import type { TopicInfo } from './model.js';
import { defaultTopicConfig } from './model.js';
import type { OperationContext } from './operation-handler.js';
import { newPartition } from './new-partition.js';
import type { PlacementRequest } from './placement/place-replicas.js';
import { placeReplicas } from './placement/place-replicas.js';
import { beginOn } from './broker-states.js';
import { mergeConfig } from './topic-config.js';
import { conflictIn } from './topic-config-rules.js';
import { readTopicName, topicNotFound } from './topic-name.js';
import { readTopicShape } from './topic-shape.js';

/** Replica lists as they were given, or who makes them. */
type WantedAssignment = 'auto' | 'none' | readonly number[][];

export function createTopic(draft: ImageDraft, input: InputReader, context: OperationContext): OperationAnswer {
  const { timestamp, placementSeed: seed } = context;
  const name = readTopicName(input, 'name');
  const shape = readTopicShape(input);
  const assignment = readAssignment(input);
  const config = input.has('config') ? mergeConfig(defaultTopicConfig(), input.nested('config')) : defaultTopicConfig();
  const problem = input.problem ?? conflictIn(config);
  if (problem !== undefined) return malformed(problem);

  const existing = findCollision(draft, name)?.info.name;
  if (existing === name) return rejected('TopicExists', `topic ${name} exists already`);
  if (existing !== undefined) {
    return malformed(`topic ${name} collides with ${existing}: '.' and '_' count as one in metric names`);
  }
  const lists = assignReplicas(draft, { ...shape, topic: name, seed, config, existing: [] }, assignment);
  if ('error' in lists) return lists;

  const info: TopicInfo = {
    name,
    numPartitions: shape.partitions,
    replicationFactor: shape.replicationFactor,
    config,
    createdAt: timestamp,
    modifiedAt: timestamp,
  };
  const partitions = lists.value.map((replicas, partition) =>
    newPartition({ topic: name, partition, replicas, ...beginOn(draft, replicas) }, timestamp),
  );
  addTopic(draft, info, partitions);
  return { value: info };
}

export function deleteTopic(draft: ImageDraft, input: InputReader): OperationAnswer {
  const name = readTopicName(input, 'name');
  if (input.problem !== undefined) return malformed(input.problem);
  const record = findTopic(draft, name);
  if (record === undefined) return topicNotFound(name);
  removeOffsetsOfTopic(draft, record.info);
  removeTopic(draft, record);
  return { value: null };
}

function readAssignment(input: InputReader): WantedAssignment {
  const assignment = input.value('assignment');
  if (assignment === undefined || assignment === 'auto') return 'auto';
  if (assignment === 'none') return 'none';
  if (!Array.isArray(assignment)) {
    input.report('assignment', "'auto', 'none' or a list of replica lists", assignment);
    return 'none';
  }
  return input.integerLists('assignment', { from: 1, to: MAX_BROKER_ID }, MAX_PARTITIONS_PER_TOPIC);
}

function assignReplicas(
  image: ReadableImage,
  request: PlacementRequest,
  assignment: WantedAssignment,
): OperationAnswer<readonly number[][]> {
  const { partitions, replicationFactor } = request;
  if (assignment === 'none') return { value: [] };
  if (assignment === 'auto') return placeReplicas(image, request);
  if (assignment.length !== partitions) {
    return rejected('InvalidAssignment', `${assignment.length} replica lists for ${partitions} partitions`);
  }
  for (const replicas of assignment) {
    if (replicas.length !== replicationFactor) {
      return rejected('InvalidAssignment', `${replicas.length} replicas where the factor is ${replicationFactor}`);
    }
    const refusal = checkAssignment(image, replicas);
    if (refusal !== undefined) return refusal;
  }
  return { value: assignment };
}
