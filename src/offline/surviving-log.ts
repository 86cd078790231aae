/**
 * What of one node's log can still be read, whatever is damaged: stretches of entries that the log held when it ended,
 * with gaps in between of which only the place behind them may be known. It judges nothing: that is `merge-logs.ts`.
 */
import { lastIndexOf, sliceRun, truncateRuns, type EntryRun } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import { identitySeed } from '../storage/checksum.js';
import type { Disk } from '../storage/disk.js';
import type { LogRecord } from '../storage/log-record.js';
import { scanLogFiles, type ScannedDamage } from '../storage/log-scan.js';
import type { SegmentHeader } from '../storage/log-segment.js';
import type { StorageIdentity } from '../storage/storage.js';
import { readSyncedMark } from '../storage/synced-mark.js';

/** Consecutive entries, and the place of the entry before the first of them. */
export interface Stretch {
  readonly after: LogPlace;
  readonly runs: readonly EntryRun[];
}

export interface SurvivingLog {
  /** Whose files these are; null when no header is left that says so. */
  readonly identity: StorageIdentity | null;
  /** The highest term that is known of it. */
  readonly term: number;
  /** Ascending. */
  readonly stretches: readonly Stretch[];
  /** Its last entry when it was last synced; null when that cannot be told. */
  readonly end: LogPlace | null;
  /** What was once safe and is not any more. */
  readonly damages: readonly ScannedDamage[];
}

function lastOf({ after, runs }: Stretch): LogPlace {
  const last = runs.at(-1);
  return last === undefined ? after : { index: lastIndexOf(last), term: last.term };
}

function lastOfAll(stretches: readonly Stretch[]): LogPlace | null {
  const last = stretches.at(-1);
  return last === undefined ? null : lastOf(last);
}

export function readSurvivingLog(disk: Disk, folder: string): SurvivingLog {
  const damages: ScannedDamage[] = [];
  let stretches: GrowingStretch[] = [];
  let identity: StorageIdentity | null = null;
  let term = 0;
  let endPosition = 0;
  let damageAtEnd = false;
  for (const item of scanLogFiles(disk, folder)) {
    damageAtEnd = item.kind === 'damage' && item.synced;
    if (item.kind === 'damage') {
      if (item.synced) damages.push(item);
      continue;
    }
    if (item.kind === 'segment') identity ??= item.header.identity;
    const record = item.kind === 'segment' ? begun(item.header) : item.record;
    stretches = follow(stretches, record);
    term = Math.max(term, record.term, record.after.term);
    endPosition = item.kind === 'segment' ? item.header.startPosition : item.endPosition;
  }
  const end = damageAtEnd ? endByMark(disk, folder, identity, endPosition) : lastOfAll(stretches);
  return { identity, term: Math.max(term, end?.term ?? 0), stretches, end, damages };
}

/** Where the log ended when it was last synced, if that is behind what can be read; otherwise null. */
function endByMark(disk: Disk, folder: string, identity: StorageIdentity | null, endPosition: number): LogPlace | null {
  const mark = identity === null ? null : readSyncedMark(disk, folder, identitySeed(identity));
  return mark !== null && mark.position > endPosition ? mark.last : null;
}

/** A segment's header says where the log stood, as a record does that adds nothing. */
function begun({ base: after, term, vote }: SegmentHeader): LogRecord {
  return { term, vote, after, reset: false, entries: [] };
}

interface GrowingStretch {
  readonly after: LogPlace;
  readonly runs: EntryRun[];
}

/** The stretches after one more record. The last one grows in place: a log has as many records as it has writes. */
function follow(stretches: GrowingStretch[], { after, reset, entries }: LogRecord): GrowingStretch[] {
  const next = { after, runs: [...entries] };
  if (reset) return [next];
  const kept = stretches.filter((stretch) => stretch.after.index <= after.index);
  const last = kept.at(-1);
  if (last === undefined) return [next];
  if (lastOf(last).index < after.index) return [...kept, next];
  if (lastOf(last).index > after.index) truncateRuns(last.runs, after.index);
  if (lastOf(last).term === after.term) {
    last.runs.push(...entries);
    return kept;
  }
  // What was replaced in between is in a record that is gone.
  truncateRuns(last.runs, after.index - 1);
  return [...(last.after.index < after.index ? kept : kept.slice(0, -1)), next];
}

/** Each entry of a stretch, and the place of the one before it. */
export function* entriesOf(stretch: Stretch): Generator<{ place: LogPlace; before: LogPlace; run: EntryRun }> {
  let before = stretch.after;
  for (const run of stretch.runs) {
    for (let index = run.firstIndex; index <= lastIndexOf(run); index += 1) {
      const place = { index, term: run.term };
      yield { place, before, run };
      before = place;
    }
  }
}

/** The entries of consecutive runs from one index on. */
export function entriesFrom(runs: readonly EntryRun[], firstIndex: number): EntryRun[] {
  return runs
    .filter((run) => lastIndexOf(run) >= firstIndex)
    .map((run) => sliceRun(run, Math.max(run.firstIndex, firstIndex), lastIndexOf(run)));
}

/** The entry with which the best of the logs ended, as far as is known (paper 5.4.1). */
export function endOf(logs: readonly SurvivingLog[]): LogPlace {
  let highest: LogPlace = { index: 0, term: 0 };
  for (const { stretches, end } of logs) {
    for (const place of [...stretches.slice(-1).map(lastOf), ...(end === null ? [] : [end])]) {
      if (place.term > highest.term || (place.term === highest.term && place.index > highest.index)) highest = place;
    }
  }
  return highest;
}
