/**
 * What must hold of every image, and from one image to the next. For tests, which check it after each operation: what
 * did not change is not looked at again.
 */
import { checkReassignment } from './assignment.js';
import { brokerStates } from './broker-states.js';
import { findGenerationFault, findRecordFault } from './groups/group-faults.js';
import { findGroup } from './groups/group-image.js';
import type { Image, TopicRecord } from './image.js';
import { findBroker, findTopic, listBrokers, listPartitionsOf, PARTITIONS_PER_CHUNK } from './image.js';
import type { PartitionInfo } from './model.js';
import { partitionId } from './model.js';
import { ReplicaIndex } from './replica-index.js';

export type MetadataRule =
  | 'leader in the ISR'
  | 'ISR of the replicas'
  | 'offline replicas of the replicas'
  | 'replicas on fenced brokers are offline'
  | 'reassigned replicas of the replicas'
  | 'leader epoch only grows'
  | 'partition epoch grows with each change'
  | 'broker epoch only grows'
  | 'replicas are registered brokers'
  | 'partition count of the topic'
  | 'topic and partitions agree'
  | 'broker is found by its id'
  | 'replica index is that of the image'
  | 'groups are sound'
  | 'generation only grows'
  | 'version only grows';

/** Told of each rule that was looked at. */
export type Judge = (holds: boolean, rule: MetadataRule, describe: () => string) => void;

/** What followed every change says what is built anew from where they led. */
export function judgeReplicas(image: Image, replicas: ReplicaIndex, judge: Judge): void {
  const [followed, rebuilt] = [replicas, ReplicaIndex.of(image)].map((index) => JSON.stringify(index));
  judge(followed === rebuilt, 'replica index is that of the image', () => `the index ${followed} is not ${rebuilt}`);
}

/** One sentence for each rule broken; empty when all is well. */
export function findViolations(image: Image, replicas: ReplicaIndex): string[] {
  const violations: string[] = [];
  const judge: Judge = (holds, _, describe) => {
    if (!holds) violations.push(describe());
  };
  judgeImage(image, null, judge);
  judgeReplicas(image, replicas, judge);
  return violations;
}

/** `before`: an image of the same history, already found good; null: look at all of `image`. */
export function judgeImage(image: Image, before: Image | null, judge: Judge): void {
  if (image === before) return;
  if (before !== null) {
    const { version, lastModified } = before;
    const grows = image.version >= version && image.lastModified >= lastModified;
    judge(grows, 'version only grows', () => `version ${image.version} follows ${version}`);
  }
  const brokersStay = before !== null && image.brokers.every((bucket, at) => bucket === before.brokers[at]);
  image.topics.forEach((bucket, at) => {
    const earlier = before?.topics[at];
    if (brokersStay && bucket === earlier) return;
    for (const [key, record] of bucket) {
      const known = earlier?.get(key);
      if (brokersStay && known === record) continue;
      judgeTopic(image, record, judge);
      for (const partition of listPartitionsOf(record)) judgePartition(image, partition, judge);
      if (known !== undefined) judgeEpochs(known, record, judge);
    }
  });
  judgeGroups(image, before, judge);
  judgeBrokers(image, before, judge);
}

function judgeBrokers(image: Image, before: Image | null, judge: Judge): void {
  for (const broker of listBrokers(image)) {
    const { id, brokerEpoch } = broker;
    judge(findBroker(image, id) === broker, 'broker is found by its id', () => `broker ${id} is found by its id`);
    const known = before === null ? undefined : findBroker(before, id)?.brokerEpoch;
    if (known === undefined) continue;
    judge(brokerEpoch >= known, 'broker epoch only grows', () => `broker ${id}: epoch ${brokerEpoch} follows ${known}`);
  }
}

/** Offsets too, since partitions only go with their topic, and offsets with it. */
function judgeGroups(image: Image, before: Image | null, judge: Judge): void {
  image.groups.forEach((bucket, at) => {
    for (const [groupId, record] of bucket) {
      const known = before?.groups[at]?.get(groupId);
      if (known === record && image.topics === before?.topics) continue;
      const fault = findGroup(image, groupId) === record ? findRecordFault(image, record) : 'it is found by its id';
      judge(fault === undefined, 'groups are sound', () => `group ${groupId}: ${fault ?? ''}`);
      const leap = known === undefined ? undefined : findGenerationFault(known.group, record.group);
      judge(leap === undefined, 'generation only grows', () => `group ${groupId}: ${leap ?? ''}`);
    }
  });
}

function judgeTopic(image: Image, record: TopicRecord, judge: Judge): void {
  const { name, numPartitions, createdAt, modifiedAt } = record.info;
  judge(
    findTopic(image, name) === record && modifiedAt >= createdAt,
    'topic and partitions agree',
    () => `topic ${name} is found by its name and is modified after it was created`,
  );
  const places = record.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  judge(
    places === numPartitions,
    'partition count of the topic',
    () => `topic ${name} has a place for each of its ${numPartitions} partitions, not ${places}`,
  );
  record.chunks.forEach((chunk, position) => {
    chunk.forEach((partition, place) => {
      if (partition === null) return;
      judge(
        partition.topic === name && partition.partition === position * PARTITIONS_PER_CHUNK + place,
        'topic and partitions agree',
        () => `partition ${partitionId(partition.topic, partition.partition)} stands in its place`,
      );
    });
  });
}

function judgePartition(image: Image, partition: PartitionInfo, judge: Judge): void {
  const { topic, leader, leaderEpoch, replicas, isr, offlineReplicas } = partition;
  const tell = (rule: string) => (): string => `${partitionId(topic, partition.partition)}: ${rule}`;
  const areReplicas = (ids: readonly number[]): boolean =>
    isDistinct(ids) && ids.every((broker) => replicas.includes(broker));
  judge(
    replicas.length > 0 && isDistinct(replicas) && replicas.every((broker) => findBroker(image, broker) !== undefined),
    'replicas are registered brokers',
    tell('its replicas are distinct and registered'),
  );
  judge(areReplicas(isr), 'ISR of the replicas', tell('its ISR is of its replicas'));
  judge(
    areReplicas(offlineReplicas),
    'offline replicas of the replicas',
    tell('its offline replicas are of its replicas'),
  );
  const { isFenced } = brokerStates(image);
  judge(
    replicas.every((id) => offlineReplicas.includes(id) || !isFenced(id)),
    'replicas on fenced brokers are offline',
    tell('its replicas on fenced brokers are offline'),
  );
  judge(
    checkReassignment(partition) === undefined,
    'reassigned replicas of the replicas',
    tell('a reassignment adds or removes some of its replicas'),
  );
  judge(leader === 0 || isr.includes(leader), 'leader in the ISR', tell('its leader is in its ISR'));
  judge(
    Number.isSafeInteger(leaderEpoch) && leaderEpoch >= 1,
    'leader epoch only grows',
    tell('its epoch is at least 1'),
  );
  judge(
    partition.modifiedAt >= partition.createdAt,
    'topic and partitions agree',
    tell('it is modified after it was created'),
  );
}

/** A topic that was deleted and created anew is another one. */
function judgeEpochs(before: TopicRecord, after: TopicRecord, judge: Judge): void {
  if (before.info.createdAt !== after.info.createdAt) return;
  after.chunks.forEach((chunk, position) => {
    chunk.forEach((partition, place) => {
      const known = before.chunks[position]?.[place];
      if (partition === null || partition === known || known === undefined || known === null) return;
      const epoch = partition.leaderEpoch;
      const grows = partition.leader === known.leader ? epoch >= known.leaderEpoch : epoch > known.leaderEpoch;
      judge(
        grows,
        'leader epoch only grows',
        () => `${partitionId(partition.topic, partition.partition)}: epoch ${epoch} follows ${known.leaderEpoch}`,
      );
      judge(
        partition.partitionEpoch > known.partitionEpoch,
        'partition epoch grows with each change',
        () =>
          `${partitionId(partition.topic, partition.partition)} changed, and its epoch ${partition.partitionEpoch} ` +
          `follows ${known.partitionEpoch}`,
      );
    });
  });
}

function isDistinct(ids: readonly number[]): boolean {
  return ids.every((id, place) => ids.indexOf(id) === place);
}
