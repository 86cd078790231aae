/**
 * What operations changed, told record by record, for those who watch. Kept as the records themselves, so that nobody
 * pays for events that are never asked for; how they are gathered is `image-draft.ts`.
 */
import { must, unreachable } from '../assert.js';
import type { Group, GroupRecord } from './groups/group-record.js';
import type { CommittedOffset } from './groups/offsets.js';
import { differingOffsets, NO_OFFSETS } from './groups/offsets.js';
import type { RecordChange, Replaced, TopicRecord } from './image.js';
import { listPartitionsOf } from './image.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from './model.js';
import { partitionId } from './model.js';

interface RecordEvent<Kind extends string, Kept> {
  readonly kind: Kind;
  /** A broker's id, a topic's name, "topic:partition", a group's id. */
  readonly key: string;
  /** Absent when the record is new. */
  readonly before?: Readonly<Kept>;
  /** Absent when it was removed. */
  readonly after?: Readonly<Kept>;
}

/** A consumer group, of whose offsets only those are told that have changed, by topic and partition. */
export interface ChangedGroup extends Group {
  readonly offsets: readonly CommittedOffset[];
}

/** One changed record: frozen records of the image, not copies; but for a group, whose offsets are gathered. */
export type MetadataEvent =
  | RecordEvent<'broker', BrokerInfo>
  | RecordEvent<'topic', TopicInfo>
  | RecordEvent<'partition', PartitionInfo>
  | RecordEvent<'group', ChangedGroup>;

/** What the operation at one log index changed: at least one record. */
export class MetadataChange {
  readonly index: number;
  readonly records: readonly RecordChange[];

  constructor(index: number, records: readonly RecordChange[]) {
    this.index = index;
    this.records = records;
  }

  /**
   * Made anew for each who asks. A topic stands before the partitions that are created with it, and behind those that
   * are deleted with it, so that no partition is ever without its topic; else in the order of the operation.
   */
  get events(): MetadataEvent[] {
    return this.records.flatMap(eventsOf);
  }
}

export function eventsOf(change: RecordChange): MetadataEvent[] {
  switch (change.kind) {
    case 'broker':
      return [eventOf('broker', change, ({ id }) => String(id))];
    case 'topic':
      return [topicEvent(change)];
    case 'partition':
      return [partitionEvent(change)];
    case 'group':
      return [groupEvent(change)];
    case 'topicAndPartitions':
      return eventsOfTopic(change);
    default:
      return unreachable(change);
  }
}

function eventsOfTopic({ before, after }: Replaced<TopicRecord>): MetadataEvent[] {
  const record = must(after ?? before, 'a side of the change');
  const sides = <Kept>(info: Readonly<Kept>): Replaced<Kept> =>
    after === undefined ? { before: info, after } : { before: undefined, after: info };
  const topic = topicEvent(sides(record.info));
  const partitions = listPartitionsOf(record).map((partition) => partitionEvent(sides(partition)));
  return after === undefined ? [...partitions, topic] : [topic, ...partitions];
}

function topicEvent(change: Replaced<TopicInfo>): MetadataEvent {
  return eventOf('topic', change, ({ name }) => name);
}

export function partitionEvent(change: Replaced<PartitionInfo>): MetadataEvent {
  return eventOf('partition', change, ({ topic, partition }) => partitionId(topic, partition));
}

function groupEvent({ before, after }: Replaced<GroupRecord>): MetadataEvent {
  const side = (record: GroupRecord, other: GroupRecord | undefined): ChangedGroup =>
    Object.freeze({ ...record.group, offsets: differingOffsets(record.offsets, other?.offsets ?? NO_OFFSETS) });
  const sides = { before: before && side(before, after), after: after && side(after, before) };
  return eventOf('group', sides, ({ groupId }) => groupId);
}

function eventOf<Kind extends string, Kept extends object>(
  kind: Kind,
  { before, after }: Replaced<Kept>,
  keyOf: (record: Readonly<Kept>) => string,
): RecordEvent<Kind, Kept> {
  if (after === undefined) {
    const gone = must(before, 'a side of the change');
    return { kind, key: keyOf(gone), before: gone };
  }
  return before === undefined ? { kind, key: keyOf(after), after } : { kind, key: keyOf(after), before, after };
}
