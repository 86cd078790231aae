/**
 * Options that several commands have, and what the values of options must look like: text in, a value or commander's
 * `InvalidArgumentError` out.
 */

import { isIP } from 'node:net';
import { InvalidArgumentError, Option } from 'commander';

export type OutputFormat = 'table' | 'json';

export interface ListenAddress {
  host: string;
  /** 0: any free one. */
  port: number;
}

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'format of stdout').choices(['table', 'json']).default('table');
}

export function offsetOption(whose: string): Option {
  return new Option('--broker-offset <number>', `added to every broker id ${whose}`)
    .argParser(parseOffset)
    .default(0, 'none');
}

export function timeoutOption(what: string): Option {
  return new Option('--timeout <duration>', `${what}: seconds, or 500ms, 30s, 2m`)
    .argParser(parseDuration)
    .default(60_000, '60s');
}

export function dataOption(): Option {
  return new Option('--data <folder>', 'folder of the cluster').makeOptionMandatory();
}

export function parseId(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be the number of a node.');
}

export function parseIds(text: string): number[] {
  return text.split(',').map(parseId);
}

export function countUpTo(largest: number): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : NaN;
    if (count >= 1 && count <= largest) return count;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${largest}.`);
  };
}

function parseOffset(text: string): number {
  if (/^-?\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}

/** "127.0.0.1:7400", "[::1]:0", "my-machine:7400". */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:\[([^\]]+)\]|([a-z0-9.-]+)):(\d{1,5})$/i.exec(text);
  const [, bracketed, plain, digits] = match ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  const isHost = bracketed === undefined || isIP(bracketed) === 6;
  if (host !== undefined && isHost && port <= 65_535) return { host, port };
  throw new InvalidArgumentError('It must be HOST:PORT, such as 127.0.0.1:7400 or [::1]:0.');
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_TIMEOUT_MS = 2_147_483_647; // a timer of Node holds no more

/** "30" is seconds; units: ms, s, m, h. */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const durationMs = match ? Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? NaN)) : NaN;
  if (durationMs >= 1 && durationMs <= LONGEST_TIMEOUT_MS) return durationMs;
  throw new InvalidArgumentError('It must be a time such as 30, 500ms, 30s or 2m.');
}
