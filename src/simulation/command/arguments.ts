/** What the command is asked for; or what is wrong with it, as a text. */
import { parseArgs } from 'node:util';
import type { NodeRange } from '../plan.js';
import { parseNumbers } from '../shrink.js';

export interface Arguments {
  readonly seeds: number;
  readonly from: number;
  /** Infinity: until all seeds have run. */
  readonly minutes: number;
  readonly nodes: NodeRange | null;
  readonly threads: number;
  readonly json: boolean;
  readonly help: boolean;
  readonly replay: number | null;
  readonly only: ReadonlySet<number> | null;
  /** Of a replay's trace, the last so many. */
  readonly lines: number;
}

export const USAGE = `Usage: npm run simulate -- [options]

  --seeds N       how many seeds to run (1000; without limit when --minutes is given alone)
  --from S        the first seed (1)
  --minutes M     stop after M minutes
  --nodes A..B    sizes of cluster to draw from, or one size (1..7)
  --threads T     threads to run on (2)
  -o, --output F  text, or json: one object at the end
  --replay SEED   run one seed and print what happens in it
  --only LIST     of a replay: the numbers of the actions that happen, as a failure prints them
  --lines L       of a replay: how many of the last lines to print (200)
`;

const LARGEST_SEED = 0xffff_ffff;
const MAXIMUM_NODES = 7;

export function readArguments(words: readonly string[]): Arguments | string {
  try {
    return interpret(words);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function interpret(words: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...words],
    options: {
      seeds: { type: 'string' },
      from: { type: 'string', default: '1' },
      minutes: { type: 'string' },
      nodes: { type: 'string' },
      threads: { type: 'string', default: '2' },
      output: { type: 'string', short: 'o', default: 'text' },
      help: { type: 'boolean', short: 'h', default: false },
      replay: { type: 'string' },
      only: { type: 'string' },
      lines: { type: 'string', default: '200' },
    },
  });
  if (values.output !== 'text' && values.output !== 'json') {
    throw new RangeError(`--output takes text or json, not ${values.output}`);
  }
  const seeds = values.seeds ?? (values.minutes === undefined ? '1000' : String(LARGEST_SEED));
  return {
    seeds: wholeNumber('seeds', seeds, 1, LARGEST_SEED),
    from: wholeNumber('from', values.from, 0, LARGEST_SEED),
    minutes: values.minutes === undefined ? Number.POSITIVE_INFINITY : minutesOf(values.minutes),
    nodes: values.nodes === undefined ? null : rangeOf(values.nodes),
    threads: wholeNumber('threads', values.threads, 1, 64),
    json: values.output === 'json',
    help: values.help,
    replay: values.replay === undefined ? null : wholeNumber('replay', values.replay, 0, LARGEST_SEED),
    only: values.only === undefined ? null : numbersOf(values.only),
    lines: wholeNumber('lines', values.lines, 0, 10_000_000),
  };
}

function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
  throw new RangeError(`--${name} takes a whole number from ${minimum} to ${maximum}, not ${text}`);
}

function minutesOf(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new RangeError(`--minutes takes a number above 0, not ${text}`);
}

function rangeOf(text: string): NodeRange {
  const [, first, last = first] = /^([1-9])(?:\.\.([1-9]))?$/.exec(text) ?? [];
  const range = { from: Number(first), to: Number(last) };
  if (range.from <= range.to && range.to <= MAXIMUM_NODES) return range;
  throw new RangeError(`--nodes takes a number from 1 to ${MAXIMUM_NODES}, or two as in 3..5, not ${text}`);
}

function numbersOf(text: string): ReadonlySet<number> {
  const numbers = parseNumbers(text);
  if (numbers !== undefined) return numbers;
  throw new RangeError(`--only takes numbers as in 3,7-9, or none, not ${text}`);
}
