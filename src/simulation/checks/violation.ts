/** What a checker throws: the name of the property that does not hold, and the facts that show it. */

export type Check =
  | 'election safety'
  | 'election quorum'
  | 'leader append-only'
  | 'log matching'
  | 'leader completeness'
  | 'state machine safety'
  | 'committed on a quorum'
  | 'committed in the term'
  | 'committed entry lost'
  | 'replication progress'
  | 'removed leader'
  | 'persist before send'
  | 'one vote a term'
  | 'monotone'
  | 'linearizable read'
  | 'one membership change'
  | 'configuration of the log'
  | 'exactly once'
  | 'honest answer'
  | 'recovery'
  | 'liveness'
  | 'assertion';

export class Violation extends Error {
  override readonly name = 'Violation';
  readonly check: Check;

  constructor(check: Check, message: string) {
    super(`${check}: ${message}`);
    this.check = check;
  }
}

export function demand(condition: boolean, check: Check, describe: () => string): asserts condition {
  if (!condition) throw new Violation(check, describe());
}
