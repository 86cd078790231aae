/**
 * The states of an explored cluster and what follows each of them. A state is a few numbers: each node, the history,
 * what is left of the allowance (two words of 4 bits each), and the messages on their way in ascending order.
 */
import { must } from '../../src/assert.js';
import { checkLogsMatch, EMPTY_HISTORY, extendHistory, historyText, type ClusterHistory } from './cluster-history.js';
import { countedBy, packAction, unpackAction, type Action } from './actions.js';
import { Interner } from './interner.js';
import { createLocalNode, type LocalNode } from './local-node.js';
import type { Checks } from './turn-checks.js';
import { LocalTurns, type LocalOutcome } from './local-turns.js';
import { allNames, type Names } from './names.js';
import { COUNTED, nodesOf, UNLIMITED, type Allowance, type Scenario } from './scenario.js';

export type State = Uint32Array;
/** An empty place; above all messages. */
export const NO_MESSAGE = 0xffff_ffff;

/** What `expand` has just done. */
export interface Step {
  readonly action: Action;
  /** Null: a message was lost. */
  readonly outcome: LocalOutcome | null;
}

const CRASH = COUNTED.indexOf('crash');
const DUPLICATE = COUNTED.indexOf('duplicate');
const DROP = COUNTED.indexOf('drop');
const TOGETHER = COUNTED.indexOf('together');
const PER_WORD = 8;

export class Explorer {
  /** How many, and where the messages begin. */
  readonly nodes: number;
  readonly firstMessage: number;
  readonly names: Names;
  readonly namings: readonly Names[];
  readonly turns: LocalTurns;
  readonly histories: Interner<ClusterHistory>;
  /** What left the bound and was not followed. */
  readonly outside = { terms: 0, messages: 0 };
  /** The step that is being checked: after a violation, the one that led to it. */
  step: Step | null = null;
  readonly #scenario: Scenario;
  readonly #slots: number;
  readonly #next: State;
  readonly #matching = new Set<number>();

  /** With `from`: the same nodes, messages and histories have the same numbers there and here. */
  constructor(scenario: Scenario, from: Checks | Explorer) {
    this.#scenario = scenario;
    this.nodes = nodesOf(scenario).length;
    this.#slots = scenario.maximumInFlight;
    this.firstMessage = this.nodes + 3;
    this.namings = allNames(this.nodes);
    this.names = must(this.namings[0], 'a naming');
    this.turns = from instanceof Explorer ? from.turns : new LocalTurns(scenario, this.namings, from);
    this.histories = from instanceof Explorer ? from.histories : new Interner(this.namings, historyText);
    this.#next = new Uint32Array(this.width);
  }

  get width(): number {
    return this.firstMessage + this.#slots;
  }

  /** All nodes down, nothing on its way. */
  emptyState(): State {
    const state = new Uint32Array(this.width).fill(NO_MESSAGE);
    const members = (ids: readonly number[]): { id: number; incarnation: string }[] =>
      ids.map((id) => ({ id, incarnation: 'a' }));
    const configuration = { voters: members(this.#scenario.voters), learners: members(this.#scenario.learners ?? []) };
    nodesOf(this.#scenario).forEach((id, slot) => {
      state[slot] = this.turns.nodes.idOf(createLocalNode({ id, incarnation: 'a' }, configuration));
    });
    state[this.nodes] = this.histories.idOf(EMPTY_HISTORY);
    return state;
  }

  setAllowance(state: State, allowed: Allowance): void {
    state.fill(0, this.nodes + 1, this.firstMessage);
    COUNTED.forEach((name, counted) => {
      const word = this.nodes + 1 + Math.floor(counted / PER_WORD);
      state[word] = ((state[word] ?? 0) | (allowed[name] << ((counted % PER_WORD) * 4))) >>> 0;
    });
  }

  nodesIn(state: State): LocalNode[] {
    return Array.from(state.subarray(0, this.nodes), (id) => this.turns.nodes.valueOf(id));
  }

  messagesIn(state: State): number[] {
    return [...state.subarray(this.firstMessage)].filter((message) => message !== NO_MESSAGE);
  }

  historyIn(state: State): ClusterHistory {
    return this.histories.valueOf(state[this.nodes] ?? 0);
  }

  /** The same state where another number of messages may be on their way. */
  takeOver(state: State, from: Explorer): State {
    const own = new Uint32Array(this.width).fill(NO_MESSAGE);
    own.set(state.subarray(0, this.firstMessage));
    own.set(from.messagesIn(state), this.firstMessage);
    return own;
  }

  /** Calls `visit` for each state that may come next, in an order that is always the same. Throws a `Violation`. */
  expand(state: State, visit: (next: State, step: Step) => void): void {
    for (let slot = 0; slot < this.nodes; slot += 1) {
      for (const action of this.turns.optionsOf(state[slot] ?? 0)) this.#tryOption(state, action, visit);
    }
    for (let position = this.firstMessage; position < this.width; position += 1) {
      const message = state[position] ?? NO_MESSAGE;
      if (message === NO_MESSAGE) break;
      if (message !== state[position - 1] || position === this.firstMessage) this.#tryMessage(state, position, visit);
    }
  }

  #tryOption(state: State, action: number, visit: (next: State, step: Step) => void): void {
    let unpacked = unpackAction(action);
    const counted = countedBy(unpacked);
    if (counted >= 0 && this.#left(state, counted) === 0) return;
    const { kind, slot, argument } = unpacked;
    if (kind === 'read' && this.historyIn(state).read !== null) return;
    if (kind === 'peerDown' || kind === 'peerUp') {
      const isUp = this.turns.nodes.valueOf(state[argument - 1] ?? 0).state !== null;
      if (isUp !== (kind === 'peerUp')) return;
    }
    if (kind === 'propose') {
      const made = (this.#scenario.allowed.propose ?? 0) - this.#left(state, counted);
      unpacked = { kind, slot, argument: Math.max(0, made) };
    }
    this.#turn(state, { action: unpacked, counted, positions: [] }, visit);
  }

  #tryMessage(state: State, position: number, visit: (next: State, step: Step) => void): void {
    const message = state[position] ?? 0;
    const slot = this.turns.messages.valueOf(message).to.id - 1;
    const isUp = this.turns.nodes.valueOf(state[slot] ?? 0).state !== null;
    if (isUp) {
      this.#turn(
        state,
        { action: { kind: 'deliver', slot, argument: message }, counted: -1, positions: [position] },
        visit,
      );
      if (this.#left(state, DUPLICATE) > 0) {
        const action: Action = { kind: 'duplicate', slot, argument: message };
        this.#turn(state, { action, counted: DUPLICATE, positions: [] }, visit);
      }
      if (this.#left(state, TOGETHER) > 0) this.#tryTogether(state, position, visit);
    }
    if (this.#left(state, DROP) > 0) this.#lose(state, position, visit);
  }

  /** In either order. */
  #tryTogether(state: State, position: number, visit: (next: State, step: Step) => void): void {
    const message = state[position] ?? 0;
    const slot = this.turns.messages.valueOf(message).to.id - 1;
    for (let other = this.firstMessage; other < this.width; other += 1) {
      const second = state[other] ?? NO_MESSAGE;
      if (second === NO_MESSAGE) break;
      if (other === position || this.turns.messages.valueOf(second).to.id - 1 !== slot) continue;
      const action: Action = { kind: 'together', slot, argument: this.turns.pairOf(message, second) };
      this.#turn(state, { action, counted: TOGETHER, positions: [position, other] }, visit);
    }
  }

  #lose(state: State, position: number, visit: (next: State, step: Step) => void): void {
    const next = this.#next;
    next.set(state);
    next.copyWithin(position, position + 1);
    next[this.width - 1] = NO_MESSAGE;
    this.#take(next, DROP);
    const action: Action = { kind: 'drop', slot: 0, argument: state[position] ?? 0 };
    visit(next, (this.step = { action, outcome: null }));
  }

  #turn(
    state: State,
    { action, counted, positions }: { action: Action; counted: number; positions: readonly number[] },
    visit: (next: State, step: Step) => void,
  ): void {
    const { kind, slot, argument } = action;
    const performed = packAction(kind === 'duplicate' ? 'deliver' : kind, slot, argument);
    for (const outcome of this.turns.outcomesOf(state[slot] ?? 0, performed)) {
      this.step = { action, outcome };
      if (outcome.violation !== null) throw outcome.violation;
      const costsCrash = outcome.isCrash && kind !== 'crash';
      if (costsCrash && this.#left(state, CRASH) === 0) continue;
      const next = this.#next;
      next.set(state);
      next[slot] = outcome.node;
      this.#check(state, next, action, outcome); // also what leaves the bound
      if (outcome.term > this.#scenario.maximumTerm) {
        this.outside.terms += 1;
        continue;
      }
      if (counted >= 0) this.#take(next, counted);
      if (costsCrash) this.#take(next, CRASH);
      if (!this.#replaceMessages(next, positions, outcome.messages)) {
        this.outside.messages += 1;
        continue;
      }
      visit(next, this.step);
    }
  }

  /** False when more are on their way than the bound allows. */
  #replaceMessages(next: State, positions: readonly number[], sent: readonly number[]): boolean {
    const { width } = this;
    for (const position of positions) next[position] = NO_MESSAGE;
    if (positions.length > 0) next.subarray(this.firstMessage).sort();
    for (const message of sent) {
      if (next[width - 1] !== NO_MESSAGE) return false;
      let at = width - 1;
      for (; at > this.firstMessage && (next[at - 1] ?? 0) > message; at -= 1) next[at] = next[at - 1] ?? 0;
      next[at] = message;
    }
    return true;
  }

  #check(state: State, next: State, { kind, slot }: Action, { node, notes, isCrash }: LocalOutcome): void {
    const { turns } = this;
    const log = turns.logOf(node);
    if (log !== turns.logOf(state[slot] ?? 0)) {
      for (let other = 0; other < this.nodes; other += 1) {
        if (other !== slot) this.#checkLogs(node, next[other] ?? 0);
      }
    }
    let history = this.historyIn(state);
    const { member } = turns.nodes.valueOf(node);
    const before = history;
    if (kind === 'read') history = { ...history, read: { asked: member, floor: history.committed.length } };
    if (notes.length > 0) history = extendHistory(history, notes, this.nodesIn(next), slot);
    if (isCrash && history.read?.asked.id === member.id) history = { ...history, read: null };
    if (history !== before) next[this.nodes] = this.histories.idOf(history);
  }

  #checkLogs(one: number, two: number): void {
    const { turns } = this;
    const pair = turns.logOf(one) * 2 ** 24 + turns.logOf(two);
    if (this.#matching.has(pair)) return;
    checkLogsMatch(turns.nodes.valueOf(one), turns.nodes.valueOf(two));
    this.#matching.add(pair);
  }

  #left(state: State, counted: number): number {
    const word = state[this.nodes + 1 + (counted < PER_WORD ? 0 : 1)] ?? 0;
    return (word >>> ((counted % PER_WORD) * 4)) & 15;
  }

  #take(next: State, counted: number): void {
    const left = this.#left(next, counted);
    const word = this.nodes + 1 + (counted < PER_WORD ? 0 : 1);
    if (left !== UNLIMITED) next[word] = ((next[word] ?? 0) - (1 << ((counted % PER_WORD) * 4))) >>> 0;
  }
}
