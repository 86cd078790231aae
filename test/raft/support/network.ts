/**
 * A few cores whose messages are delivered one by one, in order, by hand: no clock, no randomness. A node's storage
 * keeps all that was persisted, so that it can restart; what an unfinished turn had not persisted is lost.
 */
import { must, unreachable } from '../../../src/assert.js';
import {
  EntryKind,
  lastIndexOf,
  packPayloads,
  payloadAt,
  sliceRun,
  type EntryRun,
  type PackedPayloads,
} from '../../../src/raft/entries.js';
import { defaultRaftLimits, type RaftLimits } from '../../../src/raft/limits.js';
import type { Configuration, Input, Member, RaftMessage, TimerName } from '../../../src/raft/messages.js';
import type {
  Leadership,
  Persist,
  ReadAnswer,
  RequestAnswer,
  SnapshotRead,
  SnapshotWrite,
} from '../../../src/raft/ready.js';
import { createRaft, type RaftState } from '../../../src/raft/state.js';
import type { StoredState } from '../../../src/raft/stored-state.js';
import { performTurn, type TurnEffect } from '../../../src/raft/turn.js';

export interface TestNode {
  readonly member: Member;
  state: RaftState;
  stored: StoredState;
  /** Text of each application entry handed over, by index; other kinds as `<kind>`. */
  applied: Map<number, string>;
  readonly reads: ReadAnswer[];
  readonly answers: RequestAnswer[];
  readonly timers: Set<TimerName>;
  readonly snapshotReads: SnapshotRead[];
  readonly snapshotWrites: SnapshotWrite[];
  leadership: Leadership | null;
  configuration: Configuration | null;
}

export interface Network {
  readonly nodes: Map<number, TestNode>;
  /** On their way, in order. */
  queue: RaftMessage[];
  /** Messages for which it answers true are lost. */
  loses: (message: RaftMessage) => boolean;
}

export function memberOf(id: number, incarnation = 'a'): Member {
  return { id, incarnation };
}

export function configurationOf(voters: readonly number[], learners: readonly number[] = []): Configuration {
  return { voters: voters.map((id) => memberOf(id)), learners: learners.map((id) => memberOf(id)) };
}

export function storedState(configuration: Configuration, overrides: Partial<StoredState> = {}): StoredState {
  const snapshot = { index: 0, term: 0, configuration };
  return { term: 0, vote: null, snapshot, base: { index: 0, term: 0 }, entries: [], ...overrides };
}

export function createNetwork(ids: readonly number[], limits: Partial<RaftLimits> = {}): Network {
  const network: Network = { nodes: new Map(), queue: [], loses: () => false };
  for (const id of ids) addNode(network, { member: memberOf(id), stored: storedState(configurationOf(ids)), limits });
  return network;
}

export interface NodeOptions {
  readonly member: Member;
  readonly stored: StoredState;
  readonly limits?: Partial<RaftLimits>;
}

export function addNode(network: Network, { member, stored, limits = {} }: NodeOptions): TestNode {
  const state = createRaft({ self: member, stored, limits: { ...defaultRaftLimits, ...limits } });
  const node: TestNode = {
    member,
    state,
    stored,
    applied: new Map(),
    reads: [],
    answers: [],
    timers: new Set(),
    snapshotReads: [],
    snapshotWrites: [],
    leadership: null,
    configuration: null,
  };
  network.nodes.set(member.id, node);
  turn(network, member.id, { kind: 'pull', bytes: Number.MAX_SAFE_INTEGER, appliedIndex: 0 });
  return node;
}

export function nodeOf(network: Network, id: number): TestNode {
  return must(network.nodes.get(id), `node ${id}`);
}

export function stateOf(network: Network, id: number): RaftState {
  return nodeOf(network, id).state;
}

/** One turn of one node; the effects that it had. */
export function turn(network: Network, id: number, ...inputs: readonly Input[]): TurnEffect[] {
  const node = nodeOf(network, id);
  const effects: TurnEffect[] = [];
  for (const effect of performTurn(node.state, inputs)) {
    effects.push(effect);
    performEffect(network, node, effect);
  }
  return effects;
}

/** A turn that ends in a crash before the first effect of that kind; the node then restarts from what it had stored. */
export function crashBefore(network: Network, id: number, kind: TurnEffect['kind'], ...inputs: readonly Input[]): void {
  const node = nodeOf(network, id);
  for (const effect of performTurn(node.state, inputs)) {
    if (effect.kind === kind) break;
    performEffect(network, node, effect);
  }
  restart(network, id);
}

export function restart(network: Network, id: number): void {
  const { member, stored, state } = nodeOf(network, id);
  addNode(network, { member, stored, limits: state.limits });
}

export function performEffect(network: Network, node: TestNode, effect: TurnEffect): void {
  switch (effect.kind) {
    case 'send':
      return void network.queue.push(...effect.messages);
    case 'persist':
      node.stored = store(node.stored, effect.persist);
      return;
    case 'apply':
      for (const run of effect.runs) apply(node, run);
      return;
    case 'reads':
      return void node.reads.push(...effect.reads);
    case 'answers':
      return void node.answers.push(...effect.answers);
    case 'snapshotReads':
      return void node.snapshotReads.push(...effect.snapshotReads);
    case 'snapshotWrites':
      return void node.snapshotWrites.push(...effect.snapshotWrites);
    case 'leadership':
      node.leadership = effect.leadership;
      return;
    case 'configuration':
      node.configuration = effect.configuration;
      return;
    case 'timers':
      for (const { action, timer } of effect.timers) {
        if (action === 'start') node.timers.add(timer);
        else node.timers.delete(timer);
      }
      return;
    default:
      return unreachable(effect);
  }
}

function apply(node: TestNode, run: EntryRun): void {
  for (let position = 0; position < run.count; position += 1) {
    node.applied.set(run.firstIndex + position, payloadText(payloadAt(run, position)));
  }
}

/** What a node's state machine has applied, as the content of a snapshot. */
export function writeContent(applied: TestNode['applied']): Uint8Array {
  return new TextEncoder().encode(JSON.stringify([...applied]));
}

export function readContent(content: Uint8Array): TestNode['applied'] {
  return new Map(JSON.parse(new TextDecoder().decode(content)) as [number, string][]);
}

export function payloadText(payload: Uint8Array): string {
  const [kind] = payload;
  return kind === EntryKind.application ? new TextDecoder().decode(payload.subarray(1)) : `<${kind ?? 'empty'}>`;
}

function store(stored: StoredState, persist: Persist): StoredState {
  let { entries, snapshot, base } = stored;
  if (persist.snapshot !== null) {
    snapshot = persist.snapshot;
    base = snapshot;
    entries = keepEntries(entries, snapshot.index + 1, Number.POSITIVE_INFINITY);
  }
  if (persist.truncateFrom !== null) entries = keepEntries(entries, 0, persist.truncateFrom - 1);
  return { term: persist.term, vote: persist.vote, snapshot, base, entries: [...entries, ...persist.entries] };
}

function keepEntries(entries: readonly EntryRun[], from: number, to: number): EntryRun[] {
  return entries
    .filter((run) => lastIndexOf(run) >= from && run.firstIndex <= to)
    .map((run) => sliceRun(run, Math.max(from, run.firstIndex), Math.min(to, lastIndexOf(run))));
}

/** Delivers the oldest message, if there is one. */
export function deliverOne(network: Network): boolean {
  const message = network.queue.shift();
  if (message === undefined) return false;
  if (!network.loses(message) && network.nodes.has(message.to.id)) deliver(network, message);
  return true;
}

export function deliver(network: Network, message: RaftMessage): TurnEffect[] {
  return turn(network, message.to.id, { kind: 'message', message });
}

/** Until nothing is on its way, and followers have heard what is committed: heartbeats tell them. */
export function settleAndTell(network: Network): void {
  settle(network);
  for (const { member, state } of network.nodes.values()) {
    if (state.role === 'leader') fire(network, member.id, 'heartbeat');
  }
  settle(network);
}

/** Until nothing is on its way. */
export function settle(network: Network): void {
  for (let count = 0; deliverOne(network); count += 1) {
    if (count > 100_000) throw new Error('messages without end');
  }
}

export function fire(network: Network, id: number, timer: TimerName): TurnEffect[] {
  nodeOf(network, id).timers.delete(timer);
  return turn(network, id, { kind: 'timer', timer });
}

/** Fires a timer and delivers all that follows. */
export function fireAndSettle(network: Network, id: number, timer: TimerName): void {
  fire(network, id, timer);
  settle(network);
}

export function elect(network: Network, id: number): void {
  for (const node of network.nodes.values())
    if (node.state.role !== 'leader') fire(network, node.member.id, 'leaderLease');
  turn(network, id, { kind: 'campaign' });
  settleAndTell(network);
}

export function textPayloads(...texts: readonly string[]): PackedPayloads {
  return packPayloads(texts.map((text) => new Uint8Array([EntryKind.application, ...new TextEncoder().encode(text)])));
}

export function propose(network: Network, id: number, ...texts: readonly string[]): TurnEffect[] {
  const { admission } = stateOf(network, id);
  return turn(network, id, { kind: 'propose', admission: admission ?? 0, payloads: textPayloads(...texts) });
}

export function proposeAndSettle(network: Network, id: number, ...texts: readonly string[]): void {
  propose(network, id, ...texts);
  settleAndTell(network);
}

/** Loses all messages to and from these nodes. */
export function isolate(network: Network, ...ids: readonly number[]): void {
  network.loses = ({ from, to }) => ids.includes(from.id) || ids.includes(to.id);
}

export function heal(network: Network): void {
  network.loses = () => false;
}

export function appliedTexts(network: Network, id: number): string[] {
  return [...nodeOf(network, id).applied.values()].filter((text) => !text.startsWith('<'));
}
