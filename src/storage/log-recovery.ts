/**
 * What a node's log holds, from its records in order. Reads only. Refuses (`CorruptLog`) whatever shows that something
 * once safe is gone; says where the part begins that never was safe.
 */
import { must } from '../assert.js';
import { truncateRuns, type EntryRun } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import type { Member } from '../raft/messages.js';
import { corruptLog } from './corrupt-log.js';
import type { Disk } from './disk.js';
import type { LogRecord } from './log-record.js';
import { scanLogFiles, type ScannedSegment } from './log-scan.js';
import { LogTerms } from './log-terms.js';
import { segmentPath } from './log-segment.js';
import type { SegmentPlace } from './log-writer.js';
import type { StorageIdentity } from './storage.js';

export interface RecoveredLog {
  readonly term: number;
  readonly vote: Member | null;
  readonly base: LogPlace;
  readonly entries: readonly EntryRun[];
  readonly terms: LogTerms;
  readonly segments: readonly SegmentPlace[];
  readonly endPosition: number;
  readonly checksum: number;
  /** In the last segment: from this offset on nothing was ever safe. Null when nothing is there. */
  readonly cutOffset: number | null;
}

/** `snapshotIndex`: where the node's snapshot ends, which the log must reach back to; 0 when there is none. */
export function recoverLog(disk: Disk, folder: string, identity: StorageIdentity, snapshotIndex: number): RecoveredLog {
  const replay = new Replay();
  for (const item of scanLogFiles(disk, folder)) {
    if (item.kind === 'segment') {
      checkIdentity(item, identity);
      replay.beginSegment(item);
    } else if (item.kind === 'record') {
      if (!replay.follow(item.record)) throw corruptLog(item.file, item.offset, 'it does not follow the log before it');
      replay.endPosition = item.endPosition;
      replay.checksum = item.checksum;
    } else {
      if (item.synced) throw corruptLog(item.file, item.offset, item.reason);
      replay.cutOffset = item.offset;
      break;
    }
  }
  const log = replay.result();
  if (log.base.index > snapshotIndex) {
    const reason = `it begins behind entry ${log.base.index}, and the snapshot ends at ${snapshotIndex}`;
    throw corruptLog(segmentPath(folder, must(log.segments[0], 'segment').number), 0, reason);
  }
  return log;
}

function checkIdentity({ file, header }: ScannedSegment, expected: StorageIdentity): void {
  const { clusterId, member } = header.identity;
  if (clusterId !== expected.clusterId) throw corruptLog(file, 0, `it belongs to another cluster, ${clusterId}`);
  if (member.id !== expected.member.id) throw corruptLog(file, 0, `it belongs to node ${member.id}`);
  if (member.incarnation !== expected.member.incarnation) {
    throw corruptLog(file, 0, `it belongs to an earlier incarnation of node ${member.id}, ${member.incarnation}`);
  }
}

class Replay {
  endPosition = 0;
  checksum = 0;
  cutOffset: number | null = null;
  readonly #segments: SegmentPlace[] = [];
  #terms: LogTerms | null = null;
  #base: LogPlace = { index: 0, term: 0 };
  #term = 0;
  #vote: Member | null = null;
  readonly #entries: EntryRun[] = [];

  beginSegment({ header, checksum, room }: ScannedSegment): void {
    const { number, startPosition, base } = header;
    this.#segments.push({ number, startPosition, endPosition: startPosition + room, baseIndex: base.index });
    this.endPosition = startPosition;
    this.checksum = checksum;
    if (this.#terms !== null) return;
    this.#terms = new LogTerms(base);
    this.#base = base;
    this.#term = header.term;
    this.#vote = header.vote;
  }

  /** False when the record speaks of another log than the one read so far. */
  follow(record: LogRecord): boolean {
    const terms = must(this.#terms, 'a segment before its records');
    const { after, reset } = record;
    // The oldest segment may begin with entries that a later record replaced, back to before its base.
    const moved = reset || after.index < this.#base.index;
    if (!moved && terms.at(after.index)?.term !== after.term) return false;
    if (moved) this.#base = after;
    truncateRuns(this.#entries, moved ? 0 : after.index);
    for (const run of record.entries) this.#entries.push(run);
    terms.follow(record);
    this.#term = record.term;
    this.#vote = record.vote;
    return true;
  }

  result(): RecoveredLog {
    return {
      term: this.#term,
      vote: this.#vote,
      base: this.#base,
      entries: this.#entries,
      terms: must(this.#terms, 'a log without a segment is refused before'),
      segments: this.#segments,
      endPosition: this.endPosition,
      checksum: this.checksum,
      cutOffset: this.cutOffset,
    };
  }
}
