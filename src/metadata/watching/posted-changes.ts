/**
 * Changes on their way to the host, whole: each event's record as it was and as it is. Any kind of record can be
 * watched; partitions cost least. What arrives is frozen, since all who watch share it.
 */
import type { MetadataChange, MetadataEvent } from '../metadata-change.js';
import { partitionEvent } from '../metadata-change.js';
import type { PackedRecords } from './packed-records.js';
import { RecordPacker, RecordReader } from './packed-records.js';

/** What one log index changed, as those who watch see it. */
export interface WatchedChange {
  readonly index: number;
  readonly events: MetadataEvent[];
}

/** One change as it is kept for those who watch. */
export interface ReceivedChange {
  readonly index: number;
  readonly size: number;
  readonly watched: WatchedChange;
}

/** An event has one of them, or both. */
const HAS_BEFORE = 1;
const HAS_AFTER = 2;

export function packChanges(changes: readonly MetadataChange[]): PackedRecords {
  const packer = new RecordPacker();
  for (const { index, events } of changes) {
    packer.number(index);
    packer.number(events.length);
    for (const event of events) packEvent(packer, event);
  }
  return packer.packed();
}

export function* readChanges(packed: PackedRecords): Generator<ReceivedChange, void, void> {
  const reader = new RecordReader(packed);
  while (!reader.atEnd) {
    const index = reader.number();
    const size = reader.number();
    const events: MetadataEvent[] = [];
    while (events.length < size) events.push(readEvent(reader));
    Object.freeze(events);
    yield { index, size, watched: Object.freeze({ index, events }) };
  }
}

function packEvent(packer: RecordPacker, event: MetadataEvent): void {
  const { kind, key, before, after } = event;
  packer.text(kind);
  packer.number((before === undefined ? 0 : HAS_BEFORE) + (after === undefined ? 0 : HAS_AFTER));
  if (event.kind === 'partition') {
    if (event.before !== undefined) packer.partition(event.before);
    if (event.after !== undefined) packer.partition(event.after, event.before);
    return;
  }
  packer.text(key);
  if (before !== undefined) packer.object(before);
  if (after !== undefined) packer.object(after);
}

function readEvent(reader: RecordReader): MetadataEvent {
  const kind = reader.text() as MetadataEvent['kind'];
  const sides = reader.number();
  if (kind === 'partition') return readPartitionEvent(reader, sides);
  const key = reader.text();
  const before = (sides & HAS_BEFORE) === 0 ? {} : { before: reader.object() };
  const after = (sides & HAS_AFTER) === 0 ? {} : { after: reader.object() };
  return Object.freeze({ kind, key, ...before, ...after }) as MetadataEvent;
}

function readPartitionEvent(reader: RecordReader, sides: number): MetadataEvent {
  const before = (sides & HAS_BEFORE) === 0 ? undefined : reader.partition();
  const after = (sides & HAS_AFTER) === 0 ? undefined : reader.partition(before);
  return Object.freeze(partitionEvent({ before, after }));
}
