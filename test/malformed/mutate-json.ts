/**
 * JSON that says something else than was meant: other types in its places, members gone, renamed or said twice,
 * numbers that no double holds, nesting without end. `mutateBytes` adds what is no JSON at all.
 */
import { drawChance, drawInteger, type Random } from '../../src/random.js';
import { mutateBytes, pick } from './mutate-bytes.js';

const encoder = new TextEncoder();

/** `json`: a valid text. Now and then the bytes themselves are mutated on top. */
export function mutateJson(random: Random, json: string, other: string): Uint8Array {
  const bytes = encoder.encode(mutateText(random, JSON.stringify(mutateValue(random, JSON.parse(json)))));
  return drawChance(random, 0.15) ? mutateBytes(random, bytes, encoder.encode(other)) : bytes;
}

/** A value parsed from JSON with one to three of its places changed. */
export function mutateValue(random: Random, value: unknown): unknown {
  let mutated = value;
  do mutated = changedWithin(random, mutated);
  while (drawChance(random, 0.4));
  return mutated;
}

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', '', '0', '$', 'value'];

const VALUES: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1, 1.5, 2, -0.5, 1e21, 1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 - 1, -(2 ** 53)],
  ...['', 'a', '0', '1', '-1', 'NaN', '\u0000', '\ud800', '\u{1f600}', '../..', 'x'.repeat(300), 'x'.repeat(40_000)],
  ...[[], {}, [[]], [null], [1, 1], [0], [-1], ['1'], { length: 3 }, { $: 'bigint', value: 'x' }, { $: 'bytes' }],
  ...NAMES,
];

/** Characters: lists of long texts would else be so large that building them is what takes long, not reading them. */
const MAX_REPEATED = 200_000;

type Members = Record<string, unknown>;

/** Goes down at random, and changes what it comes to. */
function changedWithin(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || drawChance(random, 0.1)) return otherValue(random, value);
  if (Array.isArray(value)) return changedList(random, value);
  const members = Object.entries(value as Members);
  if (members.length === 0) return { [pick(random, NAMES)]: pick(random, VALUES) };
  const [name, member] = pick(random, members);
  switch (drawInteger(random, 0, 12)) {
    case 0:
      return Object.fromEntries(members.filter(([each]) => each !== name));
    case 1:
      return Object.fromEntries(members.map(([each, given]) => [each === name ? pick(random, NAMES) : each, given]));
    case 2:
      return Object.fromEntries([...members, [pick(random, NAMES), pick(random, VALUES)]]);
    case 3:
      return { ...value, [name]: pick(random, members)[1] };
    default:
      return Object.fromEntries(
        members.map(([each, given]) => [each, each === name ? changedWithin(random, member) : given]),
      );
  }
}

function changedList(random: Random, list: readonly unknown[]): unknown[] {
  if (list.length === 0) return [pick(random, VALUES)];
  const at = drawInteger(random, 0, list.length);
  switch (drawInteger(random, 0, 8)) {
    case 0:
      return list.filter((_, position) => position !== at);
    case 1:
      return [...list, list[at]];
    case 2: {
      const length = Math.min(drawInteger(random, 2, 300), 2 + MAX_REPEATED / JSON.stringify(list[at]).length);
      return Array.from({ length }, () => list[at]);
    }
    default:
      return list.map((each, position) => (position === at ? changedWithin(random, each) : each));
  }
}

function otherValue(random: Random, value: unknown): unknown {
  if (typeof value === 'number' && drawChance(random, 0.5)) return value + pick(random, [-1, 1, 0.5, 1_000]);
  if (typeof value === 'string' && drawChance(random, 0.3))
    return value + pick(random, ['x', '.', '_', '\n', '"', ':']);
  return pick(random, VALUES);
}

const RAW = ['1e999', '-1e999', '-0', '1e-400', '123456789012345678901234567890', '"\\ud800"', '"\\u0000"'];

/** What `JSON.stringify` never writes, but `JSON.parse` reads. */
function mutateText(random: Random, text = 'null'): string {
  switch (drawInteger(random, 0, 10)) {
    case 0:
      return replacedOne(random, text, /(?<=[:[,])-?\d+(?=[,\]}])/g, () => pick(random, RAW));
    case 1: // said twice
      return replacedOne(random, text, /"[^"\\]*":/g, (name) => `${name}${pick(random, ['1', 'null', '[]'])},${name}`);
    case 2: {
      const depth = pick(random, [10, 1_000, 20_000]);
      const [open, close] = pick(random, [
        ['[', ']'],
        ['{"a":', '}'],
      ] as const);
      const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
      return drawChance(random, 0.05) ? replacedOne(random, text, /(?<=:)(\d+|"[^"\\]*")/g, () => nested) : text;
    }
    default:
      return text;
  }
}

function replacedOne(random: Random, text: string, pattern: RegExp, to: (found: string) => string): string {
  const found = [...text.matchAll(pattern)];
  if (found.length === 0) return text;
  const { 0: before, index } = pick(random, found);
  return text.slice(0, index) + to(before) + text.slice(index + before.length);
}
