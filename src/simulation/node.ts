/**
 * One simulated node: the shipped core, driven by the shipped loop (`performTurn`) over a simulated disk, network and clock. A turn
 * takes virtual time while its write is synced, and inputs queue meanwhile; a crash may strike at each of its effects.
 */
import { must } from '../assert.js';
import { createRaft, type RaftState } from '../raft/state.js';
import type { PlacedConfiguration } from '../raft/configuration.js';
import type { Configuration, Input, Member, TimerName } from '../raft/messages.js';
import type { Leadership, SnapshotWrite } from '../raft/ready.js';
import { performTurn, type TurnEffect } from '../raft/turn.js';
import { createAlarms, takeDueTimer, type Alarm } from './alarms.js';
import { checkConfiguration, configurationsOnDisk } from './checks/log-checks.js';
import { checkState } from './checks/state-checks.js';
import { compactDisk, createDisk, loseUnsynced, recover, type Disk } from './disk.js';
import { performEffect } from './effects.js';
import { countFault, type FaultKind } from './faults.js';
import { createMachine, emptySnapshot, type Machine } from './machine.js';
import { schedule } from './event-queue.js';
import { requestMore } from './store.js';
import { happened, tell, type World } from './world.js';

/** What the checkers remember of a node's present life. */
export interface Watch {
  term: number;
  commitIndex: number;
  /** The term it led when its turn began. */
  ledTerm: number | null;
  /** The last term for which its election was checked. */
  knownLeaderTerm: number;
  /** As on disk, synced or not. */
  configurations: PlacedConfiguration[];
  configurationBefore: Configuration;
  /** The pair that was last found equal. */
  checked: { readonly inForce?: Configuration | undefined; readonly written?: Configuration | undefined };
}

export interface SimulatedNode {
  readonly place: number;
  member: Member;
  disk: Disk;
  machine: Machine;
  /** Null while it is down. */
  state: RaftState | null;
  life: number;
  inbox: Input[];
  turn: Generator<TurnEffect, void, void> | null;
  paused: boolean;
  readonly alarms: Map<TimerName, Alarm>;
  readonly clockRate: number;
  leadership: Leadership | null;
  incoming: SnapshotWrite[];
  snapshotPending: boolean;
  /** Faults in wait for the next occasion. */
  crashAt: FaultKind | null;
  syncFails: boolean;
  restoreFails: boolean;
  slowFactor: number;
  storeStalled: boolean;
  watch: Watch;
}

const NEWS_DELAY_MS = 1;

export function createNode(place: number, configuration: Configuration, clockRate: number): SimulatedNode {
  const file = emptySnapshot(configuration);
  return {
    place,
    member: { id: place + 1, incarnation: 'a' },
    disk: createDisk(file),
    machine: createMachine(file),
    state: null,
    life: 0,
    inbox: [],
    turn: null,
    paused: false,
    alarms: createAlarms(),
    clockRate,
    leadership: null,
    incoming: [],
    snapshotPending: false,
    crashAt: null,
    syncFails: false,
    restoreFails: false,
    slowFactor: 1,
    storeStalled: false,
    watch: {
      term: 0,
      commitIndex: 0,
      ledTerm: null,
      knownLeaderTerm: 0,
      configurations: [],
      configurationBefore: configuration,
      checked: {},
    },
  };
}

export function startNode(world: World, node: SimulatedNode): void {
  const stored = recover(node.disk);
  const state = createRaft({ self: node.member, stored, limits: world.plan.limits });
  node.state = state;
  node.life += 1;
  node.machine = createMachine(node.disk.snapshot);
  const configurations = configurationsOnDisk(node.disk);
  node.watch = {
    term: node.disk.term,
    commitIndex: node.disk.snapshot.description.index,
    ledTerm: null,
    knownLeaderTerm: 0,
    configurations,
    configurationBefore: must(configurations.at(-1), 'a configuration').configuration,
    checked: {},
  };
  happened(world, 'start', node.place, node.disk.term);
  tell(world, () => `node ${node.member.id} starts in term ${node.disk.term}`);
  requestMore(world, node, world.plan.pullBytes);
  for (const other of world.nodes) {
    if (other === node || other.state === null) continue;
    sendNews(world, other, { kind: 'peerUp', member: node.member });
    sendNews(world, node, { kind: 'peerUp', member: other.member });
  }
  advance(world, node);
}

export function crashNode(world: World, node: SimulatedNode, kind: FaultKind): void {
  if (node.state === null) return;
  countFault(world.faults, kind);
  if (loseUnsynced(node.disk, world.random)) countFault(world.faults, 'unsyncedLost');
  happened(world, kind, node.place, node.disk.term);
  tell(world, () => `node ${node.member.id} crashes: ${kind}`);
  node.state = null;
  node.turn = null;
  node.inbox = [];
  node.paused = false;
  node.alarms.clear();
  node.leadership = null;
  node.incoming = [];
  node.snapshotPending = false;
  node.crashAt = null;
  node.syncFails = false;
  if (!world.plan.peerNews) return;
  for (const other of world.nodes) {
    if (other.state !== null) sendNews(world, other, { kind: 'peerDown', member: node.member });
  }
}

function sendNews(world: World, to: SimulatedNode, input: Input): void {
  later(world, to, NEWS_DELAY_MS, () => {
    deliver(world, to, input);
  });
}

/** Something happens to this life of the node, unless it has ended by then. */
export function later(world: World, node: SimulatedNode, delayMs: number, happen: () => void): void {
  const { life } = node;
  schedule(world.queue, delayMs, () => {
    if (node.life === life && node.state !== null) happen();
  });
}

export function deliver(world: World, node: SimulatedNode, input: Input): void {
  if (node.state === null) return;
  node.inbox.push(input);
  advance(world, node);
}

/** Turn after turn, as long as there are inputs and nothing holds the node up. A timer comes after all that waited before it. */
export function advance(world: World, node: SimulatedNode): void {
  while (node.state !== null && node.turn === null && !node.paused) {
    const inputs = takeInputs(world, node);
    if (inputs === null) return;
    const { watch, state } = node;
    watch.ledTerm = state.role === 'leader' ? state.term : null;
    watch.configurationBefore = must(watch.configurations.at(-1), 'a configuration').configuration;
    node.turn = performTurn(state, inputs);
    proceed(world, node);
  }
}

function takeInputs(world: World, node: SimulatedNode): Input[] | null {
  if (node.inbox.length > 0) {
    const inputs = node.inbox;
    node.inbox = [];
    return inputs;
  }
  const timer = takeDueTimer(node.alarms);
  if (timer === null) return null;
  happened(world, timer, node.place, 0);
  tell(world, () => `node ${node.member.id} timer ${timer}`);
  return [{ kind: 'timer', timer }];
}

/** Performs effects until the turn ends, waits for its sync, or the node has crashed. */
export function proceed(world: World, node: SimulatedNode): void {
  while (node.turn !== null) {
    const next = node.turn.next();
    checkState(world.history, world.nodes, node);
    if (next.done === true) {
      node.turn = null;
      checkConfiguration(node);
      if (node.state !== null) compactDisk(node.disk, node.state.log.baseIndex + 1);
      return;
    }
    if (performEffect(world, node, next.value) === 'waits') return;
  }
}
