/**
 * Rules of replica lists, shared by all operations that set one: distinct, registered, and only brokers that may take
 * replicas among the new ones.
 */
import type { ErrorValue } from '../errors.js';
import { rejected } from './answer.js';
import type { ReadableImage } from './image.js';
import { findBroker } from './image.js';
import type { PartitionInfo } from './model.js';
import { mayTakeReplicas } from './placement.js';

export type Refusal = { readonly error: ErrorValue } | undefined;

/** `current`: those that hold a replica already, and may be in any state. */
export function checkReplicas(image: ReadableImage, replicas: readonly number[], current: readonly number[]): Refusal {
  if (replicas.length === 0) return rejected('InvalidAssignment', 'a partition needs at least one replica');
  if (!areDistinct(replicas)) return rejected('InvalidAssignment', `replicas ${shown(replicas)} are not distinct`);
  for (const id of replicas) {
    const broker = findBroker(image, id);
    if (broker === undefined) return rejected('InvalidAssignment', `replica ${id} is not a registered broker`);
    if (!mayTakeReplicas(broker) && !current.includes(id)) {
      return rejected('InvalidAssignment', `broker ${id} is ${broker.status} and takes no new replicas`);
    }
  }
  return undefined;
}

export function checkSubset(subset: readonly number[], replicas: readonly number[], name: string): Refusal {
  if (!areDistinct(subset)) return rejected('InvalidAssignment', `${name} ${shown(subset)} are not distinct`);
  const stray = subset.find((id) => !replicas.includes(id));
  if (stray === undefined) return undefined;
  return rejected('InvalidAssignment', `${stray} in ${name} is not one of the replicas ${shown(replicas)}`);
}

/**
 * One that is under way adds or removes replicas, not all of them. A newcomer that another target dropped is on both
 * lists.
 */
export function checkReassignment({ replicas, addingReplicas, removingReplicas }: PartitionInfo): Refusal {
  if (addingReplicas === undefined && removingReplicas === undefined) return undefined;
  if (addingReplicas === undefined || removingReplicas === undefined) {
    return rejected('InvalidAssignment', 'a reassignment has both of its lists');
  }
  if (addingReplicas.length === 0 && removingReplicas.length === 0) {
    return rejected('InvalidAssignment', 'a reassignment moves at least one replica');
  }
  for (const [name, ids] of Object.entries({ addingReplicas, removingReplicas })) {
    const refusal = checkSubset(ids, replicas, name);
    if (refusal !== undefined) return refusal;
    if (ids.length === replicas.length) return rejected('InvalidAssignment', `all replicas are ${name}`);
  }
  return undefined;
}

/** A leader is in sync, or there is none. */
export function checkLeader(leader: number, isr: readonly number[]): Refusal {
  if (leader === 0 || isr.includes(leader)) return undefined;
  return rejected('InvalidAssignment', `leader ${leader} is not in the ISR ${shown(isr)}`);
}

function areDistinct(ids: readonly number[]): boolean {
  return new Set(ids).size === ids.length;
}

const SHOWN_IDS = 16;

function shown(ids: readonly number[]): string {
  return ids.length <= SHOWN_IDS ? `[${ids.join(', ')}]` : `[${ids.slice(0, SHOWN_IDS).join(', ')}, …]`;
}
