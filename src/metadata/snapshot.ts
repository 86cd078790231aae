/**
 * The image as bytes and back: canonical JSON of `ClusterMetadata` and a format number, one record a line, so that
 * neither side ever holds more than one record as one string. What can be derived is not in it.
 */
import { assert, must } from '../assert.js';
import { canonicalJson, readLines, TextSink } from '../state-machine/canonical-json.js';
import { recount } from './assignment.js';
import type { Image, ImageDraft } from './image.js';
import {
  BrokerRecord,
  compareCodeUnits,
  draftOf,
  emptyImage,
  emptyTopicRecord,
  listBrokerRecords,
  listPartitionsOf,
  listTopicRecords,
  putBroker,
  putTopic,
  withPartitions,
  writeDraft,
} from './image.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';
import { partitionId } from './model.js';

const FORMAT = 1;

/** The lines that are not records. */
const BROKERS_LINE = '{"brokers":{';
const PARTITIONS_LINE = /^\},"format":(\d+),"lastModified":(\d+),"partitions":\{$/;
const TOPICS_LINE = '},"topics":{';
const LAST_LINE = /^\},"version":(\d+)\}$/;

export function writeSnapshot(image: Image): Uint8Array {
  const brokers = listBrokerRecords(image).map((record) => record.info);
  const topics = listTopicRecords(image);
  const sink = new TextSink();
  sink.write(`${BROKERS_LINE}\n`);
  writeRecords(sink, brokers, (broker) => String(broker.id));
  sink.write(`},"format":${FORMAT},"lastModified":${image.lastModified},"partitions":{\n`);
  writeRecords(sink, topics.flatMap(listPartitionsOf), (partition) =>
    partitionId(partition.topic, partition.partition),
  );
  sink.write(`${TOPICS_LINE}\n`);
  writeRecords(
    sink,
    topics.map((record) => record.info),
    (topic) => topic.name,
  );
  sink.write(`},"version":${image.version}}\n`);
  return sink.finish();
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

  const image = emptyImage();
  const draft = draftOf(image);
  draft.version = Number(version);
  draft.lastModified = Number(lastModified);
  for (const info of brokers.records as BrokerInfo[]) putBroker(draft, new BrokerRecord(info, 0));
  putTopics(draft, topics.records as TopicInfo[], partitions.records as PartitionInfo[]);
  writeDraft(draft, image);
  return image;
}

function putTopics(draft: ImageDraft, topics: readonly TopicInfo[], partitions: readonly PartitionInfo[]): void {
  const byTopic = new Map<string, PartitionInfo[]>(topics.map((info) => [info.name, []]));
  for (const partition of partitions) {
    must(byTopic.get(partition.topic), 'every partition is of a topic').push(partition);
  }
  for (const info of topics) {
    putTopic(draft, withPartitions(emptyTopicRecord(info), must(byTopic.get(info.name), 'set above')));
  }
  recount(
    draft,
    [],
    partitions.map((partition) => partition.replicas),
  );
}

function writeRecords<Info>(sink: TextSink, records: readonly Info[], keyOf: (record: Info) => string): void {
  const entries = records.map((record) => ({ key: keyOf(record), record }));
  entries.sort((a, b) => compareCodeUnits(a.key, b.key));
  entries.forEach(({ key, record }, position) => {
    const comma = position === entries.length - 1 ? '' : ',';
    sink.write(`${JSON.stringify(key)}:${canonicalJson(record)}${comma}\n`);
  });
}

/** The records up to the next line that is none. */
function readRecords(nextLine: () => string): { records: unknown[]; end: string } {
  const records: unknown[] = [];
  let line = nextLine();
  while (line.startsWith('"')) {
    const entry = JSON.parse(`{${line.endsWith(',') ? line.slice(0, -1) : line}}`) as Record<string, unknown>;
    records.push(...Object.values(entry));
    line = nextLine();
  }
  return { records, end: line };
}
