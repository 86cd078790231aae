/**
 * Servers as in the MIT 6.5840 lab, in virtual time: the shipped core, loop, log files and snapshots; a network that
 * can be cut, lose, delay and reorder; crashes. No clock and no threads: a second costs what happens in it. What any
 * two servers apply at one index must be the same, in order, and a term has one leader; that is checked all along.
 */
import { assert, must } from '../../../src/assert.js';
import { createRandom, drawChance, drawFraction, drawInteger, type Random } from '../../../src/random.js';
import { payloadBytes } from '../../../src/raft/entries.js';
import type { RaftLimits } from '../../../src/raft/limits.js';
import { firstLogIndex, lastLogIndex, termAt } from '../../../src/raft/log.js';
import type { Input, RaftMessage } from '../../../src/raft/messages.js';
import type { SnapshotRead, SnapshotWrite, TimerCommand } from '../../../src/raft/ready.js';
import type { RaftState } from '../../../src/raft/state.js';
import { timerDelayMs } from '../../../src/raft/timers.js';
import type { TurnEffect } from '../../../src/raft/turn.js';
import { createEventQueue, happenNext, schedule, type EventQueue } from '../../../src/simulation/event-queue.js';
import {
  addNode,
  configurationOf,
  createNetwork,
  memberOf,
  nodeOf,
  propose,
  readContent,
  turn,
  writeContent,
  type Network,
} from '../support/network.js';
import {
  crashFiles,
  createServer,
  noteApplied,
  openServerFiles,
  readSnapshot,
  storageOf,
  writeSnapshot,
  type Server,
} from './server.js';

export interface Cluster {
  readonly network: Network;
  readonly clock: EventQueue;
  readonly random: Random;
  readonly servers: readonly Server[];
  readonly limits: Partial<RaftLimits>;
  /** So many applied entries make a snapshot; null: none is taken. */
  readonly snapshotEntries: number | null;
  /** Messages are lost, and late by up to 26 ms. */
  unreliable: boolean;
  /** Two answers of three come seconds late. */
  longReordering: boolean;
  /** Requests of all servers, and their bytes. */
  requests: number;
  bytes: number;
  alarmsSet: number;
  readonly appliedAnywhere: Map<number, string>;
  readonly leaders: Map<number, number>;
}

export interface ClusterOptions {
  readonly unreliable?: boolean;
  readonly snapshotEntries?: number;
}

/** A second, as the lab takes it: long enough for an election, whatever the draws. */
export const ELECTION_MS = 1000;
const durations = { electionTimeoutMs: 250, heartbeatIntervalMs: 50 };
/** On average, where the network is reliable. */
const LINE_MS = 2;
/** What a message weighs beside its entries. */
const MESSAGE_BYTES = 100;

export function createCluster(count: number, options: ClusterOptions = {}): Cluster {
  const ids = Array.from({ length: count }, (_, place) => place + 1);
  const bootstrap = configurationOf(ids);
  const cluster: Cluster = {
    network: createNetwork([]),
    clock: createEventQueue(),
    random: createRandom(count),
    servers: ids.map((id) => createServer(id, bootstrap)),
    limits: { trailingEntries: 0, maxRetainedBytes: 500, snapshotChunkBytes: 256 },
    snapshotEntries: options.snapshotEntries ?? null,
    unreliable: options.unreliable ?? false,
    longReordering: false,
    requests: 0,
    bytes: 0,
    alarmsSet: 0,
    appliedAnywhere: new Map(),
    leaders: new Map(),
  };
  for (const id of ids) startServer(cluster, id);
  return cluster;
}

export function serverOf({ servers }: Cluster, id: number): Server {
  return must(servers[id - 1], `server ${id}`);
}

export function isUp({ network }: Cluster, id: number): boolean {
  return network.nodes.has(id);
}

export function stateOf({ network }: Cluster, id: number): RaftState {
  return nodeOf(network, id).state;
}

export function idsOf({ servers }: Cluster): number[] {
  return servers.map(({ id }) => id);
}

// ------------------------------------------------------------ starts and ends

/** From whatever its files hold. */
export function startServer(cluster: Cluster, id: number): void {
  const { network, limits } = cluster;
  const server = serverOf(cluster, id);
  const { stored, content } = openServerFiles(server.files);
  const node = addNode(network, { member: memberOf(id), stored, limits });
  if (content !== null) node.applied = readContent(content);
  server.appliedIndex = stored.snapshot.index;
  server.effectsLeft = Number.POSITIVE_INFINITY;
  setAlarms(
    cluster,
    server,
    [...node.timers].map((timer) => ({ action: 'start', timer, attempt: 0 })),
  );
}

export function crashServer(cluster: Cluster, id: number): void {
  const server = serverOf(cluster, id);
  cluster.network.nodes.delete(id);
  server.alarms.clear();
  server.life += 1;
  server.chunks = [];
  crashFiles(server.files, cluster.random);
}

/** At one of its next effects: before a message leaves, before a write. */
export function crashSoon(cluster: Cluster, id: number): void {
  serverOf(cluster, id).effectsLeft = drawInteger(cluster.random, 0, 5);
}

export function disconnect(cluster: Cluster, ...ids: readonly number[]): void {
  for (const id of ids) serverOf(cluster, id).connected = false;
}

export function connect(cluster: Cluster, ...ids: readonly number[]): void {
  for (const id of ids) serverOf(cluster, id).connected = true;
}

// ------------------------------------------------------------ time

export function elapse({ clock }: Cluster, ms: number): void {
  const untilMs = clock.nowMs + ms;
  while ((clock.heap[0]?.atMs ?? Number.POSITIVE_INFINITY) <= untilMs) happenNext(clock);
  clock.nowMs = untilMs;
}

/** Fails when it does not come true within so much virtual time. */
export function elapseUntil(cluster: Cluster, aim: string, limitMs: number, isTrue: () => boolean): void {
  const deadlineMs = cluster.clock.nowMs + limitMs;
  while (!isTrue()) {
    assert(cluster.clock.nowMs < deadlineMs, `not within ${limitMs} ms: ${aim}`);
    elapse(cluster, 10);
  }
}

// ------------------------------------------------------------ turns

/** The index that it has, should it be committed; null where that server does not lead. */
export function start(cluster: Cluster, id: number, text: string): number | null {
  if (!isUp(cluster, id)) return null;
  const state = stateOf(cluster, id);
  if (state.admission === null) return null;
  const index = lastLogIndex(state.log) + 1;
  follow(cluster, serverOf(cluster, id), propose(cluster.network, id, text));
  return index;
}

function input(cluster: Cluster, server: Server, what: Input): void {
  follow(cluster, server, turn(cluster.network, server.id, what));
}

/** Carries out what concerns time, files and the network; `turn` has done the rest. */
function follow(cluster: Cluster, server: Server, effects: readonly TurnEffect[]): void {
  cluster.network.queue = [];
  for (const effect of effects) {
    if (server.effectsLeft === 0) {
      crashServer(cluster, server.id);
      return;
    }
    server.effectsLeft -= 1;
    perform(cluster, server, effect);
  }
  storageOf(server.files).compact(firstLogIndex(stateOf(cluster, server.id).log));
  takeSnapshot(cluster, server);
  for (const effect of effects) moveSnapshot(cluster, server, effect);
}

function perform(cluster: Cluster, server: Server, effect: TurnEffect): void {
  if (effect.kind === 'send') for (const message of effect.messages) transmit(cluster, message);
  else if (effect.kind === 'persist') storageOf(server.files).persist(effect.persist);
  else if (effect.kind === 'apply') for (const run of effect.runs) noteApplied(server, run, cluster.appliedAnywhere);
  else if (effect.kind === 'timers') setAlarms(cluster, server, effect.timers);
  else if (effect.kind === 'leadership' && effect.leadership.role === 'leader') noteLeader(cluster, server);
}

function noteLeader(cluster: Cluster, { id }: Server): void {
  const { term } = stateOf(cluster, id);
  const known = cluster.leaders.get(term) ?? id;
  assert(known === id, `servers ${known} and ${id} both lead term ${term}`);
  cluster.leaders.set(term, id);
}

function setAlarms(cluster: Cluster, server: Server, commands: readonly TimerCommand[]): void {
  const { clock, random } = cluster;
  for (const command of commands) {
    const { timer } = command;
    cluster.alarmsSet += 1;
    const alarm = cluster.alarmsSet;
    server.alarms.set(timer, alarm);
    if (command.action === 'stop') continue;
    schedule(clock, timerDelayMs(command, durations, random), () => {
      if (server.alarms.get(timer) === alarm) input(cluster, server, { kind: 'timer', timer });
    });
  }
}

// ------------------------------------------------------------ the network

function isAnswer({ kind }: RaftMessage): boolean {
  return kind.endsWith('Response');
}

function transmit(cluster: Cluster, message: RaftMessage): void {
  const { clock, random, unreliable, longReordering } = cluster;
  const [from, to] = [serverOf(cluster, message.from.id), serverOf(cluster, message.to.id)];
  if (!isAnswer(message)) cluster.requests += 1;
  cluster.bytes += MESSAGE_BYTES;
  if (message.kind === 'appendEntries') for (const run of message.runs) cluster.bytes += payloadBytes(run);
  if (!from.connected || !to.connected) return;
  if (unreliable && drawChance(random, 0.1)) return;
  let delayMs = unreliable ? drawInteger(random, 0, 27) : LINE_MS * (0.5 + drawFraction(random));
  if (longReordering && isAnswer(message) && drawChance(random, 2 / 3)) {
    delayMs = 200 + drawInteger(random, 0, 1 + drawInteger(random, 0, 2000));
  }
  const { life } = from;
  schedule(clock, delayMs, () => {
    // What was in a server's buffers when it crashed may never have left.
    const left = from.life === life || drawChance(random, 0.5);
    const arrives = left && from.connected && to.connected && isUp(cluster, to.id);
    if (arrives) input(cluster, to, { kind: 'message', message });
  });
}

// ------------------------------------------------------------ snapshots

function takeSnapshot(cluster: Cluster, server: Server): void {
  const { snapshotEntries } = cluster;
  const { snapshot, log, configurations } = stateOf(cluster, server.id);
  if (snapshotEntries === null || server.appliedIndex - snapshot.index < snapshotEntries) return;
  const index = server.appliedIndex;
  const term = must(termAt(log, index), 'its term');
  const { configuration } = must(configurations.at(-1), 'a configuration');
  const content = writeContent(nodeOf(cluster.network, server.id).applied);
  writeSnapshot(server.files, { index, term, configuration }, content);
  input(cluster, server, { kind: 'snapshotDurable', index });
}

function moveSnapshot(cluster: Cluster, server: Server, effect: TurnEffect): void {
  if (effect.kind === 'snapshotReads') for (const read of effect.snapshotReads) sendChunk(cluster, server, read);
  if (effect.kind === 'snapshotWrites') for (const write of effect.snapshotWrites) restore(cluster, server, write);
}

function sendChunk(cluster: Cluster, server: Server, { to, index: asked, offset: from, length }: SnapshotRead): void {
  const { index, content } = readSnapshot(server.files);
  const offset = index === asked ? from : 0;
  const bytes = content.slice(offset, offset + length);
  const done = offset + length >= content.length;
  input(cluster, server, { kind: 'snapshotChunk', to, index, offset, bytes, done });
}

function restore(cluster: Cluster, server: Server, { snapshot, offset, bytes, done }: SnapshotWrite): void {
  if (offset === 0) server.chunks = [];
  server.chunks.push(bytes);
  if (!done) return;
  const content = Uint8Array.from(server.chunks.flatMap((chunk) => [...chunk]));
  writeSnapshot(server.files, snapshot, content);
  nodeOf(cluster.network, server.id).applied = readContent(content);
  server.appliedIndex = snapshot.index;
  input(cluster, server, { kind: 'snapshotRestored', index: snapshot.index, ok: true });
}
