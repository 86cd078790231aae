/**
 * The certificate check: every answer names its log index, so the order that would prove a history linearizable is
 * given, and only has to be checked: the answers against the sequential model, and that no operation stands behind
 * one that was invoked after it had returned. O(n log n), any size. Sound: a legal verdict is a proof. An illegal one
 * may also mean that an index lies; the search of `wing-gong-lowe.ts`, which looks at no index, tells them apart.
 *
 * A refusal names no index: it stands where the model refuses too, as early as its neighbours in time allow.
 */
import { must } from '../../src/assert.js';
import {
  describeOperation,
  type Answer,
  type History,
  type HistoryOperation,
  type SequentialModel,
  type Verdict,
} from './history.js';

/** Where a history leaves off: what the next one of the same cluster goes on from. */
export interface Position<State> {
  readonly states: ReadonlyMap<string, State>;
  readonly changes: number;
}

export interface CertificateResult<State> {
  readonly verdict: Verdict;
  readonly end: Position<State>;
}

interface Placed<Call> extends HistoryOperation<Call> {
  readonly index: number;
}

/** From `from` on, this key has that state. */
interface Span<State> {
  readonly from: number;
  readonly state: State;
}

export function checkCertificate<Call, State>(
  history: History<Call>,
  model: SequentialModel<Call, State>,
  start: Position<State> = { states: new Map(), changes: 0 },
): CertificateResult<State> {
  const open = history.find(({ answer }) => answer === null);
  if (open !== undefined) return { verdict: unknown(open), end: start };
  const placed = history.filter((operation): operation is Placed<Call> => operation.index !== null);
  const order = inLogOrder(placed, model);
  const replay = new Replay(model, start);
  const wrong = findWrongAnswer(order, replay) ?? findDisorder(order);
  const reason = wrong ?? findMisplacedRefusal(history, order, model, replay.spans);
  return { verdict: reason === null ? { kind: 'legal' } : { kind: 'illegal', reason }, end: replay };
}

function unknown<Call>(open: HistoryOperation<Call>): Verdict {
  return { kind: 'unknown', reason: `nobody looked up the outcome of ${describeOperation(open)}` };
}

/** At one index first the write that it is, then the reads that saw it. */
function inLogOrder<Call>(placed: readonly Placed<Call>[], model: SequentialModel<Call, unknown>): Placed<Call>[] {
  const rank = ({ call }: Placed<Call>): number => (model.isWrite(call) ? 0 : 1);
  return [...placed].sort((a, b) => a.index - b.index || rank(a) - rank(b) || a.invokedNs - b.invokedNs);
}

/** The log once more, one operation after the other. */
class Replay<Call, State> {
  readonly states: Map<string, State>;
  readonly spans: Map<string, Span<State>[]>;
  changes: number;
  readonly #model: SequentialModel<Call, State>;
  #lastWrite = 0;

  constructor(model: SequentialModel<Call, State>, start: Position<State>) {
    this.#model = model;
    this.states = new Map(start.states);
    this.spans = new Map([...start.states].map(([key, state]) => [key, [{ from: 0, state }]]));
    this.changes = start.changes;
  }

  /** What is wrong with it, or null. */
  take(operation: Placed<Call>): string | null {
    const { call, index } = operation;
    if (this.#model.isWrite(call)) {
      if (index === this.#lastWrite) return `a second write at its index: ${describeOperation(operation)}`;
      this.#lastWrite = index;
    }
    const key = this.#model.keyOf(call);
    const answer = key === null ? this.#model.survey(this.states, this.changes, call) : this.#step(key, operation);
    if (this.#model.sameAnswer(answer, must(operation.answer, 'what is unknown has no index'))) return null;
    return `${describeOperation(operation)}, where the log says ${JSON.stringify(answer)}`;
  }

  #step(key: string, { call, index }: Placed<Call>): Answer {
    const before = this.states.get(key) ?? this.#model.initial(key);
    const { state, answer } = this.#model.step(before, call);
    if (state === before) return answer;
    this.changes += 1;
    this.states.set(key, state);
    const span = { from: index, state };
    const known = this.spans.get(key);
    if (known === undefined) this.spans.set(key, [span]);
    else known.push(span);
    return answer;
  }
}

function findWrongAnswer<Call, State>(order: readonly Placed<Call>[], replay: Replay<Call, State>): string | null {
  for (const operation of order) {
    const wrong = replay.take(operation);
    if (wrong !== null) return wrong;
  }
  return null;
}

/** Something that stands behind what was invoked only after it had returned. */
function findDisorder<Call>(order: readonly Placed<Call>[]): string | null {
  let latest: Placed<Call> | null = null;
  for (const operation of order) {
    if (latest !== null && operation.returnedNs < latest.invokedNs) {
      return `${describeOperation(operation)} had returned before its predecessor began: ${describeOperation(latest)}`;
    }
    if (latest === null || operation.invokedNs > latest.invokedNs) latest = operation;
  }
  return null;
}

/**
 * Each refusal at the first place where the model refuses: after all that had returned before it began, before all
 * that began after it had returned. In the order of invocation, so that the earliest place of one never hinders the
 * next.
 */
function findMisplacedRefusal<Call, State>(
  history: History<Call>,
  order: readonly Placed<Call>[],
  model: SequentialModel<Call, State>,
  spans: ReadonlyMap<string, readonly Span<State>[]>,
): string | null {
  const refusals = history.filter(({ index }) => index === null).sort((a, b) => a.invokedNs - b.invokedNs);
  const places = new Map<HistoryOperation<Call>, number>();
  const byReturn = [...order, ...refusals].sort((a, b) => a.returnedNs - b.returnedNs);
  const latestPlaces = latestPlacesBefore(order, model);
  let returned = 0;
  let lowest = 0;
  for (const refusal of refusals) {
    for (let next = byReturn[returned]; next !== undefined && next.returnedNs < refusal.invokedNs;) {
      lowest = Math.max(lowest, next.index ?? places.get(next) ?? 0);
      returned += 1;
      next = byReturn[returned];
    }
    const place = placeOf(refusal, lowest, latestPlaces(refusal.returnedNs), { model, spans });
    if (place === null) return `no place in the log for this refusal: ${describeOperation(refusal)}`;
    places.set(refusal, place);
  }
  return null;
}

/** The last place, as an index, at which something that returned then can stand. */
function latestPlacesBefore<Call>(
  order: readonly Placed<Call>[],
  model: SequentialModel<Call, unknown>,
): (returnedNs: number) => number {
  const byInvocation = [...order].sort((a, b) => a.invokedNs - b.invokedNs);
  const latest = new Float64Array(byInvocation.length + 1).fill(Number.POSITIVE_INFINITY);
  for (let at = byInvocation.length - 1; at >= 0; at -= 1) {
    const { index, call } = must(byInvocation[at], 'within the list');
    latest[at] = Math.min(must(latest[at + 1], 'within the list'), model.isWrite(call) ? index - 1 : index);
  }
  return (returnedNs) => {
    let low = 0;
    let high = byInvocation.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (must(byInvocation[middle], 'within the list').invokedNs > returnedNs) high = middle;
      else low = middle + 1;
    }
    return must(latest[low], 'within the list');
  };
}

function placeOf<Call, State>(
  { call, answer }: HistoryOperation<Call>,
  lowest: number,
  highest: number,
  { model, spans }: { model: SequentialModel<Call, State>; spans: ReadonlyMap<string, readonly Span<State>[]> },
): number | null {
  const key = model.keyOf(call);
  if (key === null) return null;
  const known = spans.get(key) ?? [];
  const timeline = known[0]?.from === 0 ? known : [{ from: 0, state: model.initial(key) }, ...known];
  for (let at = lastBefore(timeline, lowest); at < timeline.length; at += 1) {
    const { from, state } = must(timeline[at], 'within the list');
    if (from > highest) return null;
    const refused = model.sameAnswer(model.step(state, call).answer, must(answer, 'a refusal is an answer'));
    if (refused && Math.max(from, lowest) <= highest) return Math.max(from, lowest);
  }
  return null;
}

function lastBefore<State>(timeline: readonly Span<State>[], index: number): number {
  let low = 0;
  let high = timeline.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (must(timeline[middle], 'within the list').from <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}
