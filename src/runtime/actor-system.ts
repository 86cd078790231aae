/**
 * The host's side of every thread: starts actors in one piscina pool a cluster, calls their control planes, and turns
 * the end of a thread into a typed event. A call never hangs: it ends with its answer, the end of the actor, or its
 * deadline. The only user of piscina and, with `serve.ts`, of comlink.
 */
import { MessageChannel, type MessagePort, type Transferable } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { transfer, wrap, type Remote, type Endpoint } from 'comlink';
import { Piscina } from 'piscina';
import { ClusterError, type ErrorValue } from '../errors.js';
import { forwardRecords, type HostLogger } from './logger.js';
import type { ActorControl, ActorKind, ActorOutcome, ActorTask } from './task.js';

/** Why an actor ended: asked to, killed like kill -9, with an error it told, or by a bug. */
export type ActorEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'killed' }
  | { readonly kind: 'failed'; readonly error: ErrorValue }
  | { readonly kind: 'crashed'; readonly message: string };

export interface ActorOptions {
  readonly kind: ActorKind;
  /** From `nextLife`, since an actor's own configuration may name it. */
  readonly life: number;
  /** Of its log lines, beside its kind: whose it is. */
  readonly labels: Readonly<Record<string, unknown>>;
  readonly config: unknown;
  readonly ports: Readonly<Record<string, MessagePort>>;
}

type Methods<Control> = {
  [Name in keyof Control]: Control[Name] extends (...parameters: infer _) => unknown ? Name : never;
}[keyof Control];
type Parameters_<Method> = Method extends (...parameters: infer P) => unknown ? P : never;
type Result<Method> = Method extends (...parameters: never) => infer R ? Awaited<R> : never;

/** One life of one actor. */
export interface Actor<Control> {
  readonly life: number;
  /** Settles once the thread has let go of everything: only then may another life own the same files. Never rejects. */
  readonly ended: Promise<ActorEnd>;
  /**
   * Rejects `Stopped` when the actor ends first, `Timeout` at the deadline. Ports among the arguments are moved to
   * the actor.
   */
  call<Name extends Methods<Control> & string>(
    method: Name,
    parameters: Parameters_<Control[Name]>,
    timeoutMs: number,
  ): Promise<Result<Control[Name]>>;
  stop(timeoutMs: number): Promise<void>;
  /** Ends the thread at once: nothing in it runs again. */
  kill(): Promise<void>;
  /** Resolves when the thread stands still. */
  pause(timeoutMs: number): Promise<void>;
  resume(): void;
}

export interface ActorSystem {
  spawn<Control>(options: ActorOptions): Actor<Control>;
  /** Ends every thread. */
  close(): Promise<void>;
}

/** `threads`: as many as will ever live at once; a task beyond them is refused, not queued. */
export function createActorSystem(threads: number, logger: HostLogger | null): ActorSystem {
  const pool = new Piscina({
    atomics: 'disabled',
    minThreads: 0,
    maxThreads: threads,
    maxQueue: 0,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
  });
  // Errors of tasks arrive as rejections of `run`; this one only keeps piscina's own from ending the process.
  pool.on('error', (error: Error) => logger?.error({ error: error.message }, 'actor pool'));
  const closing = new AbortController();
  return {
    spawn: <Control>(options: ActorOptions) => spawnActor<Control>(pool, options, { logger, closing: closing.signal }),
    close: () => {
      closing.abort();
      return pool.destroy();
    },
  };
}

/** How long a crashed actor's thread may take to end. */
const CRASHED_THREAD_MS = 1_000;

let lastLife = 0;

/** Names one run of an actor; unique within this process. */
export function nextLife(): number {
  lastLife += 1;
  return lastLife;
}

/** When one of these threads ends, the others are ended too: half of them is worse than none. */
export async function oneFate(actors: readonly Pick<Actor<unknown>, 'ended' | 'kill'>[]): Promise<ActorEnd> {
  const first = await Promise.race(actors.map(({ ended }) => ended));
  await Promise.all(actors.map((actor) => actor.kill()));
  return first;
}

interface Surroundings {
  readonly logger: HostLogger | null;
  /** Aborted when the whole system ends. */
  readonly closing: AbortSignal;
}

function spawnActor<Control>(pool: Piscina, options: ActorOptions, surroundings: Surroundings): Actor<Control> {
  const { life } = options;
  const { closing } = surroundings;
  const logger = surroundings.logger?.child({ actor: options.kind, ...options.labels, life }) ?? null;
  const control = new MessageChannel();
  const log = logger === null ? null : new MessageChannel();
  if (logger !== null && log !== null) forwardRecords(logger, log.port1);
  const task: ActorTask = {
    kind: options.kind,
    life,
    config: options.config,
    controlPort: control.port2,
    ports: options.ports,
    ...(log === null ? {} : { logPort: log.port2 }),
  };
  const transferred = [control.port2, ...Object.values(options.ports), ...(log === null ? [] : [log.port2])];
  const abort = new AbortController();
  const run = pool.run(task, {
    // CommonJS, since the pool loads by `require`, and Node 20 aborts when a thread is ended while it requires an ES
    // module.
    filename: fileURLToPath(new URL(`../../threads/${options.kind}.cjs`, import.meta.url)),
    transferList: transferred,
    signal: abort.signal,
  });
  const closed = new Promise<void>((resolve) => control.port1.once('close', resolve));
  const ended = run
    .then(
      (error: ActorOutcome): ActorEnd => (error === null ? { kind: 'stopped' } : { kind: 'failed', error }),
      (error: unknown): ActorEnd =>
        abort.signal.aborted || closing.aborted
          ? { kind: 'killed' }
          : { kind: 'crashed', message: error instanceof Error ? error.message : String(error) },
    )
    .then(async (end) => {
      if (end.kind === 'failed') logger?.error({ error: end.error }, 'actor failed');
      else if (end.kind === 'crashed') logger?.error({ error: end.message }, 'actor crashed');
      else logger?.debug(`actor ${end.kind}`);
      // The pool reports an abort before the thread has gone; its ports close when it has. Those that never left are
      // closed here.
      for (const port of transferred) port.close();
      // A task that could not even be loaded leaves its thread, and its ports in it, alive: those are given up.
      if (end.kind === 'crashed') await closedWithin(closed, CRASHED_THREAD_MS);
      else await closed;
      control.port1.close();
      return end;
    });
  // The live page is checked with the types of a browser, whose ports take other things along.
  const endpoint = control.port1 as Endpoint;
  return createActor<Control>(life, wrap<ActorControl>(endpoint), ended, () => {
    abort.abort();
  });
}

/** Resolves when the port has closed, or when the time has passed. */
function closedWithin(closed: Promise<void>, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timeout = setTimeout(resolve, timeoutMs);
    void closed.then(() => {
      clearTimeout(timeout);
      resolve();
    });
  });
}

function createActor<Control>(
  life: number,
  remote: Remote<ActorControl>,
  ended: Promise<ActorEnd>,
  abort: () => void,
): Actor<Control> {
  let gate: Int32Array | null = null;
  const unlessGone = unlessEnded(ended);
  const resume = (): void => {
    if (gate === null) return;
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    gate = null;
  };
  const call = (method: string, parameters: readonly unknown[], timeoutMs: number): Promise<unknown> => {
    const sent = transfer([...parameters], parameters.filter(isPort));
    return unlessGone(() => remote.call(method, sent), method, timeoutMs);
  };
  return {
    life,
    ended,
    call: call as Actor<Control>['call'],
    async stop(timeoutMs) {
      resume();
      // The actor may end before its answer arrives, and its end is the answer then; one that does not end is killed.
      const asked = remote.stop().then(() => ended);
      await unlessGone(() => asked, 'stop', timeoutMs).catch(abort);
      await ended;
    },
    async kill() {
      abort();
      await ended;
    },
    async pause(timeoutMs) {
      if (gate !== null) return;
      gate = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
      const { port1, port2 } = new MessageChannel();
      const standing = new Promise<void>((resolve) =>
        port1.once('message', () => {
          resolve();
        }),
      );
      void remote.pause(gate, transfer(port2, [port2]));
      try {
        await unlessGone(() => standing, 'pause', timeoutMs);
      } finally {
        port1.close();
      }
    },
    resume,
  };
}

function isPort(value: unknown): value is MessagePort & Transferable {
  return typeof value === 'object' && value !== null && 'postMessage' in value;
}

/**
 * The outcome of `start()`, unless the actor ends or the time passes first. What waits is kept in one set beside the
 * actor's end: a reaction of its own on that promise would stay for as long as the actor lives.
 */
type UnlessEnded = <T>(start: () => Promise<T>, what: string, timeoutMs: number) => Promise<T>;

function unlessEnded(ended: Promise<ActorEnd>): UnlessEnded {
  const waiting = new Set<(end: ActorEnd) => void>();
  let known: ActorEnd | null = null;
  void ended.then((end) => {
    known = end;
    for (const tell of waiting) tell(end);
  });
  return <T>(start: () => Promise<T>, what: string, timeoutMs: number) =>
    new Promise<T>((resolve, reject) => {
      const settled = (): void => {
        clearTimeout(timeout);
        waiting.delete(tell);
      };
      const tell = (end: ActorEnd): void => {
        settled();
        reject(new ClusterError('Stopped', `${what}: the actor has ended (${end.kind})`));
      };
      const timeout = setTimeout(() => {
        settled();
        reject(new ClusterError('Timeout', `${what}: no answer within ${timeoutMs} ms`));
      }, timeoutMs);
      if (known !== null) {
        tell(known);
        return;
      }
      waiting.add(tell);
      start().then(
        (value) => {
          settled();
          resolve(value);
        },
        (error: unknown) => {
          settled();
          reject(error instanceof Error ? error : new Error(String(error)));
        },
      );
    });
}
