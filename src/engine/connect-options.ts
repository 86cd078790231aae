/** What `connectStore` is given: the public options, their defaults and their checks. */
import { integer, invalid, loggerOption, MAX_DELAY_MS, MAX_ENTRIES, signalOption } from '../client/start-options.js';
import type { HostLogger, LogLevel, LogSink } from '../runtime/logger.js';
import type { EtcdAccess } from './etcd-access.js';

export interface ConnectOptions {
  /** What orders the entries. */
  engine: 'etcd';
  /** Of one etcd cluster: `http://HOST:PORT` or `https://HOST:PORT`, one or more; tried in turn. */
  endpoints: readonly string[];
  /** Of all keys: every process with the same one has the same store. */
  prefix: string;
  /** Of a user of etcd, with `password`. */
  username?: string;
  password?: string;
  /** PEM files. `caFile`: who signed the server's certificate; the two others: this client's own. */
  caFile?: string;
  certFile?: string;
  keyFile?: string;
  /** Default 10_000. */
  startTimeoutMs?: number;
  /** Default deadline of every call; 5_000. */
  proposalTimeoutMs?: number;
  /** A controller that is silent for so long is followed by one in another process; default 3_000. */
  controllerTimeoutMs?: number;
  /** A broker that has sent heartbeats and is silent for so long is fenced; default 9_000. */
  brokerSessionTimeoutMs?: number;
  /** Snapshot after this many applied entries; default 10_000. */
  snapshotEntries?: number;
  /** Kept in etcd behind a snapshot for slow readers; default 5_000. */
  trailingEntries?: number;
  /** A pino logger; or a level: lines of JSON to stdout, or to a sink. Default 'silent'. */
  logger?: HostLogger | LogLevel | LogSink;
  /** Aborts the start; afterwards has no effect. */
  signal?: AbortSignal;
}

export interface ResolvedConnectOptions {
  readonly access: EtcdAccess;
  readonly startTimeoutMs: number;
  readonly proposalTimeoutMs: number;
  readonly controllerTimeoutMs: number;
  readonly brokerSessionTimeoutMs: number;
  readonly snapshotEntries: number;
  readonly trailingEntries: number;
  readonly logger: HostLogger | LogLevel | LogSink;
  readonly signal: AbortSignal | null;
}

const NAMES: ReadonlySet<string> = new Set<keyof ConnectOptions>([
  'engine',
  'endpoints',
  'prefix',
  'username',
  'password',
  'caFile',
  'certFile',
  'keyFile',
  'startTimeoutMs',
  'proposalTimeoutMs',
  'controllerTimeoutMs',
  'brokerSessionTimeoutMs',
  'snapshotEntries',
  'trailingEntries',
  'logger',
  'signal',
]);

/** Throws `InvalidArgument`. */
export function resolveConnectOptions(given: unknown): ResolvedConnectOptions {
  if (typeof given !== 'object' || given === null) throw invalid('options must be an object');
  const options: Record<string, unknown> = { ...given };
  for (const name of Object.keys(options)) if (!NAMES.has(name)) throw invalid(`there is no option ${name}`);
  if (options['engine'] !== 'etcd') throw invalid("engine must be 'etcd'; startCluster has the embedded one");
  const milliseconds = (name: string, fallback: number, least = 1): number =>
    integer(options[name], name, fallback, [least, MAX_DELAY_MS]);
  return {
    access: resolveAccess(options),
    startTimeoutMs: milliseconds('startTimeoutMs', 10_000),
    proposalTimeoutMs: milliseconds('proposalTimeoutMs', 5_000),
    controllerTimeoutMs: milliseconds('controllerTimeoutMs', 3_000, 100),
    brokerSessionTimeoutMs: milliseconds('brokerSessionTimeoutMs', 9_000, 50),
    snapshotEntries: integer(options['snapshotEntries'], 'snapshotEntries', 10_000, [1, MAX_ENTRIES]),
    trailingEntries: integer(options['trailingEntries'], 'trailingEntries', 5_000, [0, MAX_ENTRIES]),
    logger: loggerOption(options['logger']),
    signal: signalOption(options['signal']) ?? null,
  };
}

/** The part that says where etcd is, and as whom to ask. Throws `InvalidArgument`. */
export function resolveAccess(options: Readonly<Record<string, unknown>>): EtcdAccess {
  const access = {
    endpoints: endpointList(options['endpoints']),
    prefix: prefixOption(options['prefix']),
    username: text(options['username'], 'username'),
    password: text(options['password'], 'password'),
    caFile: text(options['caFile'], 'caFile'),
    certFile: text(options['certFile'], 'certFile'),
    keyFile: text(options['keyFile'], 'keyFile'),
  };
  if ((access.username === null) !== (access.password === null)) throw invalid('username and password go together');
  if ((access.certFile === null) !== (access.keyFile === null)) throw invalid('certFile and keyFile go together');
  if (access.certFile !== null && access.caFile === null) throw invalid('certFile and keyFile need a caFile');
  const isPlain = access.endpoints.some((endpoint) => endpoint.startsWith('http:'));
  if (access.caFile !== null && isPlain) throw invalid('a caFile goes with https:// endpoints alone');
  return access;
}

function endpointList(value: unknown): string[] {
  if (!Array.isArray(value) || value.length === 0) throw invalid('endpoints must be a list of at least one URL');
  const endpoints = value.map((endpoint: unknown) => {
    const url = typeof endpoint === 'string' && URL.canParse(endpoint) ? new URL(endpoint) : null;
    const isUsable = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== '' && url.pathname === '/';
    if (!isUsable || url.username !== '' || url.search !== '') {
      throw invalid(`endpoints: ${JSON.stringify(endpoint)} is not like http://127.0.0.1:2379`);
    }
    return `${url.protocol}//${url.host}`;
  });
  if (new Set(endpoints.map((endpoint) => endpoint.split(':')[0])).size > 1) {
    throw invalid('endpoints must all be http:// or all https://');
  }
  return endpoints;
}

/** With a slash at its end: no prefix is then the beginning of another one. */
function prefixOption(value: unknown): string {
  if (typeof value !== 'string' || value === '' || value.length > 256 || !/^[\x21-\x7e]+$/.test(value)) {
    throw invalid('prefix must be 1 to 256 printable ASCII characters without spaces, like /conclave');
  }
  return value.endsWith('/') ? value : `${value}/`;
}

function text(value: unknown, name: string): string | null {
  if (value === undefined) return null;
  if (typeof value !== 'string' || value === '' || value.includes('\0')) throw invalid(`${name} must be a text`);
  return value;
}
