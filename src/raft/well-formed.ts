/**
 * Whether what comes from elsewhere (a link, a port, a file) is what this program writes. Asked once, at the border, so
 * that nothing behind it meets an entry that it cannot read. Whether it is true is not asked here: that is what terms
 * and the log matching of the paper (5.3) are for.
 */
import { must } from '../assert.js';
import { EntryKind, endsOf, lastIndexOf, payloadAt, payloadBytes, type EntryRun } from './entries.js';
import type { PackedPayloads } from './entries.js';
import type { LogPlace } from './log.js';
import type { AppendEntries, Configuration, Member, SnapshotDescription } from './messages.js';

const decoder = new TextDecoder();

/** End offsets that ascend to the end of the bytes, and configurations that can be read. */
export function isWellPacked(packed: PackedPayloads): boolean {
  const { count, data } = packed;
  if (!Number.isSafeInteger(count) || count < 1 || payloadBytes(packed) < 0) return false;
  const head = count * Uint32Array.BYTES_PER_ELEMENT;
  const ends = endsOf(packed);
  let start = 0;
  for (let position = 0; position < count; position += 1) {
    const end = must(ends[position], 'end offset');
    if (end < start) return false;
    const isConfigurationEntry = end > start && data[head + start] === EntryKind.configuration;
    if (isConfigurationEntry && readConfiguration(payloadAt(packed, position)) === null) return false;
    start = end;
  }
  return head + start === data.length;
}

/** Runs that continue a log behind this place, in terms that never fall and go up to `term`. */
export function areWellFormed(runs: readonly EntryRun[], after: LogPlace, term: number): boolean {
  let last = after;
  for (const run of runs) {
    if (run.firstIndex !== last.index + 1 || !isPlace(run.term) || run.term < last.term || run.term > term)
      return false;
    if (!isWellPacked(run)) return false;
    last = { index: lastIndexOf(run), term: run.term };
  }
  return isPlace(last.index);
}

export function isWellFormedAppend({ runs, previousIndex, previousTerm, term }: AppendEntries): boolean {
  return areWellFormed(runs, { index: previousIndex, term: previousTerm }, term);
}

/** Of an entry of that kind; null when it holds none. */
export function readConfiguration(payload: Uint8Array): Configuration | null {
  try {
    const value: unknown = JSON.parse(decoder.decode(payload.subarray(1)));
    return isConfiguration(value) ? value : null;
  } catch {
    return null;
  }
}

/** An index, a term, or another count. */
export function isPlace(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isLogPlace(value: unknown): value is LogPlace {
  const { index, term } = membersOf<LogPlace>(value);
  return isPlace(index) && isPlace(term);
}

export function isMember(value: unknown): value is Member {
  const { id, incarnation } = membersOf<Member>(value);
  return isPlace(id) && id > 0 && typeof incarnation === 'string';
}

export function isConfiguration(value: unknown): value is Configuration {
  const { voters, learners } = membersOf<Configuration>(value);
  return [voters, learners].every((members) => Array.isArray(members) && members.every(isMember));
}

export function isSnapshotDescription(value: unknown): value is SnapshotDescription {
  return isLogPlace(value) && isConfiguration(membersOf<SnapshotDescription>(value).configuration);
}

/** None of what is no object. */
function membersOf<T>(value: unknown): Partial<Record<keyof T, unknown>> {
  return typeof value === 'object' && value !== null ? value : {};
}
