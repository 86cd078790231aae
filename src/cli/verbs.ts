/**
 * What the verbs against a running cluster share: their options, and the request that such a verb is. Each noun's file
 * says what its verbs are and what they ask for; here nothing is asked.
 */

import { Command, InvalidArgumentError, Option } from 'commander';
import type { Answer, RemoteFormat } from './answer.js';
import { usageError } from './errors.js';
import { parseDuration } from './options.js';
import type { Remote } from './remote.js';

export interface RemoteRequest {
  command: 'remote';
  options: RemoteOptions;
  work: Work;
}

export interface RemoteOptions {
  url: string;
  token: string | null;
  output: RemoteFormat;
  headers: boolean;
  /** Of all of it. Null: not limited, but for each call. */
  timeoutMs: number | null;
  /** Ask again and again, and show what is new. */
  watch: boolean;
  /** With `watch`: end once the exit code is 0. */
  untilWell: boolean;
}

/** Null: it has printed all by itself. */
export type Work = (remote: Remote, print: (line: string) => void) => Promise<Answer | null>;

export type AskRemote = (options: ParsedRemoteOptions, work: Work) => void;

/** As commander gives them. */
export interface ParsedRemoteOptions {
  url: string;
  token?: string;
  output: RemoteFormat;
  headers: boolean;
  timeout?: number;
  watch?: true;
  exitWhenHealthy?: true;
}

export function remoteRequest(parsed: ParsedRemoteOptions, work: Work): RemoteRequest {
  const { url, output, headers, timeout: timeoutMs = null, exitWhenHealthy: untilWell = false } = parsed;
  const token = givenToken(parsed.token);
  const watch = untilWell || parsed.watch === true;
  return { command: 'remote', options: { url, token, output, headers, timeoutMs, watch, untilWell }, work };
}

/** A noun; its examples stand behind the help. */
export function noun(name: string, description: string, examples: readonly string[]): Command {
  return new Command(name)
    .description(description)
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ conclave ${line}`).join('\n')}`);
}

/** A verb that changes something. */
export function verb(usage: string, description: string): Command {
  const [name = '', ...words] = usage.split(' ');
  const command = new Command(name);
  for (const word of words) command.argument(word);
  return command
    .description(description)
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(
      new Option('-o, --output <format>', 'format of stdout').choices(['table', 'wide', 'json']).default('table'),
    )
    .option('--no-headers', 'no headings above tables')
    .addOption(
      new Option('--timeout <duration>', 'for all of it: seconds, or 500ms, 30s, 2m (default: 60s a call)').argParser(
        parseDuration,
      ),
    );
}

export function urlOption(): Option {
  return new Option('--url <url>', 'where the cluster is')
    .env('CONCLAVE_URL')
    .default('http://127.0.0.1:7400')
    .argParser(parseUrl);
}

export function tokenOption(): Option {
  return new Option('--token <token>', 'of a cluster that wants one').env('CONCLAVE_TOKEN').argParser(parseToken);
}

/** What is empty in the environment was not meant. */
export function givenToken(token: string | undefined): string | null {
  return token === undefined || token === '' ? null : token;
}

/** A verb that only looks. */
export function lookingVerb(usage: string, description: string): Command {
  return verb(usage, description).option('--watch', 'look again every second, and show what has changed');
}

function parseUrl(text: string): string {
  const withScheme = text.includes('://') ? text : `http://${text}`;
  const url = URL.canParse(withScheme) ? new URL(withScheme) : undefined;
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new InvalidArgumentError('It must be like http://127.0.0.1:7400.');
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Whatever a header can carry; what is refused is not shown. */
function parseToken(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  throw usageError('--token: it must be of visible ASCII characters');
}

/** Collects an option that may be given several times. */
export function repeatable<Value>(parse: (text: string) => Value): (text: string, before?: Value[]) => Value[] {
  return (text, before = []) => [...before, parse(text)];
}

/** "orders:0" */
export function parsePartition(text: string): { topic: string; partition: number } {
  const match = /^([^:]+):(\d{1,9})$/.exec(text);
  if (match?.[1] === undefined) throw new InvalidArgumentError('It must be like orders:0.');
  return { topic: match[1], partition: Number(match[2]) };
}

/** "1,2,3" in order. */
export function parseBrokerIds(text: string): number[] {
  if (!/^\d{1,10}(,\d{1,10})*$/.test(text)) throw new InvalidArgumentError('It must be like 1,2,3.');
  return text.split(',').map(Number);
}

export function parseWholeNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
