/**
 * Breadth-first search of a scenario: every state within its bound once, until none is left or the state budget is
 * reached. So a counterexample is a shortest one, and a search that was cut is complete up to the depth it tells.
 */
import { Violation } from '../../src/simulation/checks/violation.js';
import { CanonicalHash } from './canonical-hash.js';
import type { Explorer, State, Step } from './explorer.js';
import { Frontier } from './frontier.js';
import { prepare, type Prepared } from './prepare.js';
import type { Scenario } from './scenario.js';
import type { Checks } from './turn-checks.js';
import { describeTrace } from './trace.js';
import { collisionBound, VisitedStates } from './visited-states.js';

export interface Counterexample {
  readonly violation: Violation;
  /** A shortest way to it: where it starts, then one line an event. */
  readonly trace: readonly string[];
}

export interface SearchResult {
  readonly scenario: string;
  /** Distinct canonical states. */
  readonly states: number;
  readonly transitions: number;
  /** All states this many events from the start were explored. */
  readonly depth: number;
  /** Nothing within the bound is left. */
  readonly isExhausted: boolean;
  readonly outside: { readonly terms: number; readonly messages: number };
  readonly nodeStates: number;
  readonly turnsPerformed: number;
  readonly collisionBound: number;
  readonly tableBytes: number;
  readonly searchBytes: number;
  readonly counterexample: Counterexample | null;
}

export interface SearchOptions {
  readonly maximumStates: number;
  readonly checks?: Checks;
  readonly progress?: (states: number, depth: number) => void;
}

const PROGRESS_STATES = 50_000;
/** What the states of nodes may take, in number: each is a whole state of the core. */
const MAXIMUM_NODE_STATES = 400_000;

export function search(scenario: Scenario, options: SearchOptions): SearchResult {
  const prepared = prepare(scenario, options.checks ?? 'all');
  return new Search(prepared, scenario.name, options).run();
}

class Search {
  readonly #prepared: Prepared;
  readonly #explorer: Explorer;
  readonly #start: State;
  readonly #scenario: string;
  readonly #options: SearchOptions;
  readonly #visited = new VisitedStates();
  readonly #frontier: Frontier;
  readonly #hash: CanonicalHash;
  /** Of each state by number: the state before, and which of its steps led here. */
  #parents = new Uint32Array(2 ** 12);
  #positions = new Uint16Array(2 ** 12);
  #transitions = 0;

  constructor(prepared: Prepared, scenario: string, options: SearchOptions) {
    const { explorer, start } = prepared;
    this.#prepared = prepared;
    this.#explorer = explorer;
    this.#start = start;
    this.#scenario = scenario;
    this.#options = options;
    this.#hash = new CanonicalHash(explorer);
    this.#frontier = new Frontier(explorer.width);
  }

  run(): SearchResult {
    const { maximumStates, progress } = this.#options;
    const { violation, steps } = this.#prepared;
    const state = this.#start.slice();
    this.#add(state, 0, 0);
    if (violation !== null) return this.#result(0, this.#describe(violation, steps));
    let depth = 0;
    let levelEnd = 1;
    for (let number = 0; number < this.#visited.count; number += 1) {
      if (number === levelEnd) {
        depth += 1;
        levelEnd = this.#visited.count;
      }
      if (this.#visited.count >= maximumStates || this.#explorer.turns.nodes.size > MAXIMUM_NODE_STATES) break;
      if (number % PROGRESS_STATES === 0) progress?.(this.#visited.count, depth);
      this.#frontier.take(state);
      try {
        this.#expand(state, number);
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        return this.#result(depth, this.#retrace(error, number));
      }
    }
    return this.#result(depth, null);
  }

  #expand(state: State, number: number): void {
    let position = 0;
    this.#explorer.expand(state, (next) => {
      this.#transitions += 1;
      this.#add(next, number, position);
      position += 1;
    });
  }

  #add(state: State, parent: number, position: number): void {
    this.#hash.set(state);
    if (!this.#visited.add(this.#hash.high, this.#hash.low)) return;
    const number = this.#visited.count - 1;
    if (number === this.#parents.length) {
      const parents = new Uint32Array(number * 2);
      parents.set(this.#parents);
      this.#parents = parents;
      const positions = new Uint16Array(number * 2);
      positions.set(this.#positions);
      this.#positions = positions;
    }
    this.#parents[number] = parent;
    this.#positions[number] = position;
    this.#frontier.add(state);
  }

  #result(depth: number, counterexample: Counterexample | null): SearchResult {
    const { turns, namings, outside } = this.#explorer;
    return {
      scenario: this.#scenario,
      states: this.#visited.count,
      transitions: this.#transitions,
      depth,
      isExhausted: this.#frontier.size === 0 && counterexample === null,
      outside: { ...outside },
      nodeStates: turns.nodes.size,
      turnsPerformed: turns.performed,
      collisionBound: collisionBound(this.#visited.count, namings.length),
      tableBytes: this.#visited.bytes,
      searchBytes: this.#parents.byteLength + this.#positions.byteLength + this.#frontier.largestBytes,
      counterexample,
    };
  }

  /** The steps from the start to the violation behind state `number`. */
  #retrace(violation: Violation, number: number): Counterexample {
    const last = this.#explorer.step;
    const positions: number[] = [];
    for (let at = number; at !== 0; at = this.#parents[at] ?? 0) positions.unshift(this.#positions[at] ?? 0);
    const steps: Step[] = [];
    let state = this.#start;
    for (const wanted of positions) {
      let position = 0;
      let after = state;
      this.#explorer.expand(state, (next, step) => {
        if (position === wanted) {
          after = next.slice();
          steps.push(step);
        }
        position += 1;
      });
      state = after;
    }
    if (last !== null) steps.push(last);
    return this.#describe(violation, steps);
  }

  #describe(violation: Violation, steps: readonly Step[]): Counterexample {
    return { violation, trace: describeTrace(this.#explorer, this.#start, steps, violation) };
  }
}
