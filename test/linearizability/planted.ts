/**
 * Violations planted into a legal history of one key: what a broken cluster would have answered. A checker that has
 * never failed proves nothing.
 */
import { must } from '../../src/assert.js';
import type { History, HistoryOperation, SequentialModel } from './history.js';

export type Defect = 'staleRead' | 'lostWrite' | 'doubledWrite' | 'lyingIndex';

type Placed<Call> = HistoryOperation<Call> & { readonly index: number };

/** Null: the history has no place for it where somebody must notice. */
export function plant<Call, State>(
  defect: Defect,
  history: History<Call>,
  model: SequentialModel<Call, State>,
  start: State,
): History<Call> | null {
  return defect === 'lyingIndex' ? plantLyingIndex(history, model) : new Planter(history, model, start).plant(defect);
}

function inLogOrder<Call>(history: History<Call>, model: SequentialModel<Call, unknown>): Placed<Call>[] {
  const rank = ({ call }: Placed<Call>): number => (model.isWrite(call) ? 0 : 1);
  return history
    .filter((operation): operation is Placed<Call> => operation.index !== null)
    .sort((a, b) => a.index - b.index || rank(a) - rank(b) || a.invokedNs - b.invokedNs);
}

/** Two writes, one over before the other began, name each other's index: only the certificate check looks at those. */
function plantLyingIndex<Call>(history: History<Call>, model: SequentialModel<Call, unknown>): History<Call> | null {
  const writes = inLogOrder(history, model).filter(({ call }) => model.isWrite(call));
  for (const [place, first] of writes.entries()) {
    const second = writes[place + 1];
    if (second === undefined || second.invokedNs < first.returnedNs) continue;
    return history.map((operation) => {
      if (operation === first) return { ...first, index: second.index };
      return operation === second ? { ...second, index: first.index } : operation;
    });
  }
  return null;
}

class Planter<Call, State> {
  readonly #history: History<Call>;
  readonly #model: SequentialModel<Call, State>;
  readonly #order: readonly Placed<Call>[];
  readonly #start: State;

  constructor(history: History<Call>, model: SequentialModel<Call, State>, start: State) {
    this.#history = history;
    this.#model = model;
    this.#order = inLogOrder(history, model);
    this.#start = start;
  }

  /**
   * Looks for a write (a doubled one: and the next write, which began after it) and then a read, one after the other
   * in time and with no other write anywhere near, whose answer shows the defect.
   */
  plant(defect: 'staleRead' | 'lostWrite' | 'doubledWrite'): History<Call> | null {
    let before = this.#start;
    for (const [place, write] of this.#order.entries()) {
      const after = this.#after(before, write);
      if (after !== before) {
        const last = defect === 'doubledWrite' ? this.#nextWrite(place) : place;
        const broken =
          last === null ? null : this.#brokenState(defect, before, [write, must(this.#order[last], 'found')]);
        const read = last === null || broken === null ? null : this.#tellingRead(write, last, broken);
        if (read !== null && broken !== null) return this.#rewrite(defect, read, broken, write.index - 1);
      }
      before = after;
    }
    return null;
  }

  #after(state: State, { call }: Placed<Call>): State {
    return this.#model.step(state, call).state;
  }

  #nextWrite(place: number): number | null {
    const next = this.#order.findIndex(({ call }, at) => at > place && this.#model.isWrite(call));
    return next < 0 ? null : next;
  }

  /** Of the key once the defect has happened; null: it would change nothing. */
  #brokenState(
    defect: 'staleRead' | 'lostWrite' | 'doubledWrite',
    before: State,
    [write, next]: readonly [Placed<Call>, Placed<Call>],
  ): State | null {
    if (defect !== 'doubledWrite') return before;
    if (next.invokedNs <= write.returnedNs) return null;
    const right = this.#after(this.#after(before, write), next);
    const broken = this.#after(right, write);
    return broken === right ? null : broken;
  }

  #tellingRead(write: Placed<Call>, lastPlace: number, broken: State): number | null {
    const last = must(this.#order[lastPlace], 'found');
    for (let place = lastPlace + 1; place < this.#order.length; place += 1) {
      const read = must(this.#order[place], 'within the list');
      if (this.#model.isWrite(read.call)) return null;
      if (read.invokedNs <= last.returnedNs) continue;
      const { answer } = this.#model.step(broken, read.call);
      const differs = !this.#model.sameAnswer(answer, must(read.answer, 'placed'));
      if (differs && this.#isQuiet([write, last, read])) return place;
    }
    return null;
  }

  /** No other write from the first of them to the last. */
  #isQuiet(operations: readonly Placed<Call>[]): boolean {
    const from = Math.min(...operations.map(({ invokedNs }) => invokedNs));
    const to = Math.max(...operations.map(({ returnedNs }) => returnedNs));
    return this.#history.every((operation) => {
      if (!this.#model.isWrite(operation.call) || operations.some((known) => known === operation)) return true;
      return operation.returnedNs < from || operation.invokedNs > to;
    });
  }

  /** A stale read is one; whatever else was broken shows in all that follows. */
  #rewrite(defect: Defect, place: number, broken: State, staleIndex: number): History<Call> {
    const rewritten = new Map<HistoryOperation<Call>, HistoryOperation<Call>>();
    let state = broken;
    for (const operation of this.#order.slice(place)) {
      const { state: after, answer } = this.#model.step(state, operation.call);
      state = after;
      const index = defect === 'staleRead' ? staleIndex : 'code' in answer ? null : operation.index;
      rewritten.set(operation, { ...operation, answer, index });
      if (defect === 'staleRead') break;
    }
    return this.#history.map((operation) => rewritten.get(operation) ?? operation);
  }
}
