/**
 * The turns of single nodes, each performed by the core once: a node's state and what comes to it decide all that
 * follows, so the next time both meet, in whatever cluster, the outcome is known. Values are told by their numbers.
 */
import { must } from '../../src/assert.js';
import type { Input, RaftMessage } from '../../src/raft/messages.js';
import { EntryKind, packPayloads } from '../../src/raft/entries.js';
import type { Violation } from '../../src/simulation/checks/violation.js';
import { TIMERS, packAction, unpackAction, type Action } from './actions.js';
import { describeMessage, describeRuns } from './describe.js';
import { Interner } from './interner.js';
import { crashed, finishTask, nodeText, takeSnapshot, type LocalNode } from './local-node.js';
import type { Names } from './names.js';
import { performInputs, restart, type Note, type Outcome } from './one-turn.js';
import type { Scenario } from './scenario.js';
import type { Checks } from './turn-checks.js';

export interface LocalOutcome {
  readonly node: number;
  readonly isCrash: boolean;
  /** Of the node afterwards, on disk if it is down. */
  readonly term: number;
  readonly messages: readonly number[];
  readonly notes: readonly Note[];
  readonly violation: Violation | null;
}

/** More are forgotten, and performed again when they are wanted. */
const MAXIMUM_REMEMBERED = 1_500_000;
const ACTION_LIMIT = 2 ** 28;
const MESSAGE_LIMIT = 2 ** 20;
const READ_ID = 1;
const CHANGE_ID = 2;
const TRANSFER_ID = 3;

export class LocalTurns {
  readonly nodes: Interner<LocalNode>;
  readonly messages: Interner<RaftMessage>;
  readonly #scenario: Scenario;
  readonly #names: Names;
  readonly #checks: Checks;
  readonly #remembered = new Map<number, readonly LocalOutcome[]>();
  readonly #options: (readonly number[])[] = [];
  readonly #logs: number[] = [];
  readonly #logIds = new Map<string, number>();
  readonly #pairs: number[] = [];
  readonly #pairIds = new Map<number, number>();
  #performed = 0;

  constructor(scenario: Scenario, namings: readonly Names[], checks: Checks) {
    this.#scenario = scenario;
    this.#checks = checks;
    this.#names = must(namings[0], 'a naming');
    this.nodes = new Interner(namings, nodeText);
    this.messages = new Interner(namings, describeMessage);
  }

  /** Turns that the core has performed. */
  get performed(): number {
    return this.#performed;
  }

  outcomesOf(node: number, action: number): readonly LocalOutcome[] {
    const key = node * ACTION_LIMIT + action;
    const known = this.#remembered.get(key);
    if (known !== undefined) return known;
    if (this.#remembered.size >= MAXIMUM_REMEMBERED) this.#remembered.clear();
    const outcomes = this.perform(this.nodes.valueOf(node), unpackAction(action)).map((each) => this.#note(each));
    this.#performed += 1;
    this.#remembered.set(key, outcomes);
    return outcomes;
  }

  #note({ node, isCrash, messages, notes, violation }: Outcome): LocalOutcome {
    return {
      node: this.nodes.idOf(node),
      isCrash,
      term: node.state?.term ?? node.disk.term,
      messages: messages.map((message) => this.messages.idOf(message)),
      notes,
      violation,
    };
  }

  /** Two messages that one turn takes together, as one argument of an action. */
  pairOf(first: number, second: number): number {
    const key = first * MESSAGE_LIMIT + second;
    const known = this.#pairIds.get(key);
    if (known !== undefined) return known;
    this.#pairs.push(key);
    this.#pairIds.set(key, this.#pairs.length - 1);
    return this.#pairs.length - 1;
  }

  messagesOf({ kind, argument }: Action): number[] {
    if (kind !== 'together') return kind === 'deliver' || kind === 'duplicate' || kind === 'drop' ? [argument] : [];
    const key = must(this.#pairs[argument], 'a pair');
    return [Math.floor(key / MESSAGE_LIMIT), key % MESSAGE_LIMIT];
  }

  perform(node: LocalNode, action: Action): Outcome[] {
    const checks = this.#checks;
    switch (action.kind) {
      case 'crash':
        return [{ node: crashed(node), isCrash: true, messages: [], notes: [], violation: null }];
      case 'restart':
        return restart(node, checks);
      case 'snapshot': {
        const { input, disk } = must(takeSnapshot(node), 'something to take a snapshot of');
        return performInputs(node, [input], { checks, disk });
      }
      case 'task': {
        const task = must(node.tasks[action.argument], 'a task');
        const { input, disk } = finishTask(node, task);
        return performInputs(node, [input], { checks, disk, finished: task });
      }
      default:
        return performInputs(node, this.#inputsOf(node, action), { checks });
    }
  }

  #inputsOf({ state }: LocalNode, action: Action): Input[] {
    const { kind, argument } = action;
    const member = { id: argument, incarnation: 'a' };
    switch (kind) {
      case 'timer':
        return [{ kind: 'timer', timer: TIMERS[argument] ?? 'election' }];
      case 'propose': {
        const payload = new Uint8Array([EntryKind.application, 'a'.charCodeAt(0) + argument]);
        return [{ kind: 'propose', admission: state?.admission ?? 0, payloads: packPayloads([payload]) }];
      }
      case 'read':
        return [{ kind: 'read', id: READ_ID }];
      case 'change': {
        const change = must(this.#scenario.changes?.[argument], 'a change');
        return [{ kind: 'changeMembership', id: CHANGE_ID, change }];
      }
      case 'transfer':
        return [{ kind: 'transferLeadership', id: TRANSFER_ID, to: argument }];
      case 'peerDown':
      case 'peerUp':
        return [{ kind, member }];
      default:
        return this.messagesOf(action).map((message) => ({ kind: 'message', message: this.messages.valueOf(message) }));
    }
  }

  /** All that may happen to a node, whatever is on its way to it; each of its actions once. */
  optionsOf(id: number): readonly number[] {
    return (this.#options[id] ??= this.#listOptions(this.nodes.valueOf(id)));
  }

  #listOptions(node: LocalNode): number[] {
    const slot = node.member.id - 1;
    const { state } = node;
    if (state === null) return [packAction('restart', slot)];
    const options = node.timers.map((timer) => packAction('timer', slot, TIMERS.indexOf(timer)));
    options.push(...node.tasks.map((_, position) => packAction('task', slot, position)));
    if (state.admission !== null) options.push(packAction('propose', slot));
    options.push(packAction('read', slot));
    if (state.role === 'leader') {
      const { changes = [], voters } = this.#scenario;
      options.push(...changes.map((_, position) => packAction('change', slot, position)));
      options.push(...voters.filter((id) => id !== node.member.id).map((id) => packAction('transfer', slot, id)));
    }
    if (takeSnapshot(node) !== null) options.push(packAction('snapshot', slot));
    if (this.#scenario.peerNews === true) {
      for (const { connected, member } of state.peers) {
        options.push(packAction(connected ? 'peerDown' : 'peerUp', slot, member.id));
      }
    }
    options.push(packAction('crash', slot));
    return options;
  }

  /** Equal for nodes with equal logs. */
  logOf(id: number): number {
    return (this.#logs[id] ??= this.#numberLog(this.nodes.valueOf(id)));
  }

  #numberLog({ state }: LocalNode): number {
    const text = state === null ? '' : `${state.log.baseIndex} ${describeRuns(state.log.runs, this.#names)}`;
    const known = this.#logIds.get(text) ?? this.#logIds.size;
    this.#logIds.set(text, known);
    return known;
  }
}
