/**
 * The log of a running node: each `Persist` becomes one record, one write and, in mode `fsync`, one sync; then the
 * mark. After a call that failed nothing is known of what is on the disk, so no other follows (fsync never retries).
 */
import { assert, must } from '../assert.js';
import type { Member } from '../raft/messages.js';
import type { Persist } from '../raft/ready.js';
import { identitySeed } from './checksum.js';
import type { Disk, DiskFile } from './disk.js';
import { encodeRecord, sealRecord, type EncodedRecord, type LogRecord } from './log-record.js';
import { createSegment, SEGMENT_HEADER_BYTES, segmentPath } from './log-segment.js';
import type { LogTerms } from './log-terms.js';
import type { FileDurability, LogStorage, StorageIdentity } from './storage.js';
import type { SyncedMark } from './synced-mark.js';

export interface LogWriterOptions {
  readonly disk: Disk;
  readonly folder: string;
  readonly identity: StorageIdentity;
  readonly durability: FileDurability;
  readonly segmentBytes: number;
}

/** The log as recovery left it, all of it synced. */
export interface LogTail {
  readonly term: number;
  readonly vote: Member | null;
  readonly terms: LogTerms;
  readonly segments: readonly SegmentPlace[];
  /** The last segment, open. */
  readonly file: DiskFile;
  readonly mark: SyncedMark;
  readonly endPosition: number;
  /** Of the last record, or of the last segment's header. */
  readonly checksum: number;
}

export interface SegmentPlace {
  readonly number: number;
  readonly startPosition: number;
  /** Behind the room for its records. */
  readonly endPosition: number;
  /** The last index of the log when the segment began. */
  readonly baseIndex: number;
}

export class LogWriter implements LogStorage {
  readonly #options: LogWriterOptions;
  readonly #seed: number;
  readonly #terms: LogTerms;
  readonly #mark: SyncedMark;
  readonly #segments: SegmentPlace[];
  #file: DiskFile;
  #term: number;
  #vote: Member | null;
  #position: number;
  #syncedPosition: number;
  /** Of the record before, or of the segment's header. */
  #checksum: number;
  #failed = false;

  constructor(options: LogWriterOptions, tail: LogTail) {
    this.#options = options;
    this.#seed = identitySeed(options.identity);
    this.#terms = tail.terms;
    this.#mark = tail.mark;
    this.#segments = [...tail.segments];
    this.#file = tail.file;
    this.#term = tail.term;
    this.#vote = tail.vote;
    this.#position = tail.endPosition;
    this.#syncedPosition = tail.endPosition;
    this.#checksum = tail.checksum;
  }

  persist({ term, vote, snapshot, truncateFrom, entries }: Persist): void {
    if (snapshot !== null && this.#terms.at(snapshot.index)?.term !== snapshot.term) {
      this.append({ term, vote, after: snapshot, reset: true, entries });
      return;
    }
    const last = this.#terms.last();
    const first = truncateFrom ?? entries[0]?.firstIndex ?? last.index + 1;
    const after = must(this.#terms.at(first - 1), `place before ${first}`);
    this.append({ term, vote, after, reset: false, entries });
  }

  append(record: LogRecord): void {
    this.#once(() => {
      const encoded = encodeRecord(record, this.#seed);
      if (this.#position + encoded.bytes > this.#segment().endPosition) this.#beginSegment(encoded.bytes);
      this.#write(record, encoded);
      if (this.#options.durability === 'fsync') this.#sync();
    });
  }

  compact(firstIndex: number): void {
    this.#once(() => {
      const { disk, folder } = this.#options;
      for (;;) {
        const [oldest, next] = this.#segments;
        if (oldest === undefined || next === undefined || next.baseIndex >= firstIndex) return;
        disk.remove(segmentPath(folder, oldest.number));
        // One after the other: a crash must not bring back an older segment without its successor.
        disk.syncFolder(folder);
        this.#segments.shift();
      }
    });
  }

  close(): void {
    this.#file.close();
    this.#mark.close();
  }

  #write(record: LogRecord, encoded: EncodedRecord): void {
    const link = {
      position: this.#position,
      syncedPosition: this.#syncedPosition,
      previousChecksum: this.#checksum,
    };
    const checksum = sealRecord(encoded, link, this.#seed);
    this.#file.write(encoded.parts, SEGMENT_HEADER_BYTES + this.#position - this.#segment().startPosition);
    this.#position += encoded.bytes;
    this.#checksum = checksum;
    this.#term = record.term;
    this.#vote = record.vote;
    this.#terms.follow(record);
  }

  #sync(): void {
    this.#file.sync();
    this.#syncedPosition = this.#position;
    this.#mark.advance({ position: this.#position, last: this.#terms.last() });
  }

  /** The one before is synced first, in each mode: only the last segment may have a tail that is not safe. */
  #beginSegment(bytes: number): void {
    const { disk, folder, identity, segmentBytes } = this.#options;
    if (this.#syncedPosition < this.#position) this.#sync();
    const base = this.#terms.last();
    const room = Math.max(bytes, segmentBytes);
    const place = {
      number: this.#segment().number + 1,
      startPosition: this.#position,
      endPosition: this.#position + room,
      baseIndex: base.index,
    };
    const { number, startPosition } = place;
    const header = { identity, number, startPosition, base, term: this.#term, vote: this.#vote };
    const begun = createSegment(disk, folder, header, room);
    this.#file.close();
    this.#file = begun.file;
    this.#checksum = begun.checksum;
    this.#segments.push(place);
  }

  #segment(): SegmentPlace {
    return must(this.#segments.at(-1), 'segment');
  }

  #once(change: () => void): void {
    assert(!this.#failed, 'a log that failed once takes nothing more');
    this.#failed = true;
    change();
    this.#failed = false;
  }
}
