/**
 * All that is asked of a recorded history: the certificate check on the whole, the search on each key that is within
 * its bounds, whether the two agree, and whether both find what is planted into it.
 */
import { checkCertificate, type Position } from './certificate.js';
import type { History, SequentialModel, Verdict } from './history.js';
import { plant, type Defect } from './planted.js';
import { checkBySearch } from './wing-gong-lowe.js';

/** Bounds of the search: calls of one key under way at once, and in all. */
const MAX_CONCURRENT = 8;
const MAX_OPERATIONS = 1_000;
const MAX_STEPS = 200_000;
/** Those that the search must find too. */
const SEEN_BY_BOTH: readonly Defect[] = ['staleRead', 'lostWrite', 'doubledWrite'];

export interface Examination<State> {
  /** Keys searched, and operations in them. */
  readonly searched: number;
  readonly searchedOperations: number;
  /** Keys with too much at once for the search. */
  readonly tooDense: number;
  /** Verdicts of either checker. */
  readonly illegal: number;
  readonly unknown: number;
  /** Why, for each of those; and where the two say different things of one key. */
  readonly objections: readonly string[];
  /** Violations planted, and those that were not found by all that have to. */
  readonly planted: number;
  readonly missed: readonly string[];
  readonly end: Position<State>;
}

export function examine<Call, State>(
  history: History<Call>,
  model: SequentialModel<Call, State>,
  start: Position<State> = { states: new Map(), changes: 0 },
): Examination<State> {
  const { verdict, end } = checkCertificate(history, model, start);
  const keys = splitByKey(history, model);
  const verdicts = [verdict];
  const objections = verdict.kind === 'legal' ? [] : [`${verdict.kind}: ${verdict.reason}`];
  const missed: string[] = [];
  let searched = 0;
  let searchedOperations = 0;
  let tooDense = 0;
  let planted = 0;
  for (const [key, operations] of keys) {
    if (operations.length > MAX_OPERATIONS || mostAtOnce(operations) > MAX_CONCURRENT) {
      tooDense += 1;
      continue;
    }
    const state = start.states.get(key) ?? model.initial(key);
    const found = checkBySearch(operations, model, state, MAX_STEPS);
    searched += 1;
    searchedOperations += operations.length;
    const ofKey = checkCertificate(operations, model, { states: new Map([[key, state]]), changes: 0 }).verdict;
    verdicts.push(found);
    if (found.kind !== 'legal') objections.push(`${key}: ${found.kind}, ${found.reason}`);
    if (found.kind !== ofKey.kind) objections.push(`${key}: ${found.kind} by search, ${ofKey.kind} by certificate`);
    if (found.kind !== 'legal' || ofKey.kind !== 'legal') continue;
    const results = plantAll(key, operations, model, state);
    planted += results.planted;
    missed.push(...results.missed);
  }
  const count = (kind: Verdict['kind']): number => verdicts.filter((each) => each.kind === kind).length;
  const counts = { illegal: count('illegal'), unknown: count('unknown'), searched, searchedOperations, tooDense };
  return { ...counts, objections, planted, missed, end };
}

/** One key's calls, apart; those on all keys are left to the certificate check. */
function splitByKey<Call>(
  history: History<Call>,
  model: SequentialModel<Call, unknown>,
): ReadonlyMap<string, History<Call>> {
  const keys = new Map<string, History<Call>[number][]>();
  for (const operation of history) {
    const key = model.keyOf(operation.call);
    if (key === null) continue;
    const known = keys.get(key);
    if (known === undefined) keys.set(key, [operation]);
    else known.push(operation);
  }
  return keys;
}

function mostAtOnce(history: History<unknown>): number {
  const moments = history.flatMap(({ invokedNs, returnedNs }) => [
    { at: invokedNs, change: 1 },
    { at: returnedNs, change: -1 },
  ]);
  moments.sort((a, b) => (a.at === b.at ? b.change - a.change : a.at < b.at ? -1 : 1));
  let now = 0;
  let most = 0;
  for (const { change } of moments) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}

function plantAll<Call, State>(
  key: string,
  history: History<Call>,
  model: SequentialModel<Call, State>,
  start: State,
): { planted: number; missed: string[] } {
  const missed: string[] = [];
  let planted = 0;
  const position = { states: new Map([[key, start]]), changes: 0 };
  for (const defect of [...SEEN_BY_BOTH, 'lyingIndex' as const]) {
    const broken = plant(defect, history, model, start);
    if (broken === null) continue;
    planted += 1;
    if (checkCertificate(broken, model, position).verdict.kind !== 'illegal') {
      missed.push(`${key}: a ${defect} passed the certificate check`);
    }
    if (!SEEN_BY_BOTH.includes(defect)) continue;
    const found = checkBySearch(broken, model, start, MAX_STEPS);
    if (found.kind !== 'illegal') missed.push(`${key}: a ${defect} passed the search: ${found.kind}`);
  }
  return { planted, missed };
}
