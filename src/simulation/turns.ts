/**
 * The shell of one simulated node: the shipped loop (`performTurn`) over a simulated disk, network and clock. A turn
 * takes virtual time while its write is synced, and inputs queue meanwhile; a crash may strike at each of its
 * effects.
 */
import { must } from '../assert.js';
import type { Input } from '../raft/messages.js';
import { performTurn } from '../raft/turn.js';
import { takeDueTimer } from './alarms.js';
import { checkConfiguration } from './checks/log-checks.js';
import { checkState } from './checks/state-checks.js';
import { compactDisk } from './disk.js';
import { performEffect } from './effects.js';
import { useStorage } from './life.js';
import { storageOf } from './node-files.js';
import type { SimulatedNode } from './simulated-node.js';
import { happened, tell, type World } from './world.js';

/**
 * Turn after turn, as long as there are inputs and nothing holds the node up. A timer comes after all that waited
 * before it.
 */
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

/** Its write is synced: the turn goes on. */
export function resume(world: World, node: SimulatedNode): void {
  proceed(world, node);
  advance(world, node);
}

/** Performs effects until the turn ends, waits for its sync, or the node has crashed. */
function proceed(world: World, node: SimulatedNode): void {
  while (node.turn !== null) {
    const next = node.turn.next();
    checkState(world.history, world.nodes, node);
    if (next.done === true) {
      node.turn = null;
      checkConfiguration(node);
      compact(world, node);
      return;
    }
    if (performEffect(world, node, next.value) === 'waits') return;
  }
}

/** The ledger first: the files may keep more, never less. */
function compact(world: World, node: SimulatedNode): void {
  const { state, files, disk } = node;
  if (state === null || state.log.baseIndex === files.baseIndex) return;
  files.baseIndex = state.log.baseIndex;
  compactDisk(disk, files.baseIndex + 1);
  useStorage(world, node, () => storageOf(files).compact(files.baseIndex + 1));
}
