/**
 * Makes a failing seed short: which of the things done to the cluster does the failure need? Delta debugging (Zeller's
 * ddmin) over the numbers of the actions; each attempt is the same seed without some of them.
 */
import type { Check } from './checks/violation.js';
import type { SimulationOptions, SimulationResult } from './simulation.js';

export interface Shrunk {
  /** Numbers of the actions left; with all others gone the same check fails. */
  readonly only: readonly number[];
  /** The same in words, one line each. */
  readonly steps: readonly string[];
  readonly attempts: number;
  readonly result: SimulationResult;
}

const MAXIMUM_ATTEMPTS = 400;

/** Null when `options` does not fail. `goesOn`: asked before each attempt. */
export function shrink(
  run: (options: SimulationOptions) => SimulationResult,
  options: SimulationOptions,
  goesOn: () => boolean = () => true,
): Shrunk | null {
  const taken = new Map<number, string>();
  let result = run({ ...options, taken });
  const check: Check | undefined = result.failure?.check;
  if (check === undefined) return null;
  let only = [...taken.keys()].sort((one, other) => one - other);
  let attempts = 1;
  const fails = (numbers: readonly number[]): boolean => {
    attempts += 1;
    const attempted = run({ ...options, only: new Set(numbers) });
    if (attempted.failure?.check !== check) return false;
    result = attempted;
    return true;
  };
  let parts = 2;
  while (only.length > 0 && attempts < MAXIMUM_ATTEMPTS && goesOn()) {
    const size = Math.ceil(only.length / parts);
    const rest = firstThatFails(only, size, (numbers) => attempts < MAXIMUM_ATTEMPTS && goesOn() && fails(numbers));
    if (rest !== null) {
      only = rest;
      parts = Math.max(2, parts - 1);
    } else if (size === 1) break;
    else parts = Math.min(only.length, parts * 2);
  }
  const left = new Map<number, string>();
  result = run({ ...options, only: new Set(only), taken: left });
  return { only, steps: only.map((number) => `${number}: ${left.get(number) ?? 'nothing'}`), attempts, result };
}

/** What is left without one of the parts. */
function firstThatFails(
  numbers: readonly number[],
  size: number,
  fails: (numbers: readonly number[]) => boolean,
): number[] | null {
  for (let start = 0; start < numbers.length; start += size) {
    const rest = [...numbers.slice(0, start), ...numbers.slice(start + size)];
    if (fails(rest)) return rest;
  }
  return null;
}

/** `3,5-9`. */
export function formatNumbers(numbers: readonly number[]): string {
  const ranges: string[] = [];
  for (let start = 0; start < numbers.length;) {
    let end = start;
    while ((numbers[end + 1] ?? 0) === (numbers[end] ?? 0) + 1) end += 1;
    ranges.push(end === start ? `${numbers[start]}` : `${numbers[start]}-${numbers[end]}`);
    start = end + 1;
  }
  return ranges.length === 0 ? 'none' : ranges.join(',');
}

/** Undefined: that is no such list. */
export function parseNumbers(text: string): Set<number> | undefined {
  const numbers = new Set<number>();
  if (text === 'none') return numbers;
  for (const range of text.split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
    if (first === undefined || last === undefined || Number(last) - Number(first) > 1e6) return undefined;
    for (let number = Number(first); number <= Number(last); number += 1) numbers.add(number);
  }
  return numbers;
}
