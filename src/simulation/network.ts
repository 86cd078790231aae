/**
 * The simulated network: for each direction between two nodes a delay, a loss, a duplication and a reordering rate,
 * and whether it is cut. It decides when a message arrives, and how often; it does not look inside.
 */
import { must } from '../assert.js';
import { drawChance, drawFraction, drawInteger, type Random } from '../random.js';
import { schedule, wholeTicks, type EventQueue } from './event-queue.js';
import { countFault, type FaultCounts } from './faults.js';
import type { Plan } from './plan.js';

export interface Network {
  readonly queue: EventQueue;
  readonly random: Random;
  readonly plan: Plan;
  readonly faults: FaultCounts;
  /** By `from * STRIDE + to`: how many cuts lie on this direction, and when its last message in order arrives. */
  readonly cuts: number[];
  readonly lastArrivalMs: number[];
  /** No loss, duplication or reordering from here on: everywhere, or in a direction. */
  calm: boolean;
  readonly calmDirections: boolean[];
  /** Some of the latest messages, to be delivered once more when the lives they belong to have ended. */
  readonly old: (() => void)[];
  sent: number;
}

export interface Direction {
  readonly from: number;
  readonly to: number;
}

const STRIDE = 16;
const REMEMBERED = 32;
const REMEMBERED_ONE_IN = 5;
/** Where no fault is, a message takes this part of an election time-out at most (paper 5.6). */
const CALM_DELAY = 1 / 20;

export function createNetwork(queue: EventQueue, random: Random, plan: Plan, faults: FaultCounts): Network {
  const places = STRIDE * STRIDE;
  return {
    queue,
    random,
    plan,
    faults,
    cuts: Array.from({ length: places }, () => 0),
    lastArrivalMs: Array.from({ length: places }, () => 0),
    calm: false,
    calmDirections: Array.from({ length: places }, () => false),
    old: [],
    sent: 0,
  };
}

export function cutDirections(network: Network, directions: readonly Direction[]): void {
  for (const { from, to } of directions) addCuts(network, from * STRIDE + to, 1);
}

/** Undoes one `cutDirections`; another cut on the same direction stays. */
export function joinDirections(network: Network, directions: readonly Direction[]): void {
  for (const { from, to } of directions) addCuts(network, from * STRIDE + to, -1);
}

function addCuts({ cuts }: Network, place: number, change: number): void {
  cuts[place] = must(cuts[place], 'a direction') + change;
}

export function healNetwork(network: Network): void {
  network.calm = true;
  network.cuts.fill(0);
}

export function healDirection(network: Network, { from, to }: Direction): void {
  network.calmDirections[from * STRIDE + to] = true;
  network.cuts[from * STRIDE + to] = 0;
}

/** Remembers one message of several. */
function remember(network: Network, arrive: () => void): void {
  network.sent += 1;
  if (network.sent % REMEMBERED_ONE_IN === 0) network.old[(network.sent / REMEMBERED_ONE_IN) % REMEMBERED] = arrive;
}

/** Delivers some of the remembered messages again, over the next `withinMs`. */
export function repeatOldMessages({ old, queue }: Network, random: Random, withinMs: number): void {
  for (let count = drawInteger(random, 1, REMEMBERED / 2); count > 0; count -= 1) {
    const arrive = old[drawInteger(random, 0, REMEMBERED)];
    const delayMs = drawFraction(random) * withinMs;
    if (arrive !== undefined) schedule(queue, delayMs, arrive);
  }
}

/** Schedules the arrivals of one message: none, one or two. */
export function transmit(network: Network, direction: Direction, arrive: () => void): void {
  const { plan, random, faults } = network;
  const place = direction.from * STRIDE + direction.to;
  const calm = network.calm || network.calmDirections[place] === true;
  remember(network, arrive);
  if (must(network.cuts[place], 'a direction') > 0) {
    countFault(faults, 'messageCut');
    return;
  }
  if (calm) {
    const lateMs = Math.min(drawDelayMs(network), plan.electionTimeoutMs * CALM_DELAY);
    arriveInOrder(network, place, lateMs, arrive);
    return;
  }
  if (drawChance(random, plan.dropRate)) {
    countFault(faults, 'messageDropped');
    return;
  }
  transmitOnce(network, place, arrive);
  if (drawChance(random, plan.duplicateRate)) {
    countFault(faults, 'messageDuplicated');
    const lateMs = drawInteger(random, 0, Math.ceil(plan.electionTimeoutMs * 2));
    schedule(network.queue, drawDelayMs(network) + lateMs, arrive);
  }
}

function transmitOnce(network: Network, place: number, arrive: () => void): void {
  const { plan, random, queue, lastArrivalMs } = network;
  const delayMs = drawDelayMs(network);
  if (!drawChance(random, plan.reorderRate)) {
    arriveInOrder(network, place, delayMs, arrive);
    return;
  }
  const arrivalMs = queue.nowMs + wholeTicks(delayMs) + wholeTicks(drawFraction(random) * plan.reorderDelayMs);
  if (arrivalMs < must(lastArrivalMs[place], 'a direction')) countFault(network.faults, 'messageReordered');
  else if (plan.reorderDelayMs > 0) countFault(network.faults, 'messageDelayed');
  schedule(queue, arrivalMs - queue.nowMs, arrive);
}

function arriveInOrder({ queue, lastArrivalMs }: Network, place: number, delayMs: number, arrive: () => void): void {
  const arrivalMs = Math.max(queue.nowMs + wholeTicks(delayMs), must(lastArrivalMs[place], 'a direction'));
  lastArrivalMs[place] = arrivalMs;
  schedule(queue, arrivalMs - queue.nowMs, arrive);
}

function drawDelayMs({ plan, random }: Network): number {
  return plan.minimumDelayMs - Math.log(1 - drawFraction(random)) * plan.meanDelayMs;
}
