/**
 * Where in etcd, and as whom: options named as those of etcdctl where it has them. Words in; a password is read from
 * its file when it is needed, since a command line is everybody's to read.
 */

import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { EtcdPlace } from '../index.js';
import { ClusterError } from '../errors.js';
import { CommandError, ExitCode, usageError } from './errors.js';

/** As commander gives them; undefined: not given. */
export interface ParsedEtcdOptions {
  endpoints?: string[];
  prefix?: string;
  user?: string;
  passwordFile?: string;
  cacert?: string;
  cert?: string;
  key?: string;
}

/** Checked, the password yet to be read. */
export interface EtcdTarget {
  place: EtcdPlace;
  passwordFile: string | null;
}

/** The one of etcdctl. */
const DEFAULT_ENDPOINTS = ['http://127.0.0.1:2379'];
const DEFAULT_PREFIX = '/conclave';

/** `whose`: what they belong to, for the help. */
export function addEtcdOptions(command: Command, whose: string): Command {
  return command
    .addOption(
      new Option('--endpoints <urls>', `${whose}: where it is (default: ${DEFAULT_ENDPOINTS.join()})`).argParser(
        parseEndpoints,
      ),
    )
    .addOption(
      new Option('--prefix <prefix>', `${whose}: of all keys (default: ${DEFAULT_PREFIX})`).argParser(parsePrefix),
    )
    .option('--user <name>', `${whose}: its user`)
    .option('--password-file <file>', `${whose}: the password of --user, alone in a file`)
    .option('--cacert <file>', `${whose}: PEM file of who signed its certificate`)
    .option('--cert <file>', `${whose}: PEM file of this client's certificate`)
    .option('--key <file>', `${whose}: PEM file of the key of --cert`);
}

/** Where an etcd was asked that did not answer, and what to look at. */
export function withAdvice(error: unknown, { endpoints }: EtcdPlace): unknown {
  if (!(error instanceof ClusterError) || error.code !== 'NoLeader') return error;
  const advice = /certificate/.test(error.message) ? '; see --cacert, --cert and --key' : '';
  return new CommandError(
    `${error.code}: ${error.message}; asked at ${endpoints.join(', ')}${advice}`,
    ExitCode.failure,
  );
}

/** The flag of one that was given; undefined: there is none. */
export function givenEtcdFlag(options: ParsedEtcdOptions): string | undefined {
  const flags: Readonly<Record<keyof ParsedEtcdOptions, string>> = {
    endpoints: '--endpoints',
    prefix: '--prefix',
    user: '--user',
    passwordFile: '--password-file',
    cacert: '--cacert',
    cert: '--cert',
    key: '--key',
  };
  return Object.entries(flags).find(([name]) => options[name as keyof ParsedEtcdOptions] !== undefined)?.[1];
}

/** Throws a usage `CommandError` for what does not go together. */
export function etcdTarget(options: ParsedEtcdOptions): EtcdTarget {
  const { endpoints = DEFAULT_ENDPOINTS, prefix = DEFAULT_PREFIX } = options;
  const { user, passwordFile = null, cacert, cert, key } = options;
  checkTogether(options, endpoints);
  return {
    place: {
      endpoints,
      prefix,
      ...(user === undefined ? {} : { username: user }),
      ...(cacert === undefined ? {} : { caFile: cacert }),
      ...(cert === undefined || key === undefined ? {} : { certFile: cert, keyFile: key }),
    },
    passwordFile,
  };
}

function checkTogether(options: ParsedEtcdOptions, endpoints: readonly string[]): void {
  const { user, passwordFile, cacert, cert, key } = options;
  const isOne = (one: unknown, other: unknown): boolean => (one === undefined) !== (other === undefined);
  if (isOne(user, passwordFile)) throw usageError('--user and --password-file go together');
  if (isOne(cert, key)) throw usageError('--cert and --key go together');
  if (cert !== undefined && cacert === undefined) throw usageError('--cert and --key need --cacert');
  if (cacert !== undefined && endpoints.some((url) => url.startsWith('http:'))) {
    throw usageError('--cacert goes with https:// --endpoints alone');
  }
}

/** With the password, if one is needed: the first line of its file. Rejects a usage `CommandError`. */
export async function readPlace({ place, passwordFile }: EtcdTarget): Promise<EtcdPlace> {
  if (passwordFile === null) return place;
  const text = await readFile(passwordFile, 'utf8').catch((error: unknown) => {
    throw usageError(`cannot read ${passwordFile}: ${(error as NodeJS.ErrnoException).code ?? String(error)}`);
  });
  const [password = ''] = text.split(/\r?\n/, 1);
  if (password === '') throw usageError(`${passwordFile}: its first line is empty, and no password`);
  return { ...place, password };
}

/** As etcdctl takes them: with commas between; without a scheme it is http. */
function parseEndpoints(text: string): string[] {
  const urls = text.split(',').map((word) => {
    const url = word.includes('://') ? word : `http://${word}`;
    const parsed = URL.canParse(url) ? new URL(url) : null;
    const isPlain = parsed !== null && parsed.pathname === '/' && parsed.search === '' && parsed.username === '';
    if (isPlain && /^https?:$/.test(parsed.protocol) && parsed.hash === '') return parsed.origin;
    throw new InvalidArgumentError('It must be like http://127.0.0.1:2379, with commas between several.');
  });
  if (new Set(urls.map((url) => url.split(':', 1)[0])).size === 1) return urls;
  throw new InvalidArgumentError('They must all be http:// or all https://.');
}

function parsePrefix(text: string): string {
  if (/^[\x21-\x7e]{1,256}$/.test(text)) return text;
  throw new InvalidArgumentError('It must be 1 to 256 ASCII characters without spaces, such as /conclave.');
}
