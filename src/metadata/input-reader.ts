/**
 * Reads untrusted JSON member by member. The first thing out of shape is kept as `problem`, and what is returned for it
 * is a stand-in that the caller drops once it has looked at `problem`: no exceptions, and no operation half read.
 */

const SHOWN_LENGTH = 40;

export interface IntegerRange {
  readonly from: number;
  readonly to: number;
}

/** Shared by a reader and those of its nested objects. */
interface Findings {
  problem: string | undefined;
}

export class InputReader {
  readonly #members: Readonly<Record<string, unknown>>;
  readonly #path: string;
  readonly #findings: Findings;

  constructor(data: unknown, path = '', findings: Findings = { problem: undefined }) {
    this.#findings = findings;
    this.#path = path;
    if (isObject(data)) {
      this.#members = data;
    } else {
      this.#members = {};
      this.report(path === '' ? 'data' : path.slice(0, -1), 'an object', data);
    }
  }

  get problem(): string | undefined {
    return this.#findings.problem;
  }

  has(name: string): boolean {
    return this.value(name) !== undefined;
  }

  value(name: string): unknown {
    const value = this.#members[name];
    // Asked last, since most of what is asked for is there: what only a prototype has is absent.
    return value === undefined || Object.hasOwn(this.#members, name) ? value : undefined;
  }

  names(): string[] {
    return Object.keys(this.#members);
  }

  integer(name: string, from: number, to: number): number {
    const value = this.value(name);
    if (isIntegerWithin(value, from, to)) return withoutMinusZero(value);
    this.#refuse(name, `a whole number from ${from} to ${to}`, value);
    return from;
  }

  /** Finite, not below 0. */
  amount(name: string): number {
    const value = this.value(name);
    if (typeof value === 'number' && value >= 0 && value <= Number.MAX_SAFE_INTEGER) return withoutMinusZero(value);
    this.#refuse(name, 'a number not below 0', value);
    return 0;
  }

  text(name: string, wanted: string, fits: (text: string) => boolean): string {
    const value = this.value(name);
    if (typeof value === 'string' && fits(value)) return value;
    this.#refuse(name, wanted, value);
    return '';
  }

  /** Absent is false. */
  flag(name: string): boolean {
    const value = this.value(name) ?? false;
    if (typeof value === 'boolean') return value;
    this.#refuse(name, 'true or false', value);
    return false;
  }

  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const value = this.value(name);
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) this.#refuse(name, `one of ${choices.join(', ')}`, value);
    return chosen;
  }

  list(name: string, maxLength: number): readonly unknown[] {
    const value = this.value(name);
    if (Array.isArray(value) && value.length <= maxLength) return value;
    this.#refuse(name, `a list of at most ${maxLength}`, value);
    return [];
  }

  /** A list of whole numbers. */
  integers(name: string, range: IntegerRange, maxLength: number): number[] {
    return this.list(name, maxLength).map((value) => this.#element(name, range, value));
  }

  /** A list of lists of whole numbers. */
  integerLists(name: string, range: IntegerRange, maxLength: number): number[][] {
    return this.list(name, maxLength).map((inner) => {
      if (Array.isArray(inner)) return inner.map((value) => this.#element(name, range, value));
      this.#refuse(name, 'a list of lists', inner);
      return [];
    });
  }

  /** A list of objects. */
  readers(name: string, maxLength: number): InputReader[] {
    return this.list(name, maxLength).map(
      (value, position) => new InputReader(value, `${this.#path}${name}[${position}].`, this.#findings),
    );
  }

  nested(name: string): InputReader {
    return new InputReader(this.value(name), `${this.#path}${name}.`, this.#findings);
  }

  /** For rules of the caller's own; `subject` is the whole path. */
  report(subject: string, wanted: string, found: unknown): void {
    this.complain(`${subject} must be ${wanted}, not ${describe(found)}`);
  }

  /** The same in words of the caller's own. */
  complain(problem: string): void {
    this.#findings.problem ??= problem;
  }

  #element(name: string, range: IntegerRange, value: unknown): number {
    if (isIntegerWithin(value, range.from, range.to)) return withoutMinusZero(value);
    this.#refuse(name, `whole numbers from ${range.from} to ${range.to}`, value);
    return range.from;
  }

  #refuse(name: string, wanted: string, found: unknown): void {
    this.report(this.#path + name, wanted, found);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntegerWithin(value: unknown, from: number, to: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= from && (value as number) <= to;
}

/** JSON can hold -0 but canonical JSON cannot, and a restored state must equal the one it was taken from. */
function withoutMinusZero(value: number): number {
  return value === 0 ? 0 : value;
}

function describe(value: unknown): string {
  if (value === undefined) return 'absent';
  if (value === null) return 'null';
  if (typeof value === 'string') {
    return value.length <= SHOWN_LENGTH ? JSON.stringify(value) : `a text of ${value.length} characters`;
  }
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
