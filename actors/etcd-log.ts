/**
 * The thread of one process's log in etcd: an engine like the raft-node, between the same two neighbours. Steps the
 * pure log (`src/engine/etcd`) with what its ports and etcd bring, and performs what that asks for, in order. No
 * decision of the protocol is made here.
 */
import type { MessagePort } from 'node:worker_threads';
import type { AnsweredReads, HostToEngine, StoreToEngine } from '../src/engine/engine.js';
import type { EtcdLogControl, EtcdLogConfigMessage, EtcdLogReport } from '../src/engine/etcd-messages.js';
import { unreachable } from '../src/assert.js';
import { EtcdClient } from '../src/engine/etcd-client.js';
import { EtcdLog } from '../src/engine/etcd/etcd-log.js';
import type { EtcdLogInput } from '../src/engine/etcd/inputs.js';
import type { KvFailure } from '../src/engine/etcd/kv.js';
import type { EtcdLogEffect } from '../src/engine/etcd/outbox.js';
import { toClusterError } from '../src/errors.js';
import { createDeadlines } from '../src/runtime/deadlines.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorOutcome, ActorTask } from '../src/runtime/task.js';

// gRPC names a server to TLS by its address, even an IP address: Node warns of that on the stderr of whoever uses the
// store, who can do nothing about it. Nothing else runs in this thread.
process.noDeprecation = true;

export default function etcdLog(task: ActorTask): Promise<ActorOutcome> {
  return serveActor<EtcdLogConfigMessage>(task, async (context) => {
    return new EtcdLogShell(context, await EtcdClient.open(context.config.access));
  });
}

class EtcdLogShell implements EtcdLogControl {
  readonly #context: ActorContext<EtcdLogConfigMessage>;
  readonly #client: EtcdClient;
  readonly #log: EtcdLog;
  readonly #host: MessagePort;
  readonly #store: MessagePort;
  /** What has arrived meanwhile goes first: a stall of this thread is no silence of those who are heard here. */
  readonly #deadlines = createDeadlines<'wake'>(() => {
    setImmediate(() => {
      if (this.#deadlines.takeDue() !== null) void this.#step({ kind: 'wake' });
    });
  });
  #stopped = false;

  constructor(context: ActorContext<EtcdLogConfigMessage>, client: EtcdClient) {
    this.#context = context;
    this.#client = client;
    this.#log = new EtcdLog(context.config.log, { random: Math.random });
    this.#host = context.port('host');
    this.#store = context.port('store');
    this.#host.on('message', (message: HostToEngine) => {
      void this.#step({ kind: 'host', message });
    });
    this.#store.on('message', (message: StoreToEngine | AnsweredReads) => {
      void this.#step({ kind: 'store', message });
    });
    void this.#step({ kind: 'wake' });
  }

  status(): EtcdLogReport {
    return { ...this.#log.status(), endpoint: this.#client.endpoint };
  }

  async health(): ReturnType<EtcdLogControl['health']> {
    return this.#client.health().catch((failure: unknown) => ({ unknown: (failure as KvFailure).message }));
  }

  /** Resolves once etcd has been told, or could not be. */
  async resign(): Promise<void> {
    await this.#step({ kind: 'resign' });
  }

  stop(): void {
    this.#stopped = true;
    this.#deadlines.close();
    this.#client.close();
  }

  /** Resolves when etcd has answered what this step has asked. */
  async #step(input: EtcdLogInput): Promise<void> {
    if (this.#stopped) return;
    const asked = this.#perform(this.#log.step(input, performance.now()));
    const wakeUpAt = this.#log.nextWakeUp();
    if (wakeUpAt === Number.POSITIVE_INFINITY) this.#deadlines.stop('wake');
    else this.#deadlines.start('wake', Math.max(0, wakeUpAt - performance.now()));
    await Promise.all(asked);
  }

  #perform(effects: readonly EtcdLogEffect[]): Promise<void>[] {
    const asked: Promise<void>[] = [];
    for (const effect of effects) {
      const answer = this.#performEffect(effect);
      if (answer !== undefined) asked.push(answer);
    }
    return asked;
  }

  #performEffect(effect: EtcdLogEffect): Promise<void> | undefined {
    switch (effect.kind) {
      case 'request':
        return this.#request(effect);
      case 'watch':
        this.#watch(effect);
        return;
      case 'unwatch':
        this.#client.unwatch();
        return;
      case 'compact':
        this.#client.compact(effect.revision).catch((failure: unknown) => {
          this.#context.log('warn', 'compaction failed', { ...(failure as KvFailure) });
        });
        return;
      case 'toHost':
        this.#host.postMessage(effect.message);
        return;
      case 'toStore':
        this.#store.postMessage(effect.message);
        return;
      case 'log':
        this.#context.log(effect.level, effect.text, effect.fields);
        return;
      case 'end':
        this.stop();
        this.#context.fail(toClusterError(effect.error));
        return;
      default:
        unreachable(effect);
    }
  }

  #request({ id, txn }: Extract<EtcdLogEffect, { kind: 'request' }>): Promise<void> {
    return this.#client.txn(txn).then(
      (result) => {
        void this.#step({ kind: 'answered', id, result });
      },
      (failure: unknown) => {
        void this.#step({ kind: 'failed', id, failure: failure as KvFailure });
      },
    );
  }

  #watch({ id, fromRevision }: Extract<EtcdLogEffect, { kind: 'watch' }>): void {
    this.#client.watch(fromRevision, {
      changed: (changes) => {
        void this.#step({ kind: 'watched', id, changes });
      },
      failed: (failure) => {
        void this.#step({ kind: 'watchFailed', id, failure });
      },
    });
  }
}
