/**
 * The image as bytes and back: canonical JSON of `ClusterMetadata` and a format number, one record a line, so that
 * neither side ever holds more than one record as one string. What can be derived is not in it.
 */
import { assert, must } from '../assert.js';
import { canonicalJson, encodeInSlices, readLines } from '../state-machine/canonical-json.js';
import { isFenced } from './broker-states.js';
import type { Image, ImageDraft, TopicRecord } from './image.js';
import {
  compareCodeUnits,
  emptyImage,
  findBroker,
  findCollision,
  findTopic,
  listBrokers,
  listPartitionsOf,
  sumReplicas,
} from './image.js';
import { addTopic, draftOf, putBroker, writeDraft } from './image-draft.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';
import { partitionId } from './model.js';
import { brokersOf } from './replica-counts.js';
import { readBroker, readPartition, readTopic } from './stored-records.js';

/** 2 has the epochs of brokers and partitions. No other is read. */
const FORMAT = 2;
const PARSED_TOGETHER = 256;
const NOTHING = new Uint8Array();

type Entry = readonly [key: string, record: unknown];
type Keyed = readonly [key: string, topic: TopicRecord];

/** The lines that are not records. */
const BROKERS_LINE = '{"brokers":{';
const PARTITIONS_LINE = /^\},"format":(\d+),"lastModified":(\d+),"partitions":\{$/;
const TOPICS_LINE = '},"topics":{';
const LAST_LINE = /^\},"version":(\d+)\}$/;

/** Slices, some of them empty: what a slice costs is bounded, so that operations are applied in between. */
export function* writeSnapshot(image: Image): Generator<Uint8Array, void, void> {
  const byPartitionKey = yield* sorted(image, (topic) => `${topic.info.name}:`);
  const byName = yield* sorted(image, (topic) => topic.info.name);
  yield* encodeInSlices(snapshotLines(image, byPartitionKey, byName));
}

function* snapshotLines(
  image: Image,
  byPartitionKey: Iterable<TopicRecord>,
  byName: Iterable<TopicRecord>,
): Generator<string, void, void> {
  const brokers = listBrokers(image).map((broker): Entry => [String(broker.id), broker]);
  yield `${BROKERS_LINE}\n`;
  yield* recordLines(brokers.sort(([a], [b]) => compareCodeUnits(a, b)));
  yield `},"format":${FORMAT},"lastModified":${image.lastModified},"partitions":{\n`;
  yield* recordLines(partitionEntries(byPartitionKey));
  yield `${TOPICS_LINE}\n`;
  yield* recordLines(topicEntries(byName));
  yield `},"version":${image.version}}\n`;
}

/** By key: a topic's partitions stand together, 10 before 2. */
function* partitionEntries(topics: Iterable<TopicRecord>): Generator<Entry, void, void> {
  for (const topic of topics) {
    const entries = listPartitionsOf(topic).map((info): Entry => [partitionId(info.topic, info.partition), info]);
    yield* entries.sort(([a], [b]) => compareCodeUnits(a, b));
  }
}

function* topicEntries(topics: Iterable<TopicRecord>): Generator<Entry, void, void> {
  for (const { info } of topics) yield [info.name, info];
}

/** Throws on bytes that `writeSnapshot` did not write. */
export function readSnapshot(bytes: Uint8Array): Image {
  const lines = readLines(bytes);
  const nextLine = (): string => must(lines.next().value as string | undefined, 'the snapshot ends too soon');
  assert(nextLine() === BROKERS_LINE, 'not a snapshot of the metadata');
  const brokers = readRecords(nextLine);
  const [, format, lastModified] = must(PARTITIONS_LINE.exec(brokers.end), 'partitions follow the brokers');
  assert(Number(format) === FORMAT, `snapshot format ${format ?? ''} is not ${FORMAT}`);
  const partitions = readRecords(nextLine);
  assert(partitions.end === TOPICS_LINE, 'topics follow the partitions');
  const topics = readRecords(nextLine);
  const [, version] = must(LAST_LINE.exec(topics.end), 'the version follows the topics');

  const draft = draftOf(emptyImage());
  draft.version = Number(version);
  draft.lastModified = Number(lastModified);
  assert([draft.version, draft.lastModified].every(Number.isSafeInteger), 'a version and a time are whole numbers');
  for (const broker of brokers.records.map(readBroker)) {
    assert(findBroker(draft, broker.id) === undefined, `broker ${broker.id} has one record`);
    putBroker(draft, broker);
  }
  const read = partitions.records.map(readPartition);
  checkOffline(listBrokers(draft), read);
  putTopics(draft, topics.records.map(readTopic), read);
  const image = emptyImage();
  writeDraft(draft, image);
  return image;
}

function checkOffline(brokers: readonly Readonly<BrokerInfo>[], partitions: readonly PartitionInfo[]): void {
  const fenced = new Set(brokers.filter(isFenced).map(({ id }) => id));
  if (fenced.size === 0) return;
  for (const { topic, partition, replicas, offlineReplicas } of partitions) {
    const isOnline = (id: number): boolean => fenced.has(id) && !offlineReplicas.includes(id);
    assert(!replicas.some(isOnline), `replicas of ${partitionId(topic, partition)} on fenced brokers are offline`);
  }
}

function putTopics(draft: ImageDraft, topics: readonly TopicInfo[], partitions: readonly PartitionInfo[]): void {
  const byTopic = new Map<string, PartitionInfo[]>(topics.map((info) => [info.name, []]));
  for (const partition of partitions) {
    must(byTopic.get(partition.topic), 'every partition is of a topic').push(partition);
  }
  for (const info of topics) {
    assert(findCollision(draft, info.name) === undefined, `topic ${info.name} has one record`);
    const own = must(byTopic.get(info.name), 'set above');
    assert(
      own.every(({ partition }) => partition < info.numPartitions),
      `${info.name} has that many partitions`,
    );
    addTopic(draft, info, own);
    const record = must(findTopic(draft, info.name), 'added above');
    assert(listPartitionsOf(record).length === own.length, `each partition of ${info.name} has one record`);
  }
  for (const id of brokersOf(sumReplicas(draft))) {
    assert(findBroker(draft, id) !== undefined, `broker ${id}, which has replicas, is registered`);
  }
}

function* recordLines(entries: Iterable<Entry>): Generator<string, void, void> {
  let line = '';
  for (const [key, record] of entries) {
    if (line !== '') yield `${line},\n`;
    line = `${JSON.stringify(key)}:${canonicalJson(record)}`;
  }
  if (line !== '') yield `${line}\n`;
}

/** The topics of all buckets in one order: each bucket is sorted in a slice of its own, and they are merged lazily. */
function* sorted(
  image: Image,
  keyOf: (topic: TopicRecord) => string,
): Generator<Uint8Array, Iterable<TopicRecord>, void> {
  const keyed: Keyed[][] = [];
  for (const bucket of image.topics) {
    const topics = Array.from(bucket.values(), (topic): Keyed => [keyOf(topic), topic]);
    keyed.push(topics.sort(([a], [b]) => compareCodeUnits(a, b)));
    yield NOTHING;
  }
  return topicsOf(merged(keyed));
}

function* topicsOf(keyed: Iterable<Keyed>): Generator<TopicRecord, void, void> {
  for (const [, topic] of keyed) yield topic;
}

function* merged(lists: readonly (readonly Keyed[])[]): Generator<Keyed, void, void> {
  if (lists.length <= 1) {
    yield* lists[0] ?? [];
    return;
  }
  const half = lists.length >> 1;
  const left = merged(lists.slice(0, half));
  const right = merged(lists.slice(half));
  let a = left.next();
  let b = right.next();
  while (a.done !== true || b.done !== true) {
    if (a.done !== true && (b.done === true || a.value[0] < b.value[0])) {
      yield a.value;
      a = left.next();
    } else if (b.done !== true) {
      yield b.value;
      b = right.next();
    }
  }
}

/** The records up to the next line that is none; parsed many at a time, which takes half as long. */
function readRecords(nextLine: () => string): { records: unknown[]; end: string } {
  const records: unknown[] = [];
  let lines: string[] = [];
  const parse = (): void => {
    const members = lines.join('');
    const text = `{${members.endsWith(',') ? members.slice(0, -1) : members}}`;
    for (const record of Object.values(JSON.parse(text) as Record<string, unknown>)) records.push(record);
    lines = [];
  };
  let line = nextLine();
  for (; line.startsWith('"'); line = nextLine()) {
    if (lines.push(line) === PARSED_TOGETHER) parse();
  }
  parse();
  return { records, end: line };
}
