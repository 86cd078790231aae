/**
 * What must hold of every image, and from one image to the next. For tests, which check it after each operation: what
 * did not change is not looked at again.
 */
import { checkReassignment } from './assignment.js';
import { brokerStates } from './broker-states.js';
import type { Image, TopicRecord } from './image.js';
import { findBroker, findTopic, listBrokers, listPartitionsOf, PARTITIONS_PER_CHUNK } from './image.js';
import type { PartitionInfo } from './model.js';
import { partitionId } from './model.js';
import type { ReplicaCounts } from './replica-counts.js';

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
  | 'counts of replicas'
  | 'version only grows';

/** Told of each rule that was looked at. */
export type Judge = (holds: boolean, rule: MetadataRule, describe: () => string) => void;

/** One sentence for each rule broken; empty when all is well. */
export function findViolations(image: Image): string[] {
  const violations: string[] = [];
  judgeImage(image, null, (holds, _, describe) => {
    if (!holds) violations.push(describe());
  });
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
  judgeBrokers(image, before, judge);
  if (image.topics !== before?.topics || image.replicas !== before.replicas) judgeReplicas(image, judge);
}

function judgeBrokers(image: Image, before: Image | null, judge: Judge): void {
  for (const broker of listBrokers(image)) {
    const { id, brokerEpoch } = broker;
    judge(findBroker(image, id) === broker, 'topic and partitions agree', () => `broker ${id} is found by its id`);
    const known = before === null ? undefined : findBroker(before, id)?.brokerEpoch;
    if (known === undefined) continue;
    judge(brokerEpoch >= known, 'broker epoch only grows', () => `broker ${id}: epoch ${brokerEpoch} follows ${known}`);
  }
}

/** Those of the topics' buckets, and in all; a topic's own are judged with it. */
function judgeReplicas({ topics, replicas }: Image, judge: Judge): void {
  const listed = topics.map((bucket) => [...bucket.values()].flatMap(listReplicas));
  judgeCounts([...replicas.parts, replicas.total], [...listed, listed.flat()], 'the image', judge);
}

/** A topic of one chunk has none. */
function judgeReplicasOf(record: TopicRecord, judge: Judge): void {
  const { info, chunks, replicas } = record;
  const found = [...chunks.map((chunk) => chunk.replicas), replicas].filter((counts) => counts !== null);
  const listed = chunks.map(({ partitions }) => partitions.flatMap((partition) => partition?.replicas ?? []));
  judgeCounts(found, chunks.length > 1 ? [...listed, listed.flat()] : [], `topic ${info.name}`, judge);
}

function listReplicas(record: TopicRecord): number[] {
  return listPartitionsOf(record).flatMap(({ replicas }) => replicas);
}

/** The counts are what counting anew comes to. */
function judgeCounts(counts: readonly ReplicaCounts[], listed: readonly number[][], of: string, judge: Judge): void {
  const found = counts.map(String);
  const expected = listed.map((ids) => String(countAnew(ids)));
  const wrong = expected.findIndex((count, place) => count !== found[place]);
  judge(
    wrong === -1 && found.length === expected.length,
    'counts of replicas',
    () => `part ${wrong} of ${of} counts ${found[wrong] ?? 'nothing'} where its replicas are ${expected[wrong] ?? ''}`,
  );
}

function countAnew(ids: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b).flat();
}

function judgeTopic(image: Image, record: TopicRecord, judge: Judge): void {
  const { name, numPartitions, createdAt, modifiedAt } = record.info;
  judge(
    findTopic(image, name) === record && modifiedAt >= createdAt,
    'topic and partitions agree',
    () => `topic ${name} is found by its name and is modified after it was created`,
  );
  const places = record.chunks.reduce((sum, { partitions }) => sum + partitions.length, 0);
  judge(
    places === numPartitions,
    'partition count of the topic',
    () => `topic ${name} has a place for each of its ${numPartitions} partitions, not ${places}`,
  );
  judgeReplicasOf(record, judge);
  record.chunks.forEach(({ partitions }, position) => {
    partitions.forEach((partition, place) => {
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
  after.chunks.forEach(({ partitions }, position) => {
    partitions.forEach((partition, place) => {
      const known = before.chunks[position]?.partitions[place];
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
