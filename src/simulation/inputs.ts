/** How things reach a simulated node: into its inbox, now or later, in the life it has now. */
import type { Input } from '../raft/messages.js';
import { schedule } from './event-queue.js';
import type { SimulatedNode } from './simulated-node.js';
import type { World } from './world.js';

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
  world.turns.advance(node);
}
