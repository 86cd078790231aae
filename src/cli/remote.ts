/**
 * The one HTTP client of the command: a path below /v1 in, JSON out. Whatever goes wrong is a `CommandError` of one
 * line: nobody there, an answer too late, a refusal with the library's code, a server that is something else. It
 * repeats nothing: a change whose answer is lost may have been made, and the line says so.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, ExitCode, oneLine, usageError } from './errors.js';
import { formatDuration, printable } from './tables.js';

export interface Remote {
  readonly url: string;
  get(path: string): Promise<unknown>;
  /** What it answers, undefined without a body. */
  send(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<unknown>;
  /** A stream that goes on until the server or the limit ends it, in pieces. */
  stream(path: string): AsyncIterable<Uint8Array>;
  /** Throws what a limit throws. */
  pause(durationMs: number): Promise<void>;
  /** Throws unless they are of the same major and minor version. */
  demandVersion(theirs: string): void;
}

export interface RemoteTarget {
  url: string;
  token: string | null;
  version: string;
  /** Null: each call has its own. */
  timeoutMs: number | null;
  interrupt: AbortSignal;
}

/** What is said of a server that is something else. */
export const NOT_OURS = 'answers, but not as a cluster does';
const CALL_TIMEOUT_MS = 60_000;
/** With every answer of a service. */
const VERSION_HEADER = 'conclave-version';

export function connect(target: RemoteTarget): Remote {
  return new Client(target);
}

/** One part of a path, whatever stands in it. */
export function segment(name: string): string {
  if (name !== '' && name !== '.' && name !== '..') return encodeURIComponent(name);
  throw usageError(`"${name}" is no name`);
}

class Client implements Remote {
  readonly url: string;
  readonly #target: RemoteTarget;
  readonly #limit: AbortSignal | null;

  constructor(target: RemoteTarget) {
    this.url = target.url;
    this.#target = target;
    this.#limit = target.timeoutMs === null ? null : AbortSignal.timeout(target.timeoutMs);
  }

  async get(path: string): Promise<unknown> {
    return this.#valueOf(await this.#fetch({ method: 'GET', path }));
  }

  async send(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#valueOf(await this.#fetch({ method, path, body }));
  }

  async *stream(path: string): AsyncGenerator<Uint8Array, void, void> {
    const { response, told } = await this.#fetch({ method: 'GET', path, endless: true });
    const kind = response.headers.get('content-type') ?? '';
    if (!response.ok || response.body === null || !kind.startsWith('text/event-stream')) {
      await this.#valueOf({ response, told });
      throw new CommandError(`${this.url} ${NOT_OURS}: no stream of events`, ExitCode.failure);
    }
    const reader = response.body.getReader();
    for (;;) {
      const read = (await told(reader.read())) as { done: boolean; value: Uint8Array };
      if (read.done) return;
      yield read.value;
    }
  }

  /** Once its headers are there; `told` is for the rest of it. */
  async #fetch({ method, path, body, endless = false }: Call): Promise<Answered> {
    const { url, token, interrupt, timeoutMs } = this.#target;
    const limit = this.#limit ?? (endless ? null : AbortSignal.timeout(CALL_TIMEOUT_MS));
    const told = async <T>(promise: Promise<T>): Promise<T> => {
      try {
        return await promise;
      } catch (error) {
        if (limit?.aborted !== true) throw new CommandError(unreachable(url, method, error), ExitCode.failure);
        throw timedOut(timeoutMs, `${method} ${path}`);
      }
    };
    const response = await told(
      fetch(`${url}/v1${path}`, {
        method,
        headers: {
          accept: endless ? 'text/event-stream' : 'application/json',
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        redirect: 'manual',
        signal: limit === null ? interrupt : AbortSignal.any([interrupt, limit]),
      }),
    );
    const version = response.headers.get(VERSION_HEADER);
    if (version !== null) this.demandVersion(version);
    return { response, told };
  }

  async #valueOf({ response, told }: Answered): Promise<unknown> {
    const text = await told(response.text());
    if (response.ok && text === '') return undefined;
    const value = parsed(text);
    if (value !== undefined && response.ok) return value;
    const refused = refusalIn(value);
    if (refused !== undefined) throw refused;
    throw new CommandError(`${this.#target.url} ${NOT_OURS}: status ${response.status}`, ExitCode.failure);
  }

  async pause(durationMs: number): Promise<void> {
    const { interrupt, timeoutMs } = this.#target;
    const signal = this.#limit === null ? interrupt : AbortSignal.any([interrupt, this.#limit]);
    await delay(durationMs, undefined, { signal }).catch(() => undefined);
    interrupt.throwIfAborted();
    if (signal.aborted) throw timedOut(timeoutMs, 'waiting');
  }

  demandVersion(theirs: string): void {
    const { version } = this.#target;
    if (seriesOf(theirs) === seriesOf(version)) return;
    const advice = `this command is ${version}: use that of its version`;
    throw new CommandError(`${this.url} is conclave ${printable(theirs)}, ${advice}`, ExitCode.failure);
  }
}

interface Call {
  method: string;
  path: string;
  body?: unknown;
  /** Limited only by what was asked for. */
  endless?: boolean;
}

interface Answered {
  response: Response;
  /** Throws what the network throws as one line. */
  told: <T>(promise: Promise<T>) => Promise<T>;
}

function timedOut(timeoutMs: number | null, what: string): CommandError {
  return new CommandError(`timed out after ${formatDuration(timeoutMs ?? CALL_TIMEOUT_MS)}: ${what}`, ExitCode.timeout);
}

/** Until 1.0 a minor version may change what is answered; one rule for all is easier to remember. */
function seriesOf(version: string): string {
  return version.split('.', 2).join('.');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const ADVICE: Readonly<Record<string, string>> = {
  Unauthorized: '; give its token with --token or CONCLAVE_TOKEN',
  NotFound: '; is it of another version?',
};

/** The error that an answer tells of. */
export function refusalIn(value: unknown): CommandError | undefined {
  const { code, message } = fieldsOf(fieldsOf(value)['error']);
  if (typeof code !== 'string' || typeof message !== 'string') return undefined;
  const exitCode = code === 'Timeout' || code === 'OutcomeUnknown' ? ExitCode.timeout : ExitCode.failure;
  return new CommandError(printable(oneLine(`${code}: ${message}${ADVICE[code] ?? ''}`)), exitCode);
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** Those after which nothing can have reached anybody. */
const NOBODY_THERE = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

function unreachable(url: string, method: string, error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  if (code?.startsWith('HPE_') === true) return `${url} ${NOT_OURS}: it does not speak HTTP`;
  if (code === undefined || NOBODY_THERE.has(code)) return `no cluster at ${url}; start one with: conclave up`;
  const fate = method === 'GET' ? '' : '; the change may have been made';
  return `the cluster at ${url} did not answer (${code})${fate}`;
}
