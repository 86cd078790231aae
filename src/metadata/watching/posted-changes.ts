/**
 * Changes on their way to the host, whole: each event's record as it was and as it is. Any kind of record can be
 * watched; partitions cost least. What arrives is frozen, since all who watch share it.
 */
import type { Replaced } from '../image.js';
import type { MetadataChange, MetadataEvent } from '../metadata-change.js';
import { eventsOf, partitionEvent } from '../metadata-change.js';
import type { PartitionInfo } from '../model.js';
import type { PackedRecords, RecordPacker } from './packed-records.js';
import { RecordReader } from './packed-records.js';

/** What one log index changed, as those who watch see it. */
export interface WatchedChange {
  readonly index: number;
  readonly events: MetadataEvent[];
}

/** An event has one of them, or both. */
const HAS_BEFORE = 1;
const HAS_AFTER = 2;
/** In the place of another event's kind. */
const NO_MORE = '';

export function packChanges(packer: RecordPacker, changes: readonly MetadataChange[]): PackedRecords {
  for (const { index, records } of changes) {
    packer.number(index);
    for (const change of records) {
      if (change.kind === 'partition') packPartitions(packer, change);
      else for (const event of eventsOf(change)) packEvent(packer, event);
    }
    packer.text(NO_MORE);
  }
  return packer.take();
}

export function* readChanges(packed: PackedRecords): Generator<WatchedChange, void, void> {
  const reader = new RecordReader(packed);
  while (!reader.atEnd) {
    const index = reader.number();
    const events: MetadataEvent[] = [];
    for (let kind = reader.text(); kind !== NO_MORE; kind = reader.text()) events.push(readEvent(reader, kind));
    Object.freeze(events);
    yield Object.freeze({ index, events });
  }
}

function packEvent(packer: RecordPacker, event: MetadataEvent): void {
  if (event.kind === 'partition') {
    packPartitions(packer, { before: event.before, after: event.after });
    return;
  }
  const { kind, key, before, after } = event;
  packer.text(kind);
  packer.number(sidesOf(before, after));
  packer.text(key);
  if (before !== undefined) packer.object(before);
  if (after !== undefined) packer.object(after);
}

function packPartitions(packer: RecordPacker, { before, after }: Replaced<PartitionInfo>): void {
  packer.text('partition');
  packer.number(sidesOf(before, after));
  if (before !== undefined) packer.partition(before);
  if (after !== undefined) packer.partition(after, before);
}

function sidesOf(before: object | undefined, after: object | undefined): number {
  return (before === undefined ? 0 : HAS_BEFORE) + (after === undefined ? 0 : HAS_AFTER);
}

function readEvent(reader: RecordReader, kind: string): MetadataEvent {
  const sides = reader.number();
  if (kind === 'partition') return readPartitions(reader, sides);
  const key = reader.text();
  const before = (sides & HAS_BEFORE) === 0 ? {} : { before: reader.object() };
  const after = (sides & HAS_AFTER) === 0 ? {} : { after: reader.object() };
  return Object.freeze({ kind, key, ...before, ...after }) as MetadataEvent;
}

function readPartitions(reader: RecordReader, sides: number): MetadataEvent {
  const before = (sides & HAS_BEFORE) === 0 ? undefined : reader.partition();
  const after = (sides & HAS_AFTER) === 0 ? undefined : reader.partition(before);
  return Object.freeze(partitionEvent({ before, after }));
}
