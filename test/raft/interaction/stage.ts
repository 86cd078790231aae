/**
 * Where a trace plays: cores on a test network, each with a disk that may be slow and a state machine that takes and
 * restores snapshots. What happens is told in lines. Unlike the rest of the test network a turn can stop at its write.
 */
import { must } from '../../../src/assert.js';
import type { EntryRun } from '../../../src/raft/entries.js';
import type { Configuration, Input, RaftMessage, SnapshotDescription } from '../../../src/raft/messages.js';
import type { Leadership, Persist, SnapshotRead, SnapshotWrite } from '../../../src/raft/ready.js';
import { performTurn, type TurnEffect } from '../../../src/raft/turn.js';
import {
  addNode,
  createNetwork,
  nodeOf,
  performEffect,
  readContent,
  writeContent,
  type Network,
  type NodeOptions,
  type TestNode,
} from '../support/network.js';
import {
  describeConfiguration,
  describeEntries,
  describeLog,
  describeMessage,
  describeRole,
  describeWrite,
  nameOf,
} from './describe.js';

interface Content {
  readonly index: number;
  readonly bytes: Uint8Array;
}

export interface Stage {
  readonly network: Network;
  bootstrap: Configuration;
  /** The lines of the running command. */
  lines: string[];
  /** In `stabilize` a message is told when it arrives, otherwise when it leaves too. */
  tellsSends: boolean;
  /** What follows from a message stands below it. */
  indent: '' | '  ';
  readonly down: Map<number, NodeOptions>;
  readonly slowDisks: Set<number>;
  /** Turns that stand at their write. */
  readonly writing: Map<number, { readonly turn: Generator<TurnEffect, void, void>; readonly persist: Persist }>;
  /** What came to a node meanwhile. */
  readonly inboxes: Map<number, Input[]>;
  /** Ways that are cut: `1->3`. */
  readonly cuts: Set<string>;
  held: RaftMessage[];
  /** The newest snapshot of each state machine. */
  readonly snapshots: Map<number, Content>;
  readonly chunks: Map<number, Uint8Array[]>;
  /** What state machines have still to do. */
  storeWork: { readonly id: number; readonly work: SnapshotRead | SnapshotDescription }[];
  lastRequest: number;
}

export function createStage(): Stage {
  return {
    network: createNetwork([]),
    bootstrap: { voters: [], learners: [] },
    lines: [],
    tellsSends: true,
    indent: '',
    down: new Map(),
    slowDisks: new Set(),
    writing: new Map(),
    inboxes: new Map(),
    cuts: new Set(),
    held: [],
    snapshots: new Map(),
    chunks: new Map(),
    storeWork: [],
    lastRequest: 0,
  };
}

export function say(stage: Stage, line: string): void {
  stage.lines.push(line);
}

// ------------------------------------------------------------ turns

/** One turn; a node at its write takes the inputs afterwards. */
export function act(stage: Stage, id: number, ...inputs: readonly Input[]): void {
  if (stage.writing.has(id)) {
    say(stage, `${stage.indent}${id} is writing: this waits`);
    stage.inboxes.set(id, [...(stage.inboxes.get(id) ?? []), ...inputs]);
  } else {
    proceed(stage, id, performTurn(nodeOf(stage.network, id).state, inputs));
  }
}

function proceed(stage: Stage, id: number, turn: Generator<TurnEffect, void, void>): void {
  const node = nodeOf(stage.network, id);
  for (let next = turn.next(); next.done !== true; next = turn.next()) {
    const effect = next.value;
    if (effect.kind === 'persist' && stage.slowDisks.has(id)) {
      say(stage, `${stage.indent}${id} begins to write ${describeWrite(effect.persist, node.stored)}`);
      stage.writing.set(id, { turn, persist: effect.persist });
      return;
    }
    perform(stage, node, effect);
  }
  const inputs = stage.inboxes.get(id);
  stage.inboxes.delete(id);
  if (inputs !== undefined) act(stage, id, ...inputs);
}

/** The write at which the node stands is on its disk. */
export function finishWrite(stage: Stage, id: number): void {
  const { turn, persist } = must(stage.writing.get(id), `node ${id} at its write`);
  stage.writing.delete(id);
  say(stage, `${id} has written`);
  performEffect(stage.network, nodeOf(stage.network, id), { kind: 'persist', persist });
  proceed(stage, id, turn);
}

/** The node's core hears a message although the node is at its write. */
export function overtakeWrite(stage: Stage, message: RaftMessage): void {
  must(stage.writing.get(message.to.id), 'a node at its write');
  const { state } = nodeOf(stage.network, message.to.id);
  say(stage, describeMessage(message));
  // Nothing comes out of it until the write is done.
  for (const effect of performTurn(state, [{ kind: 'message', message }])) throw new Error(effect.kind);
}

function perform(stage: Stage, node: TestNode, effect: TurnEffect): void {
  tell(stage, node, effect);
  performEffect(stage.network, node, effect);
  const { id } = node.member;
  if (effect.kind === 'snapshotReads') for (const work of effect.snapshotReads) stage.storeWork.push({ id, work });
  if (effect.kind === 'snapshotWrites') for (const write of effect.snapshotWrites) keepChunk(stage, id, write);
}

function tell(stage: Stage, node: TestNode, effect: TurnEffect): void {
  const tellOf = (line: string): void => say(stage, `${stage.indent}${nameOf(node.member)} ${line}`);
  switch (effect.kind) {
    case 'send':
      if (stage.tellsSends)
        for (const message of effect.messages) say(stage, `${stage.indent}sends ${describeMessage(message)}`);
      return;
    case 'persist':
      tellOf(`writes ${describeWrite(effect.persist, node.stored)}`);
      return;
    case 'apply':
      tellOf(`applies ${effect.runs.map((run: EntryRun) => describeEntries(run)).join(' ')}`);
      return;
    case 'reads':
      for (const read of effect.reads) {
        tellOf(read.index === null ? `refuses read ${read.id}` : `may answer read ${read.id} at ${read.index}`);
      }
      return;
    case 'answers':
      for (const { refused } of effect.answers) tellOf(refused === null ? 'answers: done' : `refuses: ${refused}`);
      return;
    case 'leadership':
      tellLeadership(tellOf, effect.leadership, node.leadership);
      return;
    case 'configuration':
      tellOf(`has ${describeConfiguration(effect.configuration)}`);
      return;
    default: // timers, and what is told when the state machine does it
  }
}

function tellLeadership(tellOf: (line: string) => void, now: Leadership, before: Leadership | null): void {
  if (before === null || describeRole(now) !== describeRole(before)) tellOf(describeRole(now));
  else if (now.role === 'leader' && now.admission !== before.admission) {
    tellOf(now.admission === null ? 'takes no proposals' : 'takes proposals again');
  }
}

// ------------------------------------------------------------ nodes

export function addToStage(stage: Stage, options: NodeOptions): void {
  addNode(stage.network, options);
}

/** `kept`: the write at which it stands had reached the disk, but nobody hears of it. */
export function crash(stage: Stage, id: number, kept: boolean): void {
  const { network, writing, down } = stage;
  const node = nodeOf(network, id);
  const write = writing.get(id);
  if (write !== undefined && kept) performEffect(network, node, { kind: 'persist', persist: write.persist });
  if (write !== undefined) say(stage, `what ${id} was writing is ${kept ? 'on its disk' : 'lost'}`);
  down.set(id, { member: node.member, stored: node.stored, limits: node.state.limits });
  network.nodes.delete(id);
  writing.delete(id);
  stage.inboxes.delete(id);
  stage.chunks.delete(id);
  stage.storeWork = stage.storeWork.filter((each) => each.id !== id);
}

export function restart(stage: Stage, id: number): void {
  const options = must(stage.down.get(id), `node ${id} to be down`);
  stage.down.delete(id);
  const node = addNode(stage.network, options);
  const content = stage.snapshots.get(id);
  if (content?.index === options.stored.snapshot.index) node.applied = readContent(content.bytes);
  const { term, vote } = options.stored;
  const voted = vote === null ? 'no vote' : `its vote for ${nameOf(vote)}`;
  say(stage, `${id} finds term ${term}, ${voted}, log: ${describeLog(node.state.log.runs, node.state.log.baseIndex)}`);
}

// ------------------------------------------------------------ messages

export function arrive(stage: Stage, message: RaftMessage): void {
  const { from, to } = message;
  const lost = stage.cuts.has(`${from.id}->${to.id}`) || !stage.network.nodes.has(to.id);
  say(stage, `${describeMessage(message)}${lost ? '   (lost)' : ''}`);
  if (lost) return;
  stage.indent = '  ';
  act(stage, to.id, { kind: 'message', message });
  stage.indent = '';
}

// ------------------------------------------------------------ state machines

/** The state machine makes a snapshot of all that it has applied. */
export function takeSnapshot(stage: Stage, id: number): void {
  const { applied, state } = nodeOf(stage.network, id);
  const index = state.applying.handedIndex;
  stage.snapshots.set(id, { index, bytes: writeContent(applied) });
  act(stage, id, { kind: 'snapshotDurable', index });
}

function keepChunk(stage: Stage, id: number, { snapshot, offset, bytes, done }: SnapshotWrite): void {
  stage.chunks.set(id, offset === 0 ? [bytes] : [...(stage.chunks.get(id) ?? []), bytes]);
  if (done) stage.storeWork.push({ id, work: snapshot });
}

/** The next thing that a state machine has to do, or the next of one node; false where there is none. */
export function doStoreWork(stage: Stage, only: number | null, ok = true): boolean {
  const next = stage.storeWork.find(({ id }) => only === null || id === only);
  if (next === undefined) return false;
  stage.storeWork = stage.storeWork.filter((each) => each !== next);
  if ('length' in next.work) readChunk(stage, next.id, next.work);
  else restore(stage, next.id, { index: next.work.index, ok });
  return true;
}

function readChunk(stage: Stage, id: number, { to, index: asked, offset: from, length }: SnapshotRead): void {
  const { index, bytes } = must(stage.snapshots.get(id), `a snapshot of node ${id}`);
  const offset = index === asked ? from : 0;
  const chunk = bytes.slice(offset, offset + length);
  say(stage, `${id} reads its snapshot at ${index} from byte ${offset}`);
  const done = offset + length >= bytes.length;
  act(stage, id, { kind: 'snapshotChunk', to, index, offset, bytes: chunk, done });
}

function restore(stage: Stage, id: number, { index, ok }: { readonly index: number; readonly ok: boolean }): void {
  const bytes = Uint8Array.from((stage.chunks.get(id) ?? []).flatMap((chunk) => [...chunk]));
  stage.chunks.delete(id);
  say(stage, `${id} ${ok ? 'restores' : 'fails to restore'} the snapshot at ${index}`);
  if (ok) {
    stage.snapshots.set(id, { index, bytes });
    nodeOf(stage.network, id).applied = readContent(bytes);
  }
  act(stage, id, { kind: 'snapshotRestored', index, ok });
}
