/**
 * The only file that knows a client library of etcd: the transactions and the watch of `etcd/kv.ts`, at one endpoint at
 * a time; where that does not answer, at the next one. It never repeats a request by itself, since one that got no
 * answer may have been performed.
 *
 * Only the plain calls of `etcd3` are used: its watcher, its retries and its circuit breakers hide what became of a
 * request. `etcd3` is an optional peer: who uses no etcd does not install it.
 */
import type * as etcd3 from 'etcd3';
import type { Etcd3, IDuplexStream, IWatchRequest, IWatchResponse, IOptions, IRequestOp } from 'etcd3';
import { must } from '../assert.js';
import { ClusterError } from '../errors.js';
import { readCredentials, type EtcdAccess, type EtcdCredentials } from './etcd-access.js';
import type { KeyChange, KeyValue, KvFailure, KvOperation, Txn, TxnResult } from './etcd/kv.js';
import { watchedKeys } from './etcd/layout.js';

export interface EtcdHealth {
  readonly endpoint: string;
  readonly version: string;
  readonly databaseBytes: number;
  /** Raised by any member. */
  readonly alarms: readonly string[];
}

export interface WatchListener {
  readonly changed: (changes: readonly KeyChange[]) => void;
  /** Nothing follows. */
  readonly failed: (failure: KvFailure) => void;
}

/** A request that got no answer. */
const REQUEST_TIMEOUT_MS = 2_000;
/** etcd ends the connection of whoever asks for a sign of life more often than every 5 s while nothing else comes. */
const KEEPALIVE_MS = 6_000;
const KEEPALIVE_TIMEOUT_MS = 2_000;

export class EtcdClient {
  readonly #access: EtcdAccess;
  readonly #library: typeof etcd3;
  readonly #credentials: EtcdCredentials | null;
  /** Of `endpoints`. */
  #place = 0;
  #connection: Etcd3;
  #endWatch: (() => void) | null = null;

  /** Rejects `DependencyMissing` without the library, `InvalidArgument` where a file cannot be read. */
  static async open(access: EtcdAccess): Promise<EtcdClient> {
    return new EtcdClient(access, await loadLibrary(), await readCredentials(access));
  }

  private constructor(access: EtcdAccess, library: typeof etcd3, credentials: EtcdCredentials | null) {
    this.#access = access;
    this.#library = library;
    this.#credentials = credentials;
    this.#connection = this.#connect();
  }

  get endpoint(): string {
    const { endpoints } = this.#access;
    return must(endpoints[this.#place % endpoints.length], 'an endpoint');
  }

  /** Rejects with a `KvFailure`. */
  async txn({ compare, then, else: otherwise }: Txn): Promise<TxnResult> {
    const request = {
      compare: compare.map(({ key, value }) =>
        value === null
          ? { result: 'Equal' as const, target: 'Version' as const, key: this.#keyOf(key), version: 0 }
          : { result: 'Equal' as const, target: 'Value' as const, key: this.#keyOf(key), value: bufferOf(value) },
      ),
      success: then.map((operation) => this.#requestOf(operation)),
      failure: otherwise.map((operation) => this.#requestOf(operation)),
    };
    const { succeeded, header, responses } = await this.#call((connection) => connection.kv.txn(request, timely()));
    const found: KeyValue[][] = [];
    for (const { response_range: range } of responses as { response_range?: { kvs: KeyValueMessage[] } }[]) {
      if (range) found.push(range.kvs.map(({ key, value }) => ({ key: this.#nameOf(key), value })));
    }
    return { succeeded, revision: Number(header.revision), found };
  }

  /** From `fromRevision` on, all keys; replaces the watch before it. */
  watch(fromRevision: number, listener: WatchListener): void {
    this.unwatch();
    let ended = false;
    const connection = this.#connection;
    const fail = (error: unknown): void => {
      if (ended) return;
      ended = true;
      this.#moveFrom(connection);
      listener.failed(toFailure(error));
    };
    this.#endWatch = () => {
      ended = true;
    };
    this.#openWatch(connection, fromRevision).then((stream) => {
      const close = (): void => {
        ended = true;
        stream.cancel();
      };
      if (ended) {
        close();
        return;
      }
      this.#endWatch = close;
      stream.on('data', ({ canceled, compact_revision: compacted, cancel_reason: reason, events }) => {
        if (ended) return;
        if (canceled) {
          close();
          listener.failed({ kind: Number(compacted) > 0 ? 'compacted' : 'unavailable', message: `watch: ${reason}` });
        } else if (events.length > 0) {
          const changes = events.map(({ type, kv }) => ({
            key: this.#nameOf(kv.key),
            value: type === 'Put' ? kv.value : null,
          }));
          listener.changed(changes);
        }
      });
      stream.on('error', fail);
      stream.on('end', () => {
        fail(new Error('the watch ended'));
      });
    }, fail);
  }

  unwatch(): void {
    this.#endWatch?.();
    this.#endWatch = null;
  }

  /** Frees the history before `revision`; that another has done so already is no error. */
  async compact(revision: number): Promise<void> {
    await this.#call((connection) => connection.kv.compact({ revision }, timely())).catch((failure: unknown) => {
      if ((failure as KvFailure).kind !== 'compacted') throw failure;
    });
  }

  async health(): Promise<EtcdHealth> {
    return this.#call(async ({ maintenance }) => {
      const [{ version, dbSize }, { alarms }] = await Promise.all([
        maintenance.status(timely()),
        maintenance.alarm({ action: 'Get' }, timely()),
      ]);
      const raised = new Set(alarms.map(({ alarm }) => alarm.toUpperCase()));
      return { endpoint: this.endpoint, version, databaseBytes: Number(dbSize), alarms: [...raised] };
    });
  }

  close(): void {
    this.unwatch();
    this.#connection.close();
  }

  #connect(): Etcd3 {
    const { username, password } = this.#access;
    const options: IOptions = {
      hosts: this.endpoint,
      faultHandling: { global: once, host: () => once },
      grpcOptions: {
        'grpc.max_receive_message_length': -1,
        'grpc.keepalive_time_ms': KEEPALIVE_MS,
        'grpc.keepalive_timeout_ms': KEEPALIVE_TIMEOUT_MS,
        'grpc.enable_retries': 0,
      },
      ...(this.#credentials === null ? {} : { credentials: this.#credentials }),
      ...(username === null || password === null ? {} : { auth: { username, password, callOptions: timely } }),
    };
    return new this.#library.Etcd3(options);
  }

  async #call<Answer>(ask: (connection: Etcd3) => Promise<Answer>): Promise<Answer> {
    const connection = this.#connection;
    try {
      return await ask(connection);
    } catch (error) {
      const failure = toFailure(error);
      if (failure.kind === 'unavailable') this.#moveFrom(connection);
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- it crosses threads as it is
      throw failure;
    }
  }

  /** Unless the next endpoint is in use already. */
  #moveFrom(connection: Etcd3): void {
    if (connection !== this.#connection) return;
    this.#place += 1;
    this.#connection = this.#connect();
    connection.close();
  }

  #openWatch(connection: Etcd3, fromRevision: number): Promise<IDuplexStream<IWatchRequest, IWatchResponse>> {
    return connection.watchClient.watch().then((stream) => {
      stream.write({
        create_request: {
          key: this.#keyOf(watchedKeys.from),
          range_end: this.#keyOf(watchedKeys.to),
          start_revision: fromRevision,
          progress_notify: false,
        },
      });
      return stream;
    });
  }

  #requestOf(operation: KvOperation): IRequestOp {
    const key = this.#keyOf(operation.key);
    switch (operation.kind) {
      case 'put':
        return { request_put: { key, value: bufferOf(operation.value) } };
      case 'get':
        return {
          request_range: {
            key,
            ...(operation.to === undefined ? {} : { range_end: this.#keyOf(operation.to) }),
            ...(operation.limit === undefined ? {} : { limit: operation.limit }),
          },
        };
      case 'delete':
        return {
          request_delete_range: {
            key,
            ...(operation.to === undefined ? {} : { range_end: this.#keyOf(operation.to) }),
          },
        };
    }
  }

  #keyOf(key: string): Buffer {
    return Buffer.from(this.#access.prefix + key);
  }

  #nameOf(key: Buffer): string {
    return key.toString('utf8', Buffer.byteLength(this.#access.prefix));
  }
}

interface KeyValueMessage {
  readonly key: Buffer;
  readonly value: Buffer;
}

/**
 * No retry, no circuit breaker. What throws must reject: the library expects no less. It rejects with another error,
 * since the library ends all that is under way, the watch too, at errors of some kinds: where etcd is full, say.
 */
const once = {
  async execute<Answer>(perform: () => Answer | Promise<Answer>): Promise<Answer> {
    try {
      return await perform();
    } catch (error) {
      throw new Error(error instanceof Error ? error.message : String(error));
    }
  },
} as unknown as NonNullable<NonNullable<IOptions['faultHandling']>['global']>;

function timely(): { deadline: number } {
  return { deadline: Date.now() + REQUEST_TIMEOUT_MS };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

async function loadLibrary(): Promise<typeof etcd3> {
  try {
    return await import('etcd3');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new ClusterError('DependencyMissing', 'the engine etcd needs the package etcd3: npm install etcd3', {
      package: 'etcd3',
    });
  }
}

/** As gRPC words it, with the error of the system in the middle. */
const NOT_CONNECTED = /^No connection established\. Last error: (?:Error: )?(.*?)\.? Resolution note:.*$/s;

const REFUSAL = new RegExp(
  'permission denied|authentication (failed|is not enabled)|user name is empty|request is too large|' +
    'INVALID_ARGUMENT|UNAUTHENTICATED',
);

/** By what gRPC and etcd say: the library keeps no code. */
function toFailure(error: unknown): KvFailure {
  const message = error instanceof Error ? error.message : String(error);
  const told = message.replace(/^(\w+: )?\d+ [A-Z_]+: /, '').replace(NOT_CONNECTED, (_, why: string) => {
    return why === 'null' ? 'no connection' : why;
  });
  return { kind: kindOf(message), message: told };
}

function kindOf(message: string): KvFailure['kind'] {
  // Whoever connects anew gets another token.
  if (/invalid auth token|auth store is old/.test(message)) return 'unavailable';
  if (message.includes('database space exceeded')) return 'noSpace';
  if (message.includes('has been compacted')) return 'compacted';
  return REFUSAL.test(message) ? 'refused' : 'unavailable';
}
