/**
 * The log in memory: runs of packed entries behind a base whose term is known (paper 5.3, 7). Never an object an entry.
 * It knows nothing of commit or stable storage.
 */
import { assert, must } from '../assert.js';
import { entriesWithin, lastIndexOf, payloadBytes, sliceRun, type EntryRun } from './entries.js';

export interface RaftLog {
  /** The entry just before the first one held; index 0, term 0 is the empty log. */
  baseIndex: number;
  baseTerm: number;
  /** Consecutive, from `baseIndex + 1`. */
  runs: EntryRun[];
}

/** The place of an entry: two logs that agree on one agree on all before it (log matching, paper 5.3). */
export interface LogPlace {
  readonly index: number;
  readonly term: number;
}

export function createLog(base: LogPlace): RaftLog {
  return { baseIndex: base.index, baseTerm: base.term, runs: [] };
}

export function firstLogIndex(log: RaftLog): number {
  return log.baseIndex + 1;
}

export function lastLogIndex(log: RaftLog): number {
  const last = log.runs.at(-1);
  return last === undefined ? log.baseIndex : lastIndexOf(last);
}

export function lastLogTerm(log: RaftLog): number {
  return log.runs.at(-1)?.term ?? log.baseTerm;
}

/** Null before the base (compacted) and behind the end. */
export function termAt(log: RaftLog, index: number): number | null {
  if (index === log.baseIndex) return log.baseTerm;
  if (index < log.baseIndex || index > lastLogIndex(log)) return null;
  return runAt(log, runPosition(log, index)).term;
}

export function appendRun(log: RaftLog, run: EntryRun): void {
  assert(run.count > 0 && run.firstIndex === lastLogIndex(log) + 1, `append at ${run.firstIndex}`);
  assert(run.term >= lastLogTerm(log), `term ${run.term} after ${lastLogTerm(log)}`);
  log.runs.push(run);
}

/** Drops the entries from `from` on. */
export function truncateLog(log: RaftLog, from: number): void {
  assert(from > log.baseIndex, `truncate from ${from}, base ${log.baseIndex}`);
  if (from > lastLogIndex(log)) return;
  const position = runPosition(log, from);
  const run = runAt(log, position);
  log.runs.length = position;
  if (from > run.firstIndex) log.runs.push(sliceRun(run, run.firstIndex, from - 1));
}

/** The first entry of `run` whose place in the log holds an entry of another term; null if there is none. */
export function firstConflict(log: RaftLog, run: EntryRun): number | null {
  const end = Math.min(lastIndexOf(run), lastLogIndex(log));
  let index = Math.max(run.firstIndex, log.baseIndex + 1);
  for (let position = index <= end ? runPosition(log, index) : 0; index <= end; position += 1) {
    const held = runAt(log, position);
    if (held.term !== run.term) return index;
    index = lastIndexOf(held) + 1;
  }
  return null;
}

/** The last place at or before `index` whose term is at most `term`: one step of the conflict back-off (paper 5.3). */
export function lastPlaceNotAbove(log: RaftLog, index: number, term: number): LogPlace {
  const last = Math.min(index, lastLogIndex(log));
  for (let position = last > log.baseIndex ? runPosition(log, last) : -1; position >= 0; position -= 1) {
    const run = runAt(log, position);
    if (run.term <= term) return { index: Math.min(last, lastIndexOf(run)), term: run.term };
  }
  return { index: log.baseIndex, term: log.baseTerm };
}

/** Entries `from`..`to`, as many as fit in `maxBytes`, at least one. Whole runs are shared, not copied. */
export function sliceLog(log: RaftLog, from: number, to: number, maxBytes: number): EntryRun[] {
  const slice: EntryRun[] = [];
  let index = from;
  let bytes = maxBytes;
  for (let position = index <= to ? runPosition(log, index) : 0; index <= to; position += 1) {
    const run = runAt(log, position);
    const whole = index === run.firstIndex && payloadBytes(run) <= bytes;
    const fitting = whole ? run.count : entriesWithin(run, index, bytes);
    const part = sliceRun(run, index, Math.min(to, index + fitting - 1));
    if (slice.length > 0 && payloadBytes(part) > bytes) break;
    slice.push(part);
    bytes -= payloadBytes(part);
    index += part.count;
    if (bytes <= 0 || index <= lastIndexOf(run)) break;
  }
  return slice;
}

/** Forgets entries up to at most `index`; whole runs only, so that nothing is copied. */
export function compactLog(log: RaftLog, index: number): void {
  let dropped = 0;
  for (const run of log.runs) {
    if (lastIndexOf(run) > index) break;
    log.baseIndex = lastIndexOf(run);
    log.baseTerm = run.term;
    dropped += 1;
  }
  if (dropped > 0) log.runs.splice(0, dropped);
}

/** The position of the run that holds `index`, by binary search. */
function runPosition(log: RaftLog, index: number): number {
  let low = 0;
  let high = log.runs.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (runAt(log, middle).firstIndex <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

function runAt(log: RaftLog, position: number): EntryRun {
  return must(log.runs[position], `run ${position}`);
}
