/**
 * The records of a snapshot, read as warily as operations are: what cannot have come from applying any throws, so that
 * nothing is ever restored which a later operation would stumble over.
 */
import { assert } from '../assert.js';
import { checkLeader, checkReassignment, checkSubset } from './assignment.js';
import { readBrokerInfo } from './broker-operations.js';
import { InputReader } from './input-reader.js';
import { MAX_BROKER_ID, MAX_PARTITIONS_PER_TOPIC, MAX_REPLICATION_FACTOR, MAX_STORED_EPOCH } from './limits.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';
import { defaultTopicConfig } from './model.js';
import { mergeConfig } from './topic-config.js';
import { conflictIn } from './topic-config-rules.js';
import { readTopicName } from './topic-name.js';

const BROKERS = { from: 1, to: MAX_BROKER_ID };

export function readBroker(record: unknown): BrokerInfo {
  const input = new InputReader(record);
  return sound(input, readBrokerInfo(input));
}

export function readTopic(record: unknown): TopicInfo {
  const input = new InputReader(record);
  const topic = sound(input, {
    name: readTopicName(input, 'name'),
    numPartitions: input.integer('numPartitions', 1, MAX_PARTITIONS_PER_TOPIC),
    replicationFactor: input.integer('replicationFactor', 1, MAX_REPLICATION_FACTOR),
    config: mergeConfig(defaultTopicConfig(), input.nested('config')),
    ...readTimes(input),
  });
  const conflict = conflictIn(topic.config);
  assert(conflict === undefined, `settings that no topic can have: ${conflict ?? ''}`);
  return topic;
}

export function readPartition(record: unknown): PartitionInfo {
  const input = new InputReader(record);
  const partition = sound(input, {
    topic: readTopicName(input, 'topic'),
    partition: input.integer('partition', 0, MAX_PARTITIONS_PER_TOPIC - 1),
    leader: input.integer('leader', 0, MAX_BROKER_ID),
    replicas: input.integers('replicas', BROKERS, MAX_REPLICATION_FACTOR),
    isr: input.integers('isr', BROKERS, MAX_REPLICATION_FACTOR),
    offlineReplicas: input.integers('offlineReplicas', BROKERS, MAX_REPLICATION_FACTOR),
    leaderEpoch: input.integer('leaderEpoch', 1, MAX_STORED_EPOCH),
    partitionEpoch: input.integer('partitionEpoch', 0, MAX_STORED_EPOCH),
    ...readReassignment(input),
    ...readTimes(input),
  });
  const { replicas, isr, offlineReplicas, leader } = partition;
  const refusal =
    checkSubset(replicas, replicas, 'replicas') ??
    checkSubset(isr, replicas, 'isr') ??
    checkSubset(offlineReplicas, replicas, 'offlineReplicas') ??
    checkReassignment(partition) ??
    checkLeader(leader, isr);
  assert(refusal === undefined && replicas.length > 0, refusal?.error.message ?? 'a partition has replicas');
  return partition;
}

function readReassignment(input: InputReader): Pick<PartitionInfo, 'addingReplicas' | 'removingReplicas'> {
  if (!input.has('addingReplicas') && !input.has('removingReplicas')) return {};
  return {
    addingReplicas: input.integers('addingReplicas', BROKERS, MAX_REPLICATION_FACTOR),
    removingReplicas: input.integers('removingReplicas', BROKERS, MAX_REPLICATION_FACTOR),
  };
}

function readTimes(input: InputReader): { createdAt: number; modifiedAt: number } {
  const createdAt = input.integer('createdAt', 0, Number.MAX_SAFE_INTEGER);
  return { createdAt, modifiedAt: input.integer('modifiedAt', createdAt, Number.MAX_SAFE_INTEGER) };
}

function sound<T>(input: InputReader, record: T): T {
  assert(input.problem === undefined, `a record of the snapshot is none: ${input.problem ?? ''}`);
  return record;
}
