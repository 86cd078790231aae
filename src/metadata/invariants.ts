/** What must hold of every image, whatever was applied to it. For tests, which check it after each operation. */
import type { Image, TopicRecord } from './image.js';
import { findBroker, findTopic, listBrokerRecords, listPartitionsOf, listTopicRecords } from './image.js';
import { PARTITIONS_PER_CHUNK } from './image.js';
import type { PartitionInfo } from './model.js';
import { partitionId } from './model.js';

/** One sentence for each rule broken; empty when all is well. */
export function findViolations(image: Image): string[] {
  const violations: string[] = [];
  const require = (holds: boolean, rule: string): void => {
    if (!holds) violations.push(rule);
  };
  const counts = new Map<number, number>();
  for (const record of listTopicRecords(image)) {
    checkTopic(image, record, require);
    for (const partition of listPartitionsOf(record)) {
      checkPartition(image, partition, require);
      for (const id of partition.replicas) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  for (const { info, replicaCount } of listBrokerRecords(image)) {
    require(findBroker(image, info.id)?.info === info, `broker ${info.id} is found by its id`);
    require(replicaCount === (counts.get(info.id) ?? 0), `broker ${info.id} knows how many replicas it holds`);
  }
  return violations;
}

type Require = (holds: boolean, rule: string) => void;

function checkTopic(image: Image, record: TopicRecord, require: Require): void {
  const { name, numPartitions, createdAt, modifiedAt } = record.info;
  require(findTopic(image, name) === record, `topic ${name} is found by its name`);
  require(modifiedAt >= createdAt, `topic ${name} is modified after it was created`);
  const places = record.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  require(places === numPartitions, `topic ${name} has a place for each partition`);
  record.chunks.forEach((chunk, position) => {
    chunk.forEach((partition, place) => {
      if (partition === null) return;
      const inPlace = partition.topic === name && partition.partition === position * PARTITIONS_PER_CHUNK + place;
      require(inPlace, `partition ${partitionId(partition.topic, partition.partition)} stands in its place`);
    });
  });
}

function checkPartition(image: Image, partition: PartitionInfo, require: Require): void {
  const { topic, leader, leaderEpoch, replicas, isr, offlineReplicas } = partition;
  const id = partitionId(topic, partition.partition);
  const areReplicas = (ids: readonly number[]): boolean =>
    isDistinct(ids) && ids.every((broker) => replicas.includes(broker));
  require(replicas.length > 0 && isDistinct(replicas), `${id} has distinct replicas`);
  require(replicas.every((broker) => findBroker(image, broker) !== undefined), `the replicas of ${id} are registered`);
  require(areReplicas(isr), `the ISR of ${id} is of its replicas`);
  require(areReplicas(offlineReplicas), `the offline replicas of ${id} are of its replicas`);
  require(leader === 0 || isr.includes(leader), `the leader of ${id} is in its ISR`);
  require(Number.isSafeInteger(leaderEpoch) && leaderEpoch >= 1, `the epoch of ${id} is at least 1`);
  require(partition.modifiedAt >= partition.createdAt, `${id} is modified after it was created`);
}

function isDistinct(ids: readonly number[]): boolean {
  return new Set(ids).size === ids.length;
}
