/** How the naive model says no, and to which partitions. */
import type { PartitionInfo } from '../../src/metadata/model.js';
import type { OperationData } from '../../src/metadata/operations.js';

export class Refusal extends Error {}

/** The message of the refusal is its code. */
export function require(holds: boolean, code: string): asserts holds {
  if (!holds) throw new Refusal(code);
}

export function requireSound({ leader, replicas, isr, offlineReplicas }: PartitionInfo): void {
  const distinct = (ids: number[]): boolean => new Set(ids).size === ids.length;
  require(replicas.length > 0 && [replicas, isr, offlineReplicas].every(distinct), 'InvalidAssignment');
  require([...isr, ...offlineReplicas].every((id) => replicas.includes(id)), 'InvalidAssignment');
  require(leader === 0 || isr.includes(leader), 'InvalidAssignment');
}

export function requireShape({ replicas, isr = [], partition }: OperationData['create_partition']): void {
  require([...replicas, ...isr].every(isId) && partition >= 0, 'InvalidArgument');
}

export function isId(id: number): boolean {
  return Number.isInteger(id) && id >= 1;
}
