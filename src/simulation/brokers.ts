/**
 * The simulated brokers: they send heartbeats to who takes itself for the leader, fall silent, come back, want to shut
 * down. What a leader makes of that is checked in `checks/session-checks.ts`; here what a broker sees of it: after a
 * heartbeat that was accepted it is not fenced for silence before its session is over by the slowest clock there is,
 * whoever leads by then.
 */
import { must } from '../assert.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import type { StoreToHost } from '../messages.js';
import type { OperationAnswer } from '../metadata/answer.js';
import { isFenced } from '../metadata/broker-states.js';
import { findBroker, listBrokers } from '../metadata/image.js';
import type { BrokerHeartbeat, HeartbeatAnswer } from '../metadata/model.js';
import type { FenceBroker } from '../metadata/operations.js';
import type { ReadAnswer } from '../raft/ready.js';
import { noteAction, repeat, type Action } from './actions.js';
import { beginLeadership, checkCommand, noteHeard, type SessionWatch } from './checks/session-checks.js';
import { demand } from './checks/violation.js';
import { askController } from './controlling.js';
import { deliver } from './inputs.js';
import { BROKERS } from './metadata-workload.js';
import type { SimulatedNode } from './simulated-node.js';
import { happened, tell, type ProposedCommand, type World } from './world.js';

interface SentBeat {
  readonly beat: BrokerHeartbeat;
  readonly sentMs: number;
  /** Null: not yet. */
  heard: Heard | null;
}

interface Heard {
  readonly place: number;
  readonly life: number;
  readonly admission: number | null;
}

export interface Brokers {
  reads: number;
  /** By read. */
  readonly sent: Map<number, SentBeat>;
  /** By broker: the latest heartbeat after which it was told that it is not fenced. */
  readonly accepted: Map<number, SentBeat>;
  /** By broker. */
  readonly silentUntilMs: Map<number, number>;
  readonly leaving: Set<number>;
  readonly watch: SessionWatch;
  /** Fences for silence that controllers have proposed, by attempt, until they are applied first. */
  readonly fences: Map<number, FenceBroker>;
  stopped: boolean;
}

/** Apart from the ids of other reads and of requests. */
const FIRST_READ = 2_000_000;
/** Heartbeats of all brokers together. */
const BEATS_PER_SESSION = 15;
const SILENCE_RATE = 0.03;
const LONGEST_SILENCE_SESSIONS = 2.5;
const LEAVING_RATE = 0.03;
const STAYING_RATE = 0.2;
const STALE_RATE = 0.03;
const TOLD_INDEX_RATE = 0.3;
const CLOCK_TICK_MS = 1;

export function createBrokers(): Brokers {
  const sent = new Map<number, SentBeat>();
  return {
    reads: FIRST_READ,
    sent,
    accepted: new Map(),
    silentUntilMs: new Map(),
    leaving: new Set(),
    watch: {
      leaderships: new Map(),
      shutdownRequests: ({ place, life }, { brokerId, brokerEpoch }) =>
        [...sent.values()].flatMap(({ beat, heard }) => {
          const isThere = heard?.place === place && heard.life === life && beat.shuttingDown === true;
          return isThere && beat.brokerId === brokerId && beat.brokerEpoch === brokerEpoch ? [heard] : [];
        }),
    },
    fences: new Map(),
    stopped: false,
  };
}

export function startBrokers(world: World, brokers: Brokers): void {
  if (world.nodes.every(({ machine }) => machine.seat === null)) return;
  repeat(world, 'brokers', world.plan.brokerSessionTimeoutMs / BEATS_PER_SESSION, (action) => {
    if (!brokers.stopped) act(world, brokers, action);
    return !brokers.stopped;
  });
}

function act(world: World, brokers: Brokers, action: Action): void {
  const { random } = action;
  const { brokerSessionTimeoutMs } = world.plan;
  const { nowMs } = world.queue;
  const brokerId = drawInteger(random, 1, BROKERS + 1);
  if (drawChance(random, SILENCE_RATE)) {
    const silenceMs = drawFraction(random) * LONGEST_SILENCE_SESSIONS * brokerSessionTimeoutMs;
    brokers.silentUntilMs.set(brokerId, nowMs + silenceMs);
  }
  const changesItsMind = drawChance(random, brokers.leaving.has(brokerId) ? STAYING_RATE : LEAVING_RATE);
  if (changesItsMind && !brokers.leaving.delete(brokerId)) brokers.leaving.add(brokerId);
  if (nowMs < (brokers.silentUntilMs.get(brokerId) ?? 0)) return;
  const leaders = world.nodes.filter(({ leadership }) => leadership?.role === 'leader');
  const node = leaders[drawInteger(random, 0, Math.max(1, leaders.length))];
  const beat = node === undefined ? null : heartbeatOf(world, brokers, brokerId, random);
  if (node === undefined || beat === null) return;
  brokers.reads += 1;
  const id = brokers.reads;
  brokers.sent.set(id, { beat, sentMs: nowMs, heard: null });
  happened(world, 'beat', node.place, id);
  noteAction(world, action, () => `broker ${brokerId} sends a heartbeat to node ${node.member.id}`);
  deliver(world, node, { kind: 'read', id });
}

/** Null: it knows of no registration of its own. */
function heartbeatOf(world: World, { leaving }: Brokers, brokerId: number, random: Random): BrokerHeartbeat | null {
  const { machine } = freshestOf(world);
  const info = findBroker(must(machine.inner.controlled, 'metadata').image(), brokerId);
  if (info === undefined) return null;
  return {
    brokerId,
    brokerEpoch: drawChance(random, STALE_RATE) ? Math.max(0, info.brokerEpoch - 1) : info.brokerEpoch,
    shuttingDown: leaving.has(brokerId),
    resources: { cpuCores: drawInteger(random, 1, 3) },
    ...(drawChance(random, TOLD_INDEX_RATE) ? { appliedIndex: machine.appliedIndex } : {}),
  };
}

function freshestOf({ nodes }: World): SimulatedNode {
  return nodes.reduce((best, node) => (node.machine.appliedIndex > best.machine.appliedIndex ? node : best));
}

/** All brokers are silent for good: those whose sessions can end are fenced. */
export function areAllFenced(world: World): boolean {
  const { controlled } = freshestOf(world).machine.inner;
  if (controlled === undefined) return true;
  return listBrokers(controlled.image()).every((broker) => broker.supervised !== true || isFenced(broker));
}

/** False: it is no read of a broker. */
export function noteBeatConfirmed(world: World, brokers: Brokers, node: SimulatedNode, answer: ReadAnswer): boolean {
  const sent = brokers.sent.get(answer.id);
  if (sent === undefined) return false;
  if (answer.index === null) brokers.sent.delete(answer.id);
  else {
    sent.heard = { place: node.place, life: node.life, admission: node.leadership?.admission ?? null };
    noteHeard(world, brokers.watch, node, sent.beat);
    const batch = { id: answer.id, requests: [{ type: 'broker_heartbeat', ...sent.beat }] };
    askController(world, node, batch, answer.index);
  }
  return true;
}

export function noteControllerAnswer(brokers: Brokers, message: StoreToHost): void {
  if (message.kind === 'readAnswers' && message.parked.length === 0) {
    noteTold(brokers, message.batch, message.values[0]);
  } else if (message.kind === 'parkedAnswers') {
    for (const answer of message.answers) if ('value' in answer) noteTold(brokers, answer.batch, answer.value);
  }
}

function noteTold({ sent, accepted }: Brokers, id: number, value: unknown): void {
  const known = must(sent.get(id), 'an answer to a heartbeat');
  sent.delete(id);
  const answer = value as OperationAnswer<HeartbeatAnswer>;
  if ('error' in answer) return;
  const { brokerId } = known.beat;
  if (answer.value.fenced) accepted.delete(brokerId);
  else if (known.sentMs >= (accepted.get(brokerId)?.sentMs ?? 0)) accepted.set(brokerId, known);
}

export function noteLeadership(world: World, { watch }: Brokers, node: SimulatedNode): void {
  beginLeadership(world, watch, node);
}

export function noteCommand(world: World, brokers: Brokers, node: SimulatedNode, command: ProposedCommand): void {
  const fence = checkCommand(world, brokers.watch, node, command.bytes);
  if (fence !== null) brokers.fences.set(command.attempt, fence);
}

export function checkFence(world: World, brokers: Brokers, attempt: number): void {
  const fence = brokers.fences.get(attempt);
  if (fence === undefined) return;
  brokers.fences.delete(attempt);
  const last = brokers.accepted.get(fence.brokerId);
  if (last?.beat.brokerEpoch !== fence.brokerEpoch) return;
  const { brokerSessionTimeoutMs, clockSkew } = world.plan;
  const silentMs = world.queue.nowMs - last.sentMs;
  tell(world, () => `broker ${fence.brokerId} is fenced`);
  demand(
    silentMs >= brokerSessionTimeoutMs * (1 - clockSkew) - CLOCK_TICK_MS,
    'sessions of brokers',
    () =>
      `broker ${fence.brokerId} is fenced ${silentMs} ms after a heartbeat, where ${brokerSessionTimeoutMs} are due`,
  );
}
