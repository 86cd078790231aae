/**
 * The controller's side of a node: it hears of leadership and of what was applied, proposes, and wakes up, all by the
 * node's own clock. Requests wait at the shipped desk.
 */
import { drawFraction } from '../random.js';
import { packPayloads, payloadAt } from '../raft/entries.js';
import type { Leadership } from '../raft/ready.js';
import type { ControllerProposal } from '../state-machine/controller-seat.js';
import { openUnaddressed } from '../state-machine/envelope.js';
import type { Moment } from '../state-machine/hosted-controller.js';
import type { ReadBatch } from '../engine/engine.js';
import { ReadDesk } from '../state-machine/read-desk.js';
import { must } from '../assert.js';
import { deliver, later } from './inputs.js';
import { lookAwakeMs, ownClockMs } from './own-time.js';
import { writeUnaddressed } from './proposal.js';
import type { SimulatedNode } from './simulated-node.js';
import { happened, tell, type World } from './world.js';

/** As of `setTimeout`. */
const SHORTEST_TIMER_MS = 1;

/** Null where what is replicated has no controller. */
export function createDesk(world: World, node: SimulatedNode): ReadDesk | null {
  if (node.machine.seat === null) return null;
  return new ReadDesk({
    machine: {
      query: (request) => node.machine.inner.hosted.query(request),
      changedKeys: () => node.machine.changedKeys,
    },
    answerControl: (request) => node.machine.seat?.answer(request, momentOf(world, node)),
    appliedIndex: () => node.machine.appliedIndex,
    post: (message) => {
      world.client.controllerAnswered(node, message);
    },
  });
}

export function followLeadership(world: World, node: SimulatedNode, leadership: Leadership): void {
  const { seat } = node.machine;
  if (seat === null) return;
  if (seat.learn(leadership, momentOf(world, node))) {
    world.client.controllerChanged(node);
    node.desk?.askAgain();
  }
  control(world, node);
}

export function followApplied(world: World, node: SimulatedNode): void {
  node.desk?.applied();
  node.machine.changedKeys.clear();
  control(world, node);
}

/** A request whose index was confirmed. */
export function askController(world: World, node: SimulatedNode, batch: ReadBatch, index: number): void {
  node.machine.seat?.hear(batch.requests, momentOf(world, node));
  node.desk?.wait(index, batch);
  control(world, node);
}

function momentOf(world: World, node: SimulatedNode): Moment {
  lookAwakeMs(world, node);
  const { appliedIndex } = node.machine;
  return { now: ownClockMs(world, node), unixMs: Math.floor(world.queue.nowMs), appliedIndex };
}

function control(world: World, node: SimulatedNode): void {
  const { seat } = node.machine;
  if (seat === null || node.state === null) return;
  const moment = momentOf(world, node);
  const proposal = seat.takeProposal(moment);
  if (proposal !== null) propose(world, node, proposal);
  const wakeUpAt = seat.nextWakeUp(moment);
  node.wakeUps += 1;
  if (wakeUpAt !== Number.POSITIVE_INFINITY) wakeUpIn(world, node, (wakeUpAt - moment.now) * node.clockRate);
}

/** Its store has a thread of its own, and stands still when that does. */
function wakeUpIn(world: World, node: SimulatedNode, delayMs: number): void {
  const { wakeUps } = node;
  later(world, node, Math.max(SHORTEST_TIMER_MS, delayMs), () => {
    if (node.wakeUps !== wakeUps) return;
    if (node.paused || node.storeStalled) wakeUpIn(world, node, world.plan.electionTimeoutMs / 4);
    else control(world, node);
  });
}

function propose(world: World, node: SimulatedNode, { admission, payloads }: ControllerProposal): void {
  const sealed: Uint8Array[] = [];
  for (let position = 0; position < payloads.count; position += 1) {
    const bytes = must(openUnaddressed(payloadAt(payloads, position)), 'a command of the controller');
    const numbers = world.client.nextNumbers();
    world.client.commandProposed(node, { attempt: numbers.attempt, bytes });
    sealed.push(writeUnaddressed({ ...numbers, bytes }));
  }
  happened(world, 'control', node.place, payloads.count);
  tell(world, () => `the controller of node ${node.member.id} proposes ${payloads.count} commands under ${admission}`);
  later(world, node, drawFraction(world.random), () => {
    deliver(world, node, { kind: 'propose', admission, payloads: packPayloads(sealed) });
  });
}
