/** How the plain models refuse an operation: the code, thrown to where the state before it is put back. */

export class Refusal extends Error {}

export function require(holds: boolean, code: string): asserts holds {
  if (!holds) throw new Refusal(code);
}
