/**
 * Moving a partition to other replicas, as Kafka does it (KIP-455): first the newcomers stand in the replica list beside
 * those who are to go, then, once all that are to stay are in sync, the latter leave. Pure rules over the four lists.
 */

export interface Assignment {
  /** While a reassignment is pending: its target, then those to be removed. */
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
}

export function isReassigning({ addingReplicas, removingReplicas }: Assignment): boolean {
  return addingReplicas.length > 0 || removingReplicas.length > 0;
}

/**
 * On the way to `target`. Over a pending reassignment nobody leaves either, and `addingReplicas` are still all that
 * the first one did not begin with: cancelling leads back there, however often the target has changed.
 */
export function reassigned(current: Assignment, target: readonly number[]): Assignment {
  const removing = without(current.replicas, target);
  const replicas = [...target, ...removing];
  const adding = without(replicas, original(current));
  return {
    replicas,
    isr: current.isr,
    addingReplicas: adding.sort(ascending),
    removingReplicas: [...removing].sort(ascending),
  };
}

/** Without the newcomers; the ISR may be left empty. */
export function reverted(current: Assignment): Assignment {
  return {
    replicas: original(current),
    isr: without(current.isr, current.addingReplicas),
    addingReplicas: [],
    removingReplicas: [],
  };
}

/** The assignment itself as long as its reassignment cannot end: some replica that is to stay is not in sync. */
export function completed(assignment: Assignment): Assignment {
  if (!isReassigning(assignment)) return assignment;
  const replicas = without(assignment.replicas, assignment.removingReplicas);
  const isr = without(assignment.isr, assignment.removingReplicas);
  if (!replicas.every((id) => isr.includes(id))) return assignment;
  return { replicas, isr, addingReplicas: [], removingReplicas: [] };
}

function original({ replicas, addingReplicas }: Assignment): number[] {
  return without(replicas, addingReplicas);
}

function without(ids: readonly number[], excluded: readonly number[]): number[] {
  return ids.filter((id) => !excluded.includes(id));
}

function ascending(a: number, b: number): number {
  return a - b;
}
