/** How the naive model says no. */
export class Refusal extends Error {}

/** The message of the refusal is its code. */
export function require(holds: boolean, code: string): asserts holds {
  if (!holds) throw new Refusal(code);
}
