/**
 * Brings an explorer to the start of its scenario: turns of the same core, checked like all others, in the one order
 * that the scenario names and without its bound.
 */
import { assert, must } from '../../src/assert.js';
import { Violation } from '../../src/simulation/checks/violation.js';
import { TIMERS, type Action } from './actions.js';
import { Explorer, type State, type Step } from './explorer.js';
import { allowance, COUNTED, UNLIMITED, type Preparation, type Scenario } from './scenario.js';
import type { Checks } from './turn-checks.js';

const PREPARING_IN_FLIGHT = 24;
const MAXIMUM_DELIVERIES = 200;

export interface Prepared {
  readonly explorer: Explorer;
  readonly start: State;
  /** The way there; where one of these steps violates a check, the last. */
  readonly steps: readonly Step[];
  readonly violation: Violation | null;
}

export function prepare(scenario: Scenario, checks: Checks): Prepared {
  const everything = allowance(Object.fromEntries(COUNTED.map((each) => [each, UNLIMITED])));
  const unbounded = { maximumInFlight: PREPARING_IN_FLIGHT, maximumTerm: Number.POSITIVE_INFINITY };
  const preparer = new Explorer({ ...scenario, ...unbounded, allowed: everything }, checks);
  const empty = preparer.emptyState();
  preparer.setAllowance(empty, everything);
  const starts = preparer.nodesIn(empty).map(({ member }): Preparation => ({ restart: member.id }));
  const steps: Step[] = [];
  try {
    let state = empty;
    for (const preparation of [...starts, ...scenario.preparations]) {
      state = new Preparing(preparer, steps).follow(state, preparation);
    }
    const explorer = new Explorer(scenario, preparer);
    const start = explorer.takeOver(state, preparer);
    explorer.setAllowance(start, allowance(scenario.allowed));
    return { explorer, start, steps, violation: null };
  } catch (error) {
    if (!(error instanceof Violation) || preparer.step === null) throw error;
    return { explorer: preparer, start: empty, steps: [...steps, preparer.step], violation: error };
  }
}

class Preparing {
  readonly #explorer: Explorer;
  readonly #steps: Step[];

  constructor(explorer: Explorer, steps: Step[]) {
    this.#explorer = explorer;
    this.#steps = steps;
  }

  follow(state: State, preparation: Preparation): State {
    if ('settle' in preparation) return this.#settle(state, preparation.settle);
    const next = this.#choose(state, this.#wanted(preparation));
    return must(next, `nothing can be prepared by ${JSON.stringify(preparation)}`);
  }

  #wanted(preparation: Exclude<Preparation, { settle: unknown }>): (action: Action) => boolean {
    if ('fire' in preparation) {
      const { fire, node } = preparation;
      return ({ kind, slot, argument }) => kind === 'timer' && slot === node - 1 && TIMERS[argument] === fire;
    }
    const { messages } = this.#explorer.turns;
    const isMessage = (id: number, kind: string, node: number): boolean =>
      messages.valueOf(id).kind === kind && messages.valueOf(id).to.id === node;
    if ('deliver' in preparation) {
      const { deliver, node } = preparation;
      return ({ kind, argument }) => kind === 'deliver' && isMessage(argument, deliver, node);
    }
    if ('lose' in preparation) {
      const { lose, node } = preparation;
      return ({ kind, argument }) => kind === 'drop' && isMessage(argument, lose, node);
    }
    const [[wanted, node] = ['', 0]] = Object.entries<number>(preparation);
    return ({ kind, slot }) => kind === wanted && slot === node - 1;
  }

  #settle(state: State, nodes: readonly number[]): State {
    let now = state;
    for (let count = 0; count < MAXIMUM_DELIVERIES; count += 1) {
      const next =
        this.#choose(now, ({ kind, slot }) => (kind === 'deliver' || kind === 'task') && nodes.includes(slot + 1)) ??
        this.#choose(now, ({ kind }) => kind === 'drop');
      if (next === null) return now;
      now = next;
    }
    assert(false, 'the cluster never settles');
  }

  /** The first such step that runs to its end; all others are checked too. */
  #choose(state: State, wanted: (action: Action) => boolean): State | null {
    let chosen: { readonly next: State; readonly step: Step } | null = null;
    this.#explorer.expand(state, (next, step) => {
      const { action, outcome } = step;
      const isWhole = outcome === null || !outcome.isCrash || action.kind === 'crash';
      if (isWhole && wanted(action)) chosen ??= { next: next.slice(), step };
    });
    return this.#take(chosen);
  }

  #take(chosen: { readonly next: State; readonly step: Step } | null): State | null {
    if (chosen === null) return null;
    this.#steps.push(chosen.step);
    return chosen.next;
  }
}
