/**
 * The ledger of a simulated node's storage: what was written, what of it is synced, and so what has to be there after
 * a crash. It knows nothing of files; `node-files.ts` has those, and one write may be unsynced at a time.
 */
import { assert, must } from '../assert.js';
import { packPayloads, payloadAt, type EntryRun } from '../raft/entries.js';
import type { Member, SnapshotDescription } from '../raft/messages.js';
import type { Persist } from '../raft/ready.js';
import type { StoredState } from '../raft/stored-state.js';
import { digestBytes } from './digest.js';

export interface DiskEntry {
  readonly term: number;
  readonly payload: Uint8Array;
  readonly digest: number;
}

export interface SnapshotFile {
  readonly description: SnapshotDescription;
  readonly bytes: Uint8Array;
}

interface Contents {
  term: number;
  vote: Member | null;
  /** Index and term of what precedes `entries`. */
  baseIndex: number;
  baseTerm: number;
  entries: DiskEntry[];
}

/** What a write changed, to be put back: copying the whole log at each write would cost more than all else. */
interface Before extends Readonly<Contents> {
  /** Of `entries`, which may have been appended to and truncated since. */
  readonly length: number;
  /** Its last entries, as far as they were truncated. */
  readonly truncated: readonly DiskEntry[];
}

interface Unsynced {
  readonly persist: Persist;
  readonly before: Before;
  /** Entries up to here are the same before and after the write. */
  readonly unchangedIndex: number;
}

/** The contents as written; what is also synced follows from `unsynced`. */
export interface Disk extends Contents {
  snapshot: SnapshotFile;
  unsynced: Unsynced | null;
}

export function createDisk(snapshot: SnapshotFile): Disk {
  return { term: 0, vote: null, baseIndex: 0, baseTerm: 0, entries: [], snapshot, unsynced: null };
}

export function lastWrittenIndex(disk: Disk): number {
  return disk.baseIndex + disk.entries.length;
}

/** Null where the log does not reach, or no longer does. */
export function writtenTermAt(disk: Disk, index: number): number | null {
  return termAt(disk, index);
}

function termAt({ baseIndex, baseTerm, entries }: Readonly<Contents>, index: number): number | null {
  return index === baseIndex ? baseTerm : (entries[index - baseIndex - 1]?.term ?? null);
}

export function lastSyncedIndex(disk: Disk): number {
  return disk.unsynced === null ? lastWrittenIndex(disk) : disk.unsynced.unchangedIndex;
}

export function syncedTerm(disk: Disk): number {
  return disk.unsynced === null ? disk.term : disk.unsynced.before.term;
}

export function syncedVote(disk: Disk): Member | null {
  return disk.unsynced === null ? disk.vote : disk.unsynced.before.vote;
}

export function write(disk: Disk, persist: Persist): void {
  assert(disk.unsynced === null, 'one write at a time');
  const end = Math.min(lastWrittenIndex(disk), firstChangedIndex(disk, persist) - 1);
  const before = contentsBefore(disk, persist);
  apply(disk, persist);
  disk.unsynced = { persist, before, unchangedIndex: Math.max(end, disk.baseIndex) };
}

export function sync(disk: Disk): void {
  disk.unsynced = null;
}

/** After a crash: the unsynced write is there as a whole, or not at all. */
export function settle(disk: Disk, kept: boolean): void {
  if (disk.unsynced !== null && !kept) {
    const { term, vote, baseIndex, baseTerm, entries, length, truncated } = disk.unsynced.before;
    const restored = [...entries.slice(0, length - truncated.length), ...truncated];
    Object.assign(disk, { term, vote, baseIndex, baseTerm, entries: restored });
  }
  disk.unsynced = null;
}

/** Forgets entries before `firstIndex`, never those that the snapshot does not cover. */
export function compactDisk(disk: Disk, firstIndex: number): void {
  assert(disk.unsynced === null, 'compaction between writes only');
  const dropped = Math.min(firstIndex - 1, disk.snapshot.description.index) - disk.baseIndex;
  if (dropped <= 0) return;
  disk.baseTerm = must(writtenTermAt(disk, disk.baseIndex + dropped), 'term at the new start of the log');
  disk.baseIndex += dropped;
  disk.entries = disk.entries.slice(dropped);
}

/** A log that the snapshot has overtaken is not there after a start. */
export function dropOvertaken(disk: Disk): void {
  assert(disk.unsynced === null, 'recovery after the crash has taken its share');
  const { description } = disk.snapshot;
  if (writtenTermAt(disk, description.index) !== description.term) resetLog(disk, description);
}

/** What a node finds when it starts. */
export function recover(disk: Disk): StoredState {
  dropOvertaken(disk);
  const { description } = disk.snapshot;
  if (disk.term < description.term) {
    disk.term = description.term;
    disk.vote = null;
  }
  const base = { index: disk.baseIndex, term: disk.baseTerm };
  return { term: disk.term, vote: disk.vote, snapshot: description, base, entries: packRuns(disk) };
}

function packRuns(disk: Disk): EntryRun[] {
  const runs: EntryRun[] = [];
  let position = 0;
  while (position < disk.entries.length) {
    const { term } = must(disk.entries[position], 'entry');
    let end = position;
    while (disk.entries[end]?.term === term) end += 1;
    const payloads = disk.entries.slice(position, end).map((entry) => entry.payload);
    runs.push({ firstIndex: disk.baseIndex + 1 + position, term, ...packPayloads(payloads) });
    position = end;
  }
  return runs;
}

function resetLog(contents: Contents, snapshot: SnapshotDescription): void {
  contents.baseIndex = snapshot.index;
  contents.baseTerm = snapshot.term;
  contents.entries = [];
}

function contentsBefore({ term, vote, baseIndex, baseTerm, entries }: Disk, { truncateFrom }: Persist): Before {
  const kept = truncateFrom === null ? entries.length : Math.max(0, truncateFrom - baseIndex - 1);
  return { term, vote, baseIndex, baseTerm, entries, length: entries.length, truncated: entries.slice(kept) };
}

function firstChangedIndex(before: Readonly<Contents>, persist: Persist): number {
  if (persist.snapshot !== null && termAt(before, persist.snapshot.index) !== persist.snapshot.term) return 0;
  if (persist.truncateFrom !== null) return persist.truncateFrom;
  return persist.entries[0]?.firstIndex ?? Number.POSITIVE_INFINITY;
}

function apply(disk: Disk, { term, vote, snapshot, truncateFrom, entries }: Persist): void {
  disk.term = term;
  disk.vote = vote;
  if (snapshot !== null && writtenTermAt(disk, snapshot.index) !== snapshot.term) resetLog(disk, snapshot);
  if (truncateFrom !== null) {
    disk.entries.length = Math.min(disk.entries.length, Math.max(0, truncateFrom - disk.baseIndex - 1));
  }
  for (const run of entries) {
    for (let position = 0; position < run.count; position += 1) appendEntry(disk, run, position);
  }
}

function appendEntry(disk: Disk, run: EntryRun, position: number): void {
  const index = run.firstIndex + position;
  assert(index === lastWrittenIndex(disk) + 1, `entry ${index} written after ${lastWrittenIndex(disk)}`);
  const payload = payloadAt(run, position);
  disk.entries.push({ term: run.term, payload, digest: digestBytes(payload) });
}
