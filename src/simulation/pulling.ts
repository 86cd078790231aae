/** The state machine's side asks its node for more, within its credit. */
import { drawFraction } from '../random.js';
import { countFault } from './faults.js';
import { deliver, later } from './inputs.js';
import type { SimulatedNode } from './simulated-node.js';
import { happened, type World } from './world.js';

/** Credit for `bytes` more, once the store has worked off what it has. */
export function requestMore(world: World, node: SimulatedNode, bytes: number): void {
  const delayMs = node.storeStalled ? world.plan.electionTimeoutMs : drawFraction(world.random);
  later(world, node, delayMs, () => {
    if (node.storeStalled) {
      countFault(world.faults, 'storeStall');
      requestMore(world, node, bytes);
      return;
    }
    happened(world, 'pull', node.place, node.machine.appliedIndex);
    deliver(world, node, { kind: 'pull', bytes, appliedIndex: node.machine.appliedIndex });
  });
}
