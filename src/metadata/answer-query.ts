/** Answers every query of `queries.ts` from one image. What it returns is frozen or the caller's own, never a draft. */
import { unreachable } from '../assert.js';
import type { NotYet } from '../state-machine/state-machine.js';
import type { OperationAnswer } from './answer.js';
import { malformed, rejected } from './answer.js';
import { browse } from './browse.js';
import { dryRun } from './dry-run.js';
import { answerGroupQuery, GROUP_QUERY_TYPES } from './groups/answer-group-query.js';
import type { GroupQueryType } from './groups/queries.js';
import { healthOf } from './health.js';
import type { Image } from './image.js';
import { findBroker, findPartition, findTopic, listBrokers, listPartitionsOf, listTopicRecords } from './image.js';
import { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_PLACEMENT_SEED } from './limits.js';
import type { ClusterMetadata, PartitionInfo } from './model.js';
import { defaultTopicConfig, partitionId } from './model.js';
import { newPartition } from './new-partition.js';
import { balanceOf } from './placement/balance.js';
import { placeReplicas } from './placement/place-replicas.js';
import { beginOn } from './broker-states.js';
import type { QueryType } from './queries.js';
import { isReassigning } from './reassignment.js';
import type { ReplicaIndex } from './replica-index.js';
import { readTopicName } from './topic-name.js';
import { readTopicShape } from './topic-shape.js';

type RecordQueryType = Exclude<QueryType, GroupQueryType>;

const QUERY_TYPES: readonly RecordQueryType[] = [
  'get_broker',
  'list_brokers',
  'get_topic',
  'list_topics',
  'get_partition',
  'list_partitions',
  'list_reassignments',
  'metadata',
  'health',
  'allocate_partitions',
  'balance',
  'browse',
  'validate',
];

const MAX_SHOWN_TYPE = 40;

/** What can be asked about. */
interface State {
  readonly image: Image;
  /** Of the image. */
  readonly replicas: ReplicaIndex;
}

/** `query` is untrusted. */
export function answerQuery(state: State, query: unknown): OperationAnswer | NotYet {
  const input = new InputReader(query, 'query.');
  const wanted = input.text('type', 'a text', () => true);
  const answer = answerWanted(state, wanted, input);
  return input.problem === undefined ? answer : malformed(input.problem);
}

function answerWanted(state: State, wanted: string, input: InputReader): OperationAnswer | NotYet {
  const type = QUERY_TYPES.find((known) => known === wanted);
  if (type !== undefined) return answerKnown(state, type, input);
  const groupType = GROUP_QUERY_TYPES.find((known) => known === wanted);
  return groupType === undefined ? unknownQuery(wanted) : answerGroupQuery(state.image, groupType, input);
}

function unknownQuery(type: string): OperationAnswer {
  return rejected('UnknownOperation', `no query is called ${type.slice(0, MAX_SHOWN_TYPE)}`);
}

function answerKnown({ image, replicas }: State, type: RecordQueryType, input: InputReader): OperationAnswer {
  switch (type) {
    case 'get_broker':
      return { value: findBroker(image, input.integer('id', 1, MAX_BROKER_ID)) };
    case 'list_brokers':
      return { value: listBrokers(image) };
    case 'get_topic':
      return {
        value: findTopic(
          image,
          input.text('name', 'a text', () => true),
        )?.info,
      };
    case 'list_topics':
      return { value: listTopicRecords(image).map((record) => record.info) };
    case 'get_partition':
      return { value: getPartition(image, input) };
    case 'list_partitions': {
      const record = findTopic(
        image,
        input.text('topic', 'a text', () => true),
      );
      return { value: record === undefined ? [] : listPartitionsOf(record) };
    }
    case 'list_reassignments':
      return { value: listTopicRecords(image).flatMap((record) => listPartitionsOf(record).filter(isReassigning)) };
    case 'metadata':
      return { value: toClusterMetadata(image) };
    case 'health':
      return { value: healthOf(image) };
    case 'allocate_partitions':
      return allocatePartitions(image, input);
    case 'balance':
      return { value: balanceOf(image) };
    case 'browse':
      return browse(image, input);
    case 'validate':
      return dryRun(image, replicas, input.value('operation'));
    default:
      return unreachable(type);
  }
}

/** Records are built entry by entry, so that '__proto__' is a key like any other. */
export function toClusterMetadata(image: Image): ClusterMetadata {
  const topics = listTopicRecords(image);
  return {
    brokers: Object.fromEntries(listBrokers(image).map((broker) => [broker.id, broker])),
    topics: Object.fromEntries(topics.map((record) => [record.info.name, record.info])),
    partitions: Object.fromEntries(
      topics.flatMap((record) =>
        listPartitionsOf(record).map((partition) => [partitionId(partition.topic, partition.partition), partition]),
      ),
    ),
    version: image.version,
    lastModified: image.lastModified,
  };
}

function getPartition(image: Image, input: InputReader): PartitionInfo | undefined {
  const record = findTopic(
    image,
    input.text('topic', 'a text', () => true),
  );
  const number = input.integer('partition', 0, Number.MAX_SAFE_INTEGER);
  return record === undefined ? undefined : findPartition(record, number);
}

function allocatePartitions(image: Image, input: InputReader): OperationAnswer {
  const topic = readTopicName(input, 'topic');
  const shape = readTopicShape(input);
  const seed = input.has('placementSeed') ? input.integer('placementSeed', 0, MAX_PLACEMENT_SEED) : 0;
  if (input.problem !== undefined) return malformed(input.problem);
  const config = findTopic(image, topic)?.info.config ?? defaultTopicConfig();
  const placed = placeReplicas(image, { ...shape, topic, seed, config, existing: [] });
  if ('error' in placed) return placed;
  return {
    value: placed.value.map((replicas, partition) =>
      newPartition({ topic, partition, replicas, ...beginOn(image, replicas) }, 0),
    ),
  };
}
