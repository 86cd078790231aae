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
  /** No loss, duplication or reordering from here on. */
  calm: boolean;
}

export interface Direction {
  readonly from: number;
  readonly to: number;
}

const STRIDE = 16;

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
  network.cuts.fill(0);
}

/** Schedules the arrivals of one message: none, one or two. */
export function transmit(network: Network, direction: Direction, arrive: () => void): void {
  const { plan, random, faults } = network;
  const place = direction.from * STRIDE + direction.to;
  if (must(network.cuts[place], 'a direction') > 0) {
    countFault(faults, 'messageCut');
    return;
  }
  if (!network.calm && drawChance(random, plan.dropRate)) {
    countFault(faults, 'messageDropped');
    return;
  }
  transmitOnce(network, place, arrive);
  if (!network.calm && drawChance(random, plan.duplicateRate)) {
    countFault(faults, 'messageDuplicated');
    const lateMs = drawInteger(random, 0, Math.ceil(plan.electionTimeoutMs * 2));
    schedule(network.queue, drawDelayMs(network) + lateMs, arrive);
  }
}

function transmitOnce(network: Network, place: number, arrive: () => void): void {
  const { plan, random, queue, lastArrivalMs } = network;
  let arrivalMs = queue.nowMs + wholeTicks(drawDelayMs(network));
  const lastMs = must(lastArrivalMs[place], 'a direction');
  if (!network.calm && drawChance(random, plan.reorderRate)) {
    arrivalMs += wholeTicks(drawFraction(random) * plan.reorderDelayMs);
    if (arrivalMs < lastMs) countFault(network.faults, 'messageReordered');
    else if (plan.reorderDelayMs > 0) countFault(network.faults, 'messageDelayed');
  } else {
    arrivalMs = Math.max(arrivalMs, lastMs);
    lastArrivalMs[place] = arrivalMs;
  }
  schedule(queue, arrivalMs - queue.nowMs, arrive);
}

function drawDelayMs({ plan, random }: Network): number {
  return plan.minimumDelayMs - Math.log(1 - drawFraction(random)) * plan.meanDelayMs;
}
