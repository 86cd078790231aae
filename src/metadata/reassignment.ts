/**
 * Moving a partition to other replicas, as Kafka does it (KIP-455): first the newcomers stand in the replica list
 * beside those who are to go, then, once all that are to stay are in sync, the latter leave. Pure rules over the four
 * lists.
 */

/** The lists of a partition. While it is being reassigned `replicas` are the target, then those who are to go. */
export interface Assignment {
  readonly replicas: number[];
  readonly isr: number[];
  /** These two are there only while it is; a newcomer that another target dropped is in both. */
  readonly addingReplicas?: number[] | undefined;
  readonly removingReplicas?: number[] | undefined;
}

export function isReassigning({ addingReplicas, removingReplicas }: Assignment): boolean {
  return addingReplicas !== undefined || removingReplicas !== undefined;
}

export function withIsr({ replicas, addingReplicas, removingReplicas }: Assignment, isr: number[]): Assignment {
  return { replicas, isr, addingReplicas, removingReplicas };
}

/**
 * On the way to `target`. Over a pending reassignment nobody leaves either, and `addingReplicas` are still all that
 * the first one did not begin with: cancelling leads back there, however often the target has changed.
 */
export function reassigned(current: Assignment, target: readonly number[]): Assignment {
  const removing = without(current.replicas, target);
  const replicas = [...target, ...removing];
  const adding = without(replicas, original(current));
  if (adding.length === 0 && removing.length === 0) return { replicas, isr: current.isr };
  return {
    replicas,
    isr: current.isr,
    addingReplicas: adding.sort(ascending),
    removingReplicas: removing.sort(ascending),
  };
}

/** Without the newcomers; the ISR may be left empty. */
export function reverted(current: Assignment): Assignment {
  return { replicas: original(current), isr: without(current.isr, current.addingReplicas) };
}

/**
 * The assignment itself as long as its reassignment cannot end: some replica that is to stay is not in sync. Asked at
 * each change, before a leader is elected: an unclean election removes nobody.
 */
export function completed(assignment: Assignment): Assignment {
  if (!isReassigning(assignment)) return assignment;
  const replicas = without(assignment.replicas, assignment.removingReplicas);
  const isr = without(assignment.isr, assignment.removingReplicas);
  return replicas.every((id) => isr.includes(id)) ? { replicas, isr } : assignment;
}

/** What a reassignment began with. */
function original({ replicas, addingReplicas }: Assignment): number[] {
  return without(replicas, addingReplicas);
}

function without(ids: readonly number[], excluded: readonly number[] = []): number[] {
  return ids.filter((id) => !excluded.includes(id));
}

function ascending(a: number, b: number): number {
  return a - b;
}
