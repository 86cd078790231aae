/** The HTTP service as `up` starts it: where, for whom, and what is said of it. */
import { isIP } from 'node:net';
import type { Cluster, ConnectedStore } from '../index.js';
import type { Service } from '../service/service.js';
import { CommandError, ExitCode, usageError } from './errors.js';
import type { ListenAddress } from './options.js';
import type { Screen } from './screen.js';

const DEFAULT_ADDRESS: ListenAddress = { host: '127.0.0.1', port: 7400 };

interface Serving {
  /** Null: the default, or any free port if that is taken. */
  listen: ListenAddress | null;
  token: string | null;
  readOnly: boolean;
  version: string;
}

/** As they are written. Throws a usage `CommandError`. */
export function checkServing(options: {
  check?: boolean;
  listen?: ListenAddress;
  token?: string;
  readOnly?: boolean;
}): void {
  const { check = false, listen = DEFAULT_ADDRESS, token, readOnly } = options;
  if (check && (options.listen !== undefined || readOnly === true)) {
    throw usageError('--check serves nothing: it goes with neither --listen nor --read-only');
  }
  if (token === '') throw usageError('the token is empty');
  if (token === undefined && !isLoopback(listen.host)) {
    throw usageError(`--listen ${listen.host}: other machines may reach it, so it needs a --token`);
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/** Serves it, and says where in one line. */
export async function serve(served: Cluster | ConnectedStore, serving: Serving, stderr: Screen): Promise<Service> {
  const { listen, token, readOnly, version } = serving;
  const address = listen ?? DEFAULT_ADDRESS;
  const options = { ...address, token, readOnly, version };
  // Loaded late: what else the command does needs no HTTP.
  const { startService } = await import('../service/service.js');
  try {
    const service = await startService(served, options);
    stderr.write(`Serving ${service.url}\n`);
    return service;
  } catch (error) {
    const code = codeOf(error);
    if (listen !== null || code !== 'EADDRINUSE') throw cannotServe(address, code, error);
    const service = await startService(served, { ...options, port: 0 });
    stderr.write(`Serving ${service.url} (${address.host}:${address.port} is taken)\n`);
    return service;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'it is taken; --listen 127.0.0.1:0 takes any free port',
  EACCES: 'this user may not',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host',
};

function cannotServe({ host, port }: ListenAddress, code: string | undefined, error: unknown): unknown {
  const reason = code === undefined ? undefined : REASONS[code];
  if (reason === undefined) return error;
  return new CommandError(`cannot listen on ${host}:${port}: ${reason}`, ExitCode.failure);
}
