/**
 * The simulated network: for each direction between two nodes a delay, a loss, a duplication and a reordering rate, and whether it
 * is cut. It decides when a message arrives, and how often; it does not look inside.
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
  /** By `from * STRIDE + to`: is this direction cut, and when did its last message in order arrive. */
  readonly cut: boolean[];
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
    cut: Array.from({ length: places }, () => false),
    lastArrivalMs: Array.from({ length: places }, () => 0),
    calm: false,
  };
}

export function setCut(network: Network, { from, to }: Direction, cut: boolean): void {
  network.cut[from * STRIDE + to] = cut;
}

export function healNetwork(network: Network): void {
  network.cut.fill(false);
}

/** Schedules the arrivals of one message: none, one or two. */
export function transmit(network: Network, direction: Direction, arrive: () => void): void {
  const { plan, random, faults } = network;
  const place = direction.from * STRIDE + direction.to;
  if (must(network.cut[place], 'a direction')) {
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
