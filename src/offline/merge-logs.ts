/**
 * One log out of what survives of several: pure. Where an entry stands (index and term) decides all that stands before
 * it (log matching, paper 5.3), so the log is followed back from the end of the best one, from entry to entry, taking
 * each from whichever node has it intact.
 */
import { must } from '../assert.js';
import { sliceRun, type EntryRun } from '../raft/entries.js';
import type { LogPlace } from '../raft/log.js';
import { endOf, entriesOf, type Stretch, type SurvivingLog } from './surviving-log.js';

/** Indexes of consecutive entries that no node has intact. */
export interface Gap {
  readonly from: number;
  readonly to: number;
}

export interface MergedLog {
  /** Where the entries begin: what is up to there is in a snapshot. */
  readonly base: LogPlace;
  /** Consecutive up to the end, or up to the first gap. */
  readonly entries: readonly EntryRun[];
  /** Of those entries. */
  readonly last: LogPlace;
  /** The end of the best log. */
  readonly end: LogPlace;
  /** Ascending. */
  readonly gaps: readonly Gap[];
}

interface KnownEntry {
  readonly place: LogPlace;
  readonly before: LogPlace;
  readonly run: EntryRun;
}

/** `base`: the end of the newest intact snapshot; index 0 when there is none. */
export function mergeLogs(logs: readonly SurvivingLog[], base: LogPlace): MergedLog {
  const best = endOf(logs);
  const end = best.index > base.index ? best : base;
  const { path, missing } = walkBack(logs, end, base);
  const gaps = gapsOf(missing.reverse());
  const whole = path.reverse().filter(({ place }) => place.index < (gaps[0]?.from ?? Infinity));
  return { base, entries: runsOf(whole), last: whole.at(-1)?.place ?? base, end, gaps };
}

/** From the end to the base: the entries that are there, and the indexes of those that are not. */
function walkBack(
  logs: readonly SurvivingLog[],
  end: LogPlace,
  base: LogPlace,
): { path: KnownEntry[]; missing: number[] } {
  const known = new Map(logs.flatMap(({ stretches }) => stretches.flatMap(keyedEntries)));
  const others = logs.map(termsOf);
  /** Logs that meet the path somewhere, and so are the same below. */
  const same = new Set<Terms>();
  const path: KnownEntry[] = [];
  const missing: number[] = [];
  for (let place = end; place.index > base.index;) {
    for (const terms of others) if (terms.get(place.index) === place.term) same.add(terms);
    const entry = known.get(keyOf(place));
    const before = entry?.before ?? nearestBelow(place, [...same], base);
    if (entry !== undefined) path.push(entry);
    else for (let index = place.index; index > before.index; index -= 1) missing.push(index);
    place = before;
  }
  return { path, missing };
}

function keyedEntries(stretch: Stretch): [string, KnownEntry][] {
  return Array.from(entriesOf(stretch), (entry) => [keyOf(entry.place), entry]);
}

/** The terms of the entries that a log has or once had, by index. */
type Terms = ReadonlyMap<number, number>;

function termsOf({ stretches, end }: SurvivingLog): Terms {
  const terms = new Map<number, number>();
  for (const stretch of stretches) {
    terms.set(stretch.after.index, stretch.after.term);
    for (const { place } of entriesOf(stretch)) terms.set(place.index, place.term);
  }
  if (end !== null) terms.set(end.index, end.term);
  return terms;
}

function nearestBelow(place: LogPlace, same: readonly Terms[], base: LogPlace): LogPlace {
  for (let index = place.index - 1; index > base.index; index -= 1) {
    const term = same.map((terms) => terms.get(index)).find((found) => found !== undefined);
    if (term !== undefined) return { index, term };
  }
  return base;
}

function gapsOf(missing: readonly number[]): Gap[] {
  const gaps: Gap[] = [];
  for (const index of missing) {
    const last = gaps.at(-1);
    if (last?.to === index - 1) gaps[gaps.length - 1] = { from: last.from, to: index };
    else gaps.push({ from: index, to: index });
  }
  return gaps;
}

/** Entries as runs again: those next to each other in one run are cut out of it together. */
function runsOf(entries: readonly KnownEntry[]): EntryRun[] {
  const runs: EntryRun[] = [];
  let first = 0;
  entries.forEach(({ run, place }, position) => {
    if (entries[position + 1]?.run === run) return;
    runs.push(sliceRun(run, must(entries[first], 'first of the run').place.index, place.index));
    first = position + 1;
  });
  return runs;
}

function keyOf({ index, term }: LogPlace): string {
  return `${index}:${term}`;
}
