/**
 * Time as a node's store has been awake to see it, by the node's own clock: of a longer gap between two looks no more
 * counts than the first part of it. What is judged by it looks at least as often as the code does, so that it never
 * counts less.
 */
import type { SimulatedNode } from './simulated-node.js';
import type { World } from './world.js';

/** Of a broker's session: the longest time between two looks in which nobody was asleep. */
const LONGEST_STEP_SESSIONS = 1 / 8;

export function ownClockMs({ queue }: World, { clockRate }: SimulatedNode): number {
  return queue.nowMs / clockRate;
}

export function lookAwakeMs(world: World, node: SimulatedNode): number {
  const { ownTime } = node;
  const nowMs = ownClockMs(world, node);
  const longestMs = LONGEST_STEP_SESSIONS * world.plan.brokerSessionTimeoutMs;
  ownTime.awakeMs += Math.min(nowMs - ownTime.lookedAtMs, longestMs);
  ownTime.lookedAtMs = nowMs;
  return ownTime.awakeMs;
}
