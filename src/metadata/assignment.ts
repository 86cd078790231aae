/**
 * Rules of replica lists, shared by all operations that set one: distinct, registered, and some or all of them active.
 */
import type { ErrorValue } from '../errors.js';
import { rejected } from './answer.js';
import type { ReadableImage } from './image.js';
import { findBroker } from './image.js';
import type { PartitionInfo } from './model.js';
import { isActive } from './broker-states.js';

export type Refusal = { readonly error: ErrorValue } | undefined;

/** Of a new partition: KRaft lets whoever chooses brokers choose fenced and draining ones too, but not them alone. */
export function checkAssignment(image: ReadableImage, replicas: readonly number[]): Refusal {
  const refusal = checkRegistered(image, replicas);
  if (refusal !== undefined || replicas.some((id) => isActiveBroker(image, id))) return refusal;
  return rejected('InvalidAssignment', `all of the replicas ${shown(replicas)} are fenced or draining`);
}

/** Of a partition that has replicas. `current`: those that hold one already, and may be in any state. */
export function checkReplicas(image: ReadableImage, replicas: readonly number[], current: readonly number[]): Refusal {
  const refusal = checkRegistered(image, replicas);
  if (refusal !== undefined) return refusal;
  const inactive = replicas.find((id) => !isActiveBroker(image, id) && !current.includes(id));
  if (inactive === undefined) return undefined;
  return rejected('InvalidAssignment', `broker ${inactive} is fenced or draining and takes no new replicas`);
}

function checkRegistered(image: ReadableImage, replicas: readonly number[]): Refusal {
  if (replicas.length === 0) return rejected('InvalidAssignment', 'a partition needs at least one replica');
  if (!areDistinct(replicas)) return rejected('InvalidAssignment', `replicas ${shown(replicas)} are not distinct`);
  const unknown = replicas.find((id) => findBroker(image, id) === undefined);
  if (unknown === undefined) return undefined;
  return rejected('InvalidAssignment', `replica ${unknown} is not a registered broker`);
}

function isActiveBroker(image: ReadableImage, id: number): boolean {
  const broker = findBroker(image, id);
  return broker !== undefined && isActive(broker);
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
