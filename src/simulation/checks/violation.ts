/**
 * What must hold, by name, and what a checker throws when it does not: that name, and the facts that show it. How often
 * each was checked is counted, for a check that never runs finds nothing.
 */

export const INVARIANTS = [
  // Consensus.
  'election safety',
  'election quorum',
  'one vote a term',
  'leader append-only',
  'leader completeness',
  'log matching',
  'state machine safety',
  'committed on a quorum',
  'committed in the term',
  'committed entry lost',
  'persist before send',
  'monotone',
  'order of indexes',
  'true acknowledgements',
  'removed leader',
  'one membership change',
  'configuration of the log',
  'recovery',
  // What clients are told.
  'linearizable read',
  'exactly once',
  'acknowledged is committed',
  'honest answer',
  // State machines.
  'equal answers',
  'equal states',
  'snapshot and tail equal full replay',
  // The metadata.
  'leader in the ISR',
  'ISR of the replicas',
  'offline replicas of the replicas',
  'replicas on fenced brokers are offline',
  'reassigned replicas of the replicas',
  'leader epoch only grows',
  'partition epoch grows with each change',
  'broker epoch only grows',
  'replicas are registered brokers',
  'partition count of the topic',
  'topic and partitions agree',
  'broker is found by its id',
  'replica index is that of the image',
  'groups are sound',
  'generation only grows',
  'version only grows',
  'sessions of brokers',
  // The end of a run.
  'liveness of a majority',
  'liveness',
] as const;

export type Invariant = (typeof INVARIANTS)[number];
/** `assertion`: the code under test found it out by itself. The others are of a user's own. */
export type Check = Invariant | 'assertion' | `invariant: ${string}`;
export type CheckCounts = Record<Invariant, number>;

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly check: Check;

  constructor(check: Check, message: string) {
    super(`${check}: ${message}`);
    this.check = check;
  }
}

/** Of the simulation that runs: they run one after the other, each to its end. */
let counts = noCounts();

export function noCounts(): CheckCounts {
  return Object.fromEntries(INVARIANTS.map((check) => [check, 0])) as CheckCounts;
}

/** Begins anew; what is given goes on counting until the next call. */
export function startCountingChecks(): CheckCounts {
  counts = noCounts();
  return counts;
}

export function demand(condition: boolean, check: Invariant, describe: () => string): asserts condition {
  counts[check] += 1;
  if (!condition) throw new Violation(check, describe());
}

/** Counts a check and gives its outcome, for the paths on which even the making of a closure shows. */
export function holds(condition: boolean, check: Invariant): boolean {
  counts[check] += 1;
  return condition;
}
