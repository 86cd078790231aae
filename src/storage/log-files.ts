/**
 * The log in files: made, and opened again after whatever happened to it. Damage where something was once safe is
 * refused as `CorruptLog`; what was never safe is cut off, so that it cannot come back (protocol-aware recovery,
 * Alagappan et al., FAST '18: the two must not be taken for each other). Reading is `log-scan.ts` and
 * `log-recovery.ts`, writing `log-writer.ts`.
 */
import { must } from '../assert.js';
import type { EntryRun } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import type { Member, SnapshotDescription } from '../raft/messages.js';
import { identitySeed } from './checksum.js';
import type { Disk, DiskFile } from './disk.js';
import { recordBytes } from './log-record.js';
import { recoverLog, type RecoveredLog } from './log-recovery.js';
import { createSegment, removeUnfinishedSegments, SEGMENT_HEADER_BYTES, segmentPath } from './log-segment.js';
import { LogTerms } from './log-terms.js';
import { LogWriter } from './log-writer.js';
import type { FileDurability, OpenedStorage, StorageIdentity } from './storage.js';
import { createSyncedMark, openSyncedMark, readSyncedMark } from './synced-mark.js';

/** Large enough that a new file, with its three syncs, is rare; small enough to be read and checked at once. */
const SEGMENT_BYTES = 16 * 1024 * 1024;

export interface LogFilesOptions {
  readonly disk: Disk;
  /** The node's own. */
  readonly folder: string;
  readonly identity: StorageIdentity;
  readonly durability: FileDurability;
  readonly segmentBytes?: number;
}

export interface LogContent {
  readonly term: number;
  readonly vote: Member | null;
  /** The place before the first of `entries`. */
  readonly base: LogPlace;
  readonly entries: readonly EntryRun[];
}

const EMPTY: LogContent = { term: 0, vote: null, base: { index: 0, term: 0 }, entries: [] };

/** The log of a node that has none; on the disk when this returns, but for the folder's own name. */
export function createLogFiles(options: LogFilesOptions, content: LogContent = EMPTY): void {
  const { disk, folder, identity, segmentBytes = SEGMENT_BYTES } = options;
  const { term, vote, base, entries } = content;
  const record = { term, vote, after: base, reset: false, entries };
  const room = Math.max(segmentBytes, recordBytes(record));
  disk.makeFolder(folder);
  createSyncedMark(disk, folder);
  const header = { identity, number: 1, startPosition: 0, base, term, vote };
  const { file, checksum } = createSegment(disk, folder, header, room);
  const writer = closingOnFailure(file, () => {
    const segments = [{ number: 1, startPosition: 0, endPosition: room, baseIndex: base.index }];
    const mark = openSyncedMark(disk, folder, identitySeed(identity));
    const tail = { term, vote, terms: new LogTerms(base), segments, file, mark, endPosition: 0, checksum };
    return new LogWriter({ disk, folder, identity, durability: 'fsync', segmentBytes }, tail);
  });
  closingOnFailure(writer, () => {
    if (entries.length > 0) writer.append(record);
  });
  writer.close();
}

/**
 * `snapshot`: the newest that is durable; the bootstrap configuration at index 0 when there is none. Throws
 * `CorruptLog` (details: file, offset, reason) and `StorageFailed`.
 */
export function openLogFiles(options: LogFilesOptions, snapshot: SnapshotDescription): OpenedStorage {
  const { disk, folder, identity, segmentBytes = SEGMENT_BYTES } = options;
  removeUnfinishedSegments(disk, folder);
  const log = recoverLog(disk, folder, identity, snapshot.index);
  const writer = openWriter({ ...options, segmentBytes }, log);
  const held = log.terms.at(snapshot.index)?.term === snapshot.term;
  // A node was in the term of what it has a snapshot of, even if the end of its log is lost, as in mode `os` it may be.
  const term = Math.max(log.term, snapshot.term);
  const vote = term === log.term ? log.vote : null;
  // A received snapshot is durable before the log says that it begins behind it.
  if (!held) {
    closingOnFailure(writer, () => {
      writer.append({ term, vote, after: snapshot, reset: true, entries: [] });
    });
  }
  const { base, entries } = log;
  const stored = { term, vote, snapshot, base: held ? base : snapshot, entries: held ? entries : [] };
  return { stored, storage: writer };
}

function openWriter(options: LogFilesOptions & { readonly segmentBytes: number }, log: RecoveredLog): LogWriter {
  const { disk, folder, identity } = options;
  const file = disk.open(segmentPath(folder, must(log.segments.at(-1), 'segment').number), 'write');
  return closingOnFailure(file, () => {
    if (log.cutOffset !== null) cut(file, log.cutOffset);
    // What an earlier process wrote or named and did not sync is about to be believed.
    writeAgain(file, log, readSyncedMark(disk, folder, identitySeed(identity))?.position ?? 0);
    file.sync();
    disk.syncFolder(folder);
    const mark = openSyncedMark(disk, folder, identitySeed(identity));
    return closingOnFailure(mark, () => {
      mark.advance({ position: log.endPosition, last: log.terms.last() });
      return new LogWriter(options, { ...log, file, mark });
    });
  });
}

/** After a sync that failed the system takes for clean what it did not write: another sync alone would not either. */
function writeAgain(file: DiskFile, { segments, endPosition }: RecoveredLog, syncedPosition: number): void {
  const { startPosition } = must(segments.at(-1), 'segment');
  const from = Math.max(syncedPosition, startPosition);
  if (from >= endPosition) return;
  const offset = SEGMENT_HEADER_BYTES + from - startPosition;
  file.write([file.read(offset, endPosition - from)], offset);
}

/** Zeros from the offset to the end. */
function cut(file: DiskFile, offset: number): void {
  const size = file.size();
  file.truncate(offset);
  file.truncate(size);
}

function closingOnFailure<T>(opened: { close(): void }, use: () => T): T {
  try {
    return use();
  } catch (error) {
    opened.close();
    throw error;
  }
}
