/**
 * One process's part of a store in etcd, on the host's side: the thread of its log, the thread of its metadata-store,
 * and the router of its clients. Wires them and knows why they ended; what they do is their own affair.
 */
import { randomUUID } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { Router } from '../client/router.js';
import { Changes, remainingMs, type Deadline } from '../client/waiting.js';
import { ClusterError, toClusterError } from '../errors.js';
import type { MetadataStoreControl } from '../messages.js';
import type { MetadataStoreMetrics } from '../metrics/metadata-store-meters.js';
import { createRandom } from '../random.js';
import { createActorSystem, nextLife, oneFate, type Actor, type ActorEnd } from '../runtime/actor-system.js';
import type { HostLogger } from '../runtime/logger.js';
import type { ResolvedConnectOptions } from './connect-options.js';
import type { EtcdLogControl } from './etcd-messages.js';
import type { EtcdReport } from './etcd-status.js';
import { noMembers } from './etcd/layout.js';

/** The router knows nodes by number; here there is this one. */
export const ONLY_NODE = 1;
const THREADS = 2;
const CALL_TIMEOUT_MS = 5_000;
/** How long the end of this process may wait until the others know of it. */
const RESIGN_TIMEOUT_MS = 1_000;

export class EtcdHost {
  readonly router: Router;
  /** Resolves when its threads have ended, whatever ended them. */
  readonly ended: Promise<void>;
  readonly #options: ResolvedConnectOptions;
  readonly #system;
  readonly #log: Actor<EtcdLogControl>;
  readonly #store: Actor<MetadataStoreControl>;
  readonly #changes = new Changes();
  #end: ActorEnd | null = null;
  #closing: Promise<void> | null = null;

  constructor(options: ResolvedConnectOptions, logger: HostLogger | null) {
    const { access, proposalTimeoutMs, brokerSessionTimeoutMs, snapshotEntries } = options;
    const { controllerTimeoutMs, trailingEntries } = options;
    this.#options = options;
    this.router = new Router({ proposalTimeoutMs, random: createRandom(Math.floor(Math.random() * 2 ** 32)) });
    this.#system = createActorSystem(THREADS, logger);
    const hostLog = new MessageChannel();
    const hostStore = new MessageChannel();
    const logStore = new MessageChannel();
    const writer = randomUUID();
    this.#store = this.#system.spawn<MetadataStoreControl>({
      kind: 'metadata-store',
      life: nextLife(),
      labels: { writer },
      config: {
        stateMachine: null,
        files: null,
        bootstrap: noMembers,
        snapshotEntries,
        brokerSessionTimeoutMs,
      },
      ports: { host: hostStore.port2, node: logStore.port2 },
    });
    this.#log = this.#system.spawn<EtcdLogControl>({
      kind: 'etcd-log',
      life: nextLife(),
      labels: { writer },
      config: { access, log: { writer, controllerTimeoutMs, trailingEntries } },
      ports: { host: hostLog.port2, store: logStore.port1 },
    });
    this.router.news.on('leadership', () => {
      this.#changes.announce();
    });
    this.router.attachNode(ONLY_NODE, this.#log.life, hostLog.port1, hostStore.port1);
    this.ended = oneFate([this.#log, this.#store]).then((end) => {
      this.#end = end;
      this.router.stop();
      this.#changes.announce();
    });
  }

  /** It takes writes, and has applied what was in the log before. */
  async ready(deadline: Deadline): Promise<void> {
    const ready = this.#changes.until(async () => {
      this.checkRuns();
      const { problem } = this.router;
      // Not to be waited for: it is what was given that is wrong.
      if (problem?.code === 'InvalidArgument') throw toClusterError(problem);
      if (this.router.leader() === null) return null;
      const { head } = await this.#log.call('status', [], remainingMs(deadline));
      const appliedIndex = await this.#store.call('appliedIndex', [], remainingMs(deadline));
      return appliedIndex >= head.index || null;
    }, deadline);
    await ready.catch((error: unknown) => {
      if (!(error instanceof ClusterError && error.code === 'Timeout')) throw error;
      const { problem } = this.router;
      if (problem !== null) throw toClusterError(problem);
      if (this.router.leader() !== null) throw error;
      throw new ClusterError('NoLeader', 'etcd has not answered within the time given');
    });
  }

  /** Throws what has ended it. */
  checkRuns(): void {
    if (this.#end === null) return;
    if (this.#end.kind === 'failed') throw toClusterError(this.#end.error);
    const reason = this.#end.kind === 'crashed' ? `: ${this.#end.message}` : '';
    throw new ClusterError('Stopped', `the store has ended${reason}`);
  }

  async report(): Promise<EtcdReport> {
    this.checkRuns();
    const { endpoints, prefix } = this.#options.access;
    const [log, appliedIndex, etcd] = await Promise.all([
      this.#log.call('status', [], CALL_TIMEOUT_MS),
      this.#store.call('appliedIndex', [], CALL_TIMEOUT_MS),
      this.#log.call('health', [], CALL_TIMEOUT_MS),
    ]);
    return { endpoints, prefix, ...log, appliedIndex, etcd };
  }

  /** Null: its thread does not answer. */
  storeMetrics(): Promise<MetadataStoreMetrics | null> {
    return this.#store.call('metrics', [], CALL_TIMEOUT_MS).catch(() => null);
  }

  dump(withState: boolean): Promise<ReturnType<MetadataStoreControl['dump']>> {
    return this.#store.call('dump', [withState], CALL_TIMEOUT_MS);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.router.stop();
    // The others find out by themselves, only later.
    await this.#log.call('resign', [], RESIGN_TIMEOUT_MS).catch(() => undefined);
    await Promise.all([this.#log.stop(RESIGN_TIMEOUT_MS), this.#store.stop(RESIGN_TIMEOUT_MS)]);
    await this.#system.close();
  }
}
