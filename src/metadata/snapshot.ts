/**
 * The image as bytes and back: canonical JSON of its records and a format number, one record a line, so that neither
 * side ever holds more than one record as one string. What can be derived is not in it.
 */
import { assert, must } from '../assert.js';
import { canonicalJson, encodeInSlices, readLines } from '../state-machine/canonical-json.js';
import { isFenced } from './broker-states.js';
import type { Buckets } from './buckets.js';
import { compareCodeUnits } from './code-units.js';
import type { GroupRecord } from './groups/group-record.js';
import { groupEntries, offsetEntries, putStoredGroups } from './groups/stored-groups.js';
import type { Image, ImageDraft, TopicRecord } from './image.js';
import { emptyImage, findBroker, findCollision, findTopic, listBrokers, listPartitionsOf } from './image.js';
import { addTopic, draftOf, putBroker, writeDraft } from './image-draft.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';
import { partitionId } from './model.js';
import { readBroker, readPartition, readTopic } from './stored-records.js';

/** 2 has groups, and the epochs of brokers and partitions. No other is read. */
const FORMAT = 2;
const PARSED_TOGETHER = 256;
const NOTHING = new Uint8Array();

type Entry = readonly [key: string, record: unknown];
type Keyed<Kept> = readonly [key: string, record: Kept];

/** The lines that are not records. */
const BROKERS_LINE = '{"brokers":{';
const GROUPS_LINE = /^\},"format":(\d+),"groups":\{$/;
const OFFSETS_LINE = /^\},"lastModified":(\d+),"offsets":\{$/;
const PARTITIONS_LINE = '},"partitions":{';
const TOPICS_LINE = '},"topics":{';
const LAST_LINE = /^\},"version":(\d+)\}$/;

/** Slices, some of them empty: what a slice costs is bounded, so that operations are applied in between. */
export function* writeSnapshot(image: Image): Generator<Uint8Array, void, void> {
  const groups = yield* sorted(image.groups, groupIdOf);
  const groupsAgain = yield* sorted(image.groups, groupIdOf);
  const byPartitionKey = yield* sorted(image.topics, (topic) => `${topic.info.name}:`);
  const byName = yield* sorted(image.topics, (topic) => topic.info.name);
  const entries: RecordEntries = {
    groups: groupEntries(groups),
    offsets: offsetEntries(groupsAgain),
    partitions: partitionEntries(byPartitionKey),
    topics: topicEntries(byName),
  };
  yield* encodeInSlices(snapshotLines(image, entries));
}

type RecordEntries = Readonly<Record<'groups' | 'offsets' | 'partitions' | 'topics', Iterable<Entry>>>;

function groupIdOf({ group }: GroupRecord): string {
  return group.groupId;
}

function* snapshotLines(image: Image, entries: RecordEntries): Generator<string, void, void> {
  const brokers = listBrokers(image).map((info): Entry => [String(info.id), info]);
  yield `${BROKERS_LINE}\n`;
  yield* recordLines(brokers.sort(([a], [b]) => compareCodeUnits(a, b)));
  yield `},"format":${FORMAT},"groups":{\n`;
  yield* recordLines(entries.groups);
  yield `},"lastModified":${image.lastModified},"offsets":{\n`;
  yield* recordLines(entries.offsets);
  yield `${PARTITIONS_LINE}\n`;
  yield* recordLines(entries.partitions);
  yield `${TOPICS_LINE}\n`;
  yield* recordLines(entries.topics);
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
  const [, format] = must(GROUPS_LINE.exec(brokers.end), 'groups follow the brokers');
  assert(Number(format) === FORMAT, `snapshot format ${format ?? ''} is not ${FORMAT}`);
  const groups = readRecords(nextLine);
  const [, lastModified] = must(OFFSETS_LINE.exec(groups.end), 'offsets follow the groups');
  const offsets = readRecords(nextLine);
  assert(offsets.end === PARTITIONS_LINE, 'partitions follow the offsets');
  const partitions = readRecords(nextLine);
  assert(partitions.end === TOPICS_LINE, 'topics follow the partitions');
  const topics = readRecords(nextLine);
  const [, version] = must(LAST_LINE.exec(topics.end), 'the version follows the topics');

  const image = emptyImage();
  const draft = draftOf(image);
  draft.version = Number(version);
  draft.lastModified = Number(lastModified);
  assert([draft.version, draft.lastModified].every(Number.isSafeInteger), 'a version and a time are whole numbers');
  for (const info of brokers.records.map(readBroker)) {
    assert(findBroker(draft, info.id) === undefined, `broker ${info.id} has one record`);
    putBroker(draft, info);
  }
  const read = partitions.records.map(readPartition);
  checkReplicas(listBrokers(draft), read);
  putTopics(draft, topics.records.map(readTopic), read);
  putStoredGroups(draft, groups.records, offsets.records);
  writeDraft(draft, image);
  return image;
}

function checkReplicas(brokers: readonly Readonly<BrokerInfo>[], partitions: readonly PartitionInfo[]): void {
  const registered = new Map(brokers.map((broker) => [broker.id, broker]));
  for (const { topic, partition, replicas, offlineReplicas } of partitions) {
    for (const id of replicas) {
      const broker = must(registered.get(id), `replicas of ${partitionId(topic, partition)} are on registered brokers`);
      if (isFenced(broker)) assert(offlineReplicas.includes(id), 'replicas on fenced brokers are offline');
    }
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
}

function* recordLines(entries: Iterable<Entry>): Generator<string, void, void> {
  let line = '';
  for (const [key, record] of entries) {
    if (line !== '') yield `${line},\n`;
    line = `${JSON.stringify(key)}:${canonicalJson(record)}`;
  }
  if (line !== '') yield `${line}\n`;
}

/** The records of all buckets in one order: each bucket is sorted in a slice of its own, and they are merged lazily. */
function* sorted<Kept>(
  buckets: Buckets<string, Kept>,
  keyOf: (kept: Kept) => string,
): Generator<Uint8Array, Iterable<Kept>, void> {
  const keyed: Keyed<Kept>[][] = [];
  for (const bucket of buckets) {
    const records = Array.from(bucket.values(), (record): Keyed<Kept> => [keyOf(record), record]);
    keyed.push(records.sort(([a], [b]) => compareCodeUnits(a, b)));
    yield NOTHING;
  }
  return recordsOf(merged(keyed));
}

function* recordsOf<Kept>(keyed: Iterable<Keyed<Kept>>): Generator<Kept, void, void> {
  for (const [, record] of keyed) yield record;
}

function* merged<Kept>(lists: readonly (readonly Keyed<Kept>[])[]): Generator<Keyed<Kept>, void, void> {
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
