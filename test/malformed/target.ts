/** What takes bytes from elsewhere, and what must hold of it whatever they are. Types, and how a failure is told. */
import type { Random } from '../../src/random.js';

/** A refusal is documented: a typed error, or the result that says so. */
export type Outcome = 'accepted' | 'refused';

export interface Target {
  /** As the replay command names it. */
  readonly kind: string;
  /** Its part of all inputs, beside those of the others. */
  readonly share: number;
  /** How many times as long as usual one may take; 10,000 where nothing is said. */
  readonly timesAsLong?: number;
  /** Fresh state for some inputs in a row. Each call draws and tries one; it throws when a rule does not hold. */
  create(): (random: Random) => Outcome;
}

/** A rule that does not hold. */
export class BrokenRule extends Error {
  override readonly name = 'BrokenRule';
}

export function require(holds: boolean, rule: string): void {
  if (!holds) throw new BrokenRule(rule);
}

/** Refused when the call throws an error of the documented class; any other error goes on. */
export function outcomeOf(call: () => unknown, documented: new (...parameters: never[]) => Error): Outcome {
  try {
    call();
    return 'accepted';
  } catch (error) {
    if (error instanceof documented) return 'refused';
    throw error;
  }
}
