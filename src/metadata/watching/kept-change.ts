/**
 * A change as a metadata-store keeps it for those who watch: the record, or the list of them where there are several.
 * Most are of one, and a list around each would double what is held.
 */
import { must } from '../../assert.js';
import type { RecordChange } from '../image.js';
import { MetadataChange } from '../metadata-change.js';

export type KeptChange = RecordChange | readonly RecordChange[];

export function keepChange({ records }: MetadataChange): KeptChange {
  const [first] = records;
  // A list of its own length: one that grew has room for many more.
  return records.length === 1 ? must(first, 'a record') : [...records];
}

export function changeOf(index: number, kept: KeptChange): MetadataChange {
  return new MetadataChange(index, isList(kept) ? kept : [kept]);
}

/** How many records, or a few more. */
export function sizeOfChange(kept: KeptChange): number {
  return isList(kept) ? kept.reduce((size, record) => size + sizeOfRecord(record), 0) : sizeOfRecord(kept);
}

function sizeOfRecord(change: RecordChange): number {
  if (change.kind !== 'topicAndPartitions') return 1;
  return 1 + must(change.after ?? change.before, 'a side of the change').info.numPartitions;
}

function isList(kept: KeptChange): kept is readonly RecordChange[] {
  return Array.isArray(kept);
}
