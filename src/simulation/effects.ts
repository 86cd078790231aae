/** Performs what a turn asks for, one effect at a time, and lets a crash strike before, within and after each. */
import { must, unreachable } from '../assert.js';
import { drawFraction } from '../random.js';
import type { RaftMessage, TimerName } from '../raft/messages.js';
import { sameMember } from '../raft/configuration.js';
import type { Persist, TimerCommand } from '../raft/ready.js';
import { timerDelayMs } from '../raft/timers.js';
import type { TurnEffect } from '../raft/turn.js';
import { clearAlarm, jumpAhead, jumpBack, setAlarm, wake } from './alarms.js';
import { followLeadership } from './controlling.js';
import { checkMessage } from './checks/message-checks.js';
import { checkWrite, configurationsOnDisk } from './checks/log-checks.js';
import { sync, write } from './disk.js';
import { wholeTicks } from './event-queue.js';
import { countFault, type FaultKind } from './faults.js';
import { transmit } from './network.js';
import type { SimulatedNode } from './simulated-node.js';
import { deliver, later } from './inputs.js';
import { crashNode, useStorage } from './life.js';
import { failStorage, storageOf } from './node-files.js';
import { applyRuns, readSnapshot, receiveSnapshot } from './store.js';
import { happened, tell, type World } from './world.js';

const CALM_SYNC = 1 / 20;

/** `waits`: the turn goes on later, or never because the node has crashed. */
export function performEffect(world: World, node: SimulatedNode, effect: TurnEffect): 'done' | 'waits' {
  if (crashesAt(world, node, effect)) return 'waits';
  switch (effect.kind) {
    case 'send':
      for (const message of effect.messages) send(world, node, message);
      return 'done';
    case 'persist':
      return persist(world, node, effect.persist);
    case 'apply':
      applyRuns(world, node, effect.runs);
      return 'done';
    case 'reads':
      for (const answer of effect.reads) world.client.readAnswered(node, answer);
      return 'done';
    case 'answers':
      for (const answer of effect.answers) world.client.requestAnswered(node, answer);
      return 'done';
    case 'timers':
      for (const command of effect.timers) setTimer(world, node, command);
      return 'done';
    case 'snapshotReads':
      for (const read of effect.snapshotReads) readSnapshot(world, node, read);
      return 'done';
    case 'snapshotWrites':
      for (const snapshotWrite of effect.snapshotWrites) receiveSnapshot(world, node, snapshotWrite);
      return 'done';
    case 'leadership':
      node.leadership = effect.leadership;
      followLeadership(world, node, effect.leadership);
      return 'done';
    case 'configuration':
      return 'done';
    default:
      return unreachable(effect);
  }
}

const CRASH_BEFORE: Partial<Record<TurnEffect['kind'], FaultKind>> = {
  send: 'crashBeforeSend',
  persist: 'crashBeforeWrite',
  apply: 'crashBeforeApply',
};

function crashesAt(world: World, node: SimulatedNode, effect: TurnEffect): boolean {
  const { crashAt } = node;
  if (crashAt === null || CRASH_BEFORE[effect.kind] !== crashAt) return false;
  crashNode(world, node, crashAt);
  return true;
}

function send(world: World, node: SimulatedNode, message: RaftMessage): void {
  checkMessage(world.history, world.nodes, node, message);
  const to = world.nodes[message.to.id - 1];
  if (to === undefined) return;
  if (world.log !== null) tellMessage(world, node, 'sends', message);
  const { life, member } = node;
  const lifeThere = to.life;
  transmit(world.network, { from: node.place, to: to.place }, () => {
    if (to.state === null) return;
    if (node.life !== life || to.life !== lifeThere) {
      const gone = node.member !== member || !sameMember(to.member, message.to);
      countFault(world.faults, gone ? 'messageOfOldIncarnation' : 'messageOfOldLife');
    }
    happened(world, message.kind, to.place, message.term * 8 + node.place);
    if (world.log !== null) tellMessage(world, to, 'receives', message);
    deliver(world, to, { kind: 'message', message });
  });
}

function tellMessage(world: World, { member }: SimulatedNode, does: string, message: RaftMessage): void {
  tell(world, () => `node ${member.id} ${does} ${describeMessage(message)}`);
}

function describeMessage(message: RaftMessage): string {
  const { from, to, ...content } = message;
  const shown = JSON.stringify(content, (key, value: unknown) => {
    if (value instanceof Uint8Array) return `${value.length} bytes`;
    return key === 'configuration' ? undefined : value;
  });
  return `${from.id}${from.incarnation}>${to.id}${to.incarnation} ${shown}`;
}

function persist(world: World, node: SimulatedNode, request: Persist): 'done' | 'waits' {
  checkWrite(world.history, node, request);
  write(node.disk, request);
  if (request.snapshot !== null) node.watch.configurations = configurationsOnDisk(node.disk);
  const syncMs = syncTimeMs(world, node);
  if (syncMs === 0) return finishSync(world, node);
  later(world, node, syncMs, () => {
    resumeAfterSync(world, node);
  });
  return 'waits';
}

/** Where no fault is, a small part of an election time-out (paper 5.6). */
function syncTimeMs({ plan, random, phase }: World, { slowFactor, well }: SimulatedNode): number {
  const drawnMs = plan.syncMs * slowFactor * (0.5 + drawFraction(random));
  return phase === 'faults' || !well ? drawnMs : Math.min(drawnMs, plan.electionTimeoutMs * CALM_SYNC);
}

function resumeAfterSync(world: World, node: SimulatedNode): void {
  if (node.paused) {
    later(world, node, world.plan.electionTimeoutMs / 4, () => {
      resumeAfterSync(world, node);
    });
    return;
  }
  if (finishSync(world, node) === 'done') world.turns.resume(node);
}

function finishSync(world: World, node: SimulatedNode): 'done' | 'waits' {
  const { persist: request } = must(node.disk.unsynced, 'a write');
  happened(world, 'synced', node.place, node.disk.entries.length);
  if (node.crashAt === 'crashBeforeSync') {
    crashNode(world, node, node.crashAt);
    return 'waits';
  }
  if (node.storageFails !== null) failStorage(node.files, node.storageFails === 'failedSync' ? 'sync' : 'write');
  if (!useStorage(world, node, () => storageOf(node.files).persist(request))) return 'waits';
  sync(node.disk);
  if (node.crashAt === 'crashAfterSync') crashNode(world, node, node.crashAt);
  return node.state === null ? 'waits' : 'done';
}

function setTimer(world: World, node: SimulatedNode, command: TimerCommand): void {
  const { alarms } = node;
  if (command.action === 'stop') {
    clearAlarm(alarms, command.timer);
    return;
  }
  const delayMs = wholeTicks(timerDelayMs(command, world.plan, world.random) * node.clockRate);
  const wakesInMs = setAlarm(alarms, command.timer, world.queue.nowMs, delayMs);
  if (wakesInMs !== null) wakeIn(world, node, command.timer, wakesInMs);
}

/** To the node it seems that `byMs` have passed at once; below 0: that they have not passed. */
export function jumpClock(world: World, node: SimulatedNode, byMs: number): void {
  if (byMs < 0) {
    jumpBack(node.alarms, wholeTicks(-byMs));
    return;
  }
  for (const timer of jumpAhead(node.alarms, world.queue.nowMs, wholeTicks(byMs))) wakeIn(world, node, timer, 0);
}

function wakeIn(world: World, node: SimulatedNode, timer: TimerName, delayMs: number): void {
  later(world, node, delayMs, () => {
    const againInMs = wake(node.alarms, timer, world.queue.nowMs);
    if (againInMs !== null) wakeIn(world, node, timer, againInMs);
    world.turns.advance(node);
  });
}
