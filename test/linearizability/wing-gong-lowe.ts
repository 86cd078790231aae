/**
 * Linearizability by search (Wing and Gong 1993, with the memory of Lowe 2017): some order of the operations that
 * respects time and that the model answers in the same way. Looks at no log index, so that an index that lies cannot
 * hide anything from it. Exponential in the concurrency, hence one key at a time and a budget of steps.
 */
import { must } from '../../src/assert.js';
import {
  describeOperation,
  type History,
  type HistoryOperation,
  type SequentialModel,
  type Verdict,
} from './history.js';

/** A point in time at which an operation begins or ends; a doubly linked list, so that both can be taken out. */
interface Moment<Call> {
  readonly operation: HistoryOperation<Call>;
  /** Of the operation, among all. */
  readonly place: number;
  /** Where it ends; null for an end. */
  end: Moment<Call> | null;
  previous: Moment<Call> | null;
  next: Moment<Call> | null;
}

interface Choice<Call, State> {
  readonly begin: Moment<Call>;
  readonly before: State;
}

export function checkBySearch<Call, State>(
  history: History<Call>,
  model: SequentialModel<Call, State>,
  start: State,
  maxSteps = 1_000_000,
): Verdict {
  return new Search(history, model, start).run(maxSteps);
}

class Search<Call, State> {
  readonly #model: SequentialModel<Call, State>;
  /** Stands before the first moment. */
  readonly #head: Moment<Call>;
  readonly #chosen: Choice<Call, State>[] = [];
  /** Sets of chosen operations, as bits, that led to a state already. */
  readonly #seen = new Map<State, Set<bigint>>();
  #state: State;
  #taken = 0n;
  /** Those that returned and are not chosen yet. */
  #left: number;
  #furthest: HistoryOperation<Call> | null = null;
  #fewestLeft = Number.POSITIVE_INFINITY;

  constructor(history: History<Call>, model: SequentialModel<Call, State>, start: State) {
    this.#model = model;
    this.#state = start;
    this.#left = history.filter(({ returnedNs }) => returnedNs !== Number.POSITIVE_INFINITY).length;
    this.#head = linkMoments(history);
  }

  run(maxSteps: number): Verdict {
    let moment = this.#head.next;
    for (let steps = 0; this.#left > 0; steps += 1) {
      if (steps >= maxSteps) return { kind: 'unknown', reason: `no verdict after ${maxSteps} steps` };
      // The list ends with the ends of those that never returned: none of these has to be chosen.
      if (moment === null || moment.end === null) {
        if (moment !== null && this.#left < this.#fewestLeft) {
          this.#fewestLeft = this.#left;
          this.#furthest = moment.operation;
        }
        const last = this.#chosen.pop();
        if (last === undefined) return this.#illegal();
        this.#undo(last);
        moment = last.begin.next;
      } else if (this.#choose(moment)) {
        moment = this.#head.next;
      } else {
        moment = moment.next;
      }
    }
    return { kind: 'legal' };
  }

  /** As the next in order, if its answer fits and this has not been tried from the same point. */
  #choose(begin: Moment<Call>): boolean {
    const { operation, place } = begin;
    const { state, answer } = this.#model.step(this.#state, operation.call);
    if (operation.answer !== null && !this.#model.sameAnswer(answer, operation.answer)) return false;
    const taken = this.#taken | (1n << BigInt(place));
    const seen = this.#seen.get(state) ?? new Set<bigint>();
    if (seen.has(taken)) return false;
    this.#seen.set(state, seen.add(taken));
    this.#chosen.push({ begin, before: this.#state });
    this.#state = state;
    this.#taken = taken;
    if (operation.returnedNs !== Number.POSITIVE_INFINITY) this.#left -= 1;
    unlink(begin);
    unlink(must(begin.end, 'every beginning has an end'));
    return true;
  }

  #undo({ begin, before }: Choice<Call, State>): void {
    this.#state = before;
    this.#taken &= ~(1n << BigInt(begin.place));
    if (begin.operation.returnedNs !== Number.POSITIVE_INFINITY) this.#left += 1;
    relink(must(begin.end, 'every beginning has an end'));
    relink(begin);
  }

  #illegal(): Verdict {
    const stuck = this.#furthest === null ? 'an operation' : describeOperation(this.#furthest);
    return { kind: 'illegal', reason: `no order explains ${stuck}` };
  }
}

function linkMoments<Call>(history: History<Call>): Moment<Call> {
  const begins = history.map((operation, place): Moment<Call> => {
    const end: Moment<Call> = { operation, place, end: null, previous: null, next: null };
    return { operation, place, end, previous: null, next: null };
  });
  const timeOf = ({ operation, end }: Moment<Call>): number =>
    end === null ? operation.returnedNs : operation.invokedNs;
  const moments = begins.flatMap((begin) => [begin, must(begin.end, 'just made')]);
  // At the same time beginnings come first: what ends as another begins is concurrent with it.
  const rank = ({ end }: Moment<Call>): number => (end === null ? 1 : 0);
  moments.sort((a, b) => (timeOf(a) === timeOf(b) ? rank(a) - rank(b) : timeOf(a) < timeOf(b) ? -1 : 1));
  const nothing = { client: 0, call: null as Call, invokedNs: -1, returnedNs: -1, answer: null, index: null };
  const head: Moment<Call> = { operation: nothing, place: -1, end: null, previous: null, next: null };
  let last = head;
  for (const moment of moments) {
    last.next = moment;
    moment.previous = last;
    last = moment;
  }
  return head;
}

function unlink<Call>(moment: Moment<Call>): void {
  must(moment.previous, 'the head stands before all').next = moment.next;
  if (moment.next !== null) moment.next.previous = moment.previous;
}

/** In the reverse order of `unlink`. */
function relink<Call>(moment: Moment<Call>): void {
  must(moment.previous, 'the head stands before all').next = moment;
  if (moment.next !== null) moment.next.previous = moment;
}
