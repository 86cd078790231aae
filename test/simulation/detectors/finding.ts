/** What a detector throws: the name of the property that does not hold, and the facts that show it. */

export class Finding extends Error {
  override readonly name = 'Finding';
  readonly check: string;

  constructor(check: string, message: string) {
    super(`${check}: ${message}`);
    this.check = check;
  }
}

export function demand(condition: boolean, check: string, describe: () => string): asserts condition {
  if (!condition) throw new Finding(check, describe());
}
