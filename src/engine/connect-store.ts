/**
 * `connectStore`: the same metadata store over a log that is replicated elsewhere, for as many processes as use one
 * prefix. Each of them has the whole state, applies the same entries in the same order, and answers its own callers.
 */
import { RoutedStore } from '../client/routed-store.js';
import type { MetadataStore } from '../client/metadata-store.js';
import { checkDeadline, deadlineIn } from '../client/waiting.js';
import { EventFeed, type ClusterEvent } from '../cluster/events.js';
import { processMetrics } from '../cluster/process-metrics.js';
import { HealthMonitor } from '../cluster/health-monitor.js';
import type { ClusterMetrics } from '../cluster/metrics.js';
import type { MetadataHealth } from '../metadata/health.js';
import { openHostLogger } from '../runtime/logger.js';
import { resolveConnectOptions, type ConnectOptions } from './connect-options.js';
import { EtcdHost, ONLY_NODE } from './etcd-host.js';
import { judgeStore, type EtcdStatus } from './etcd-status.js';

const HEALTH_TIMEOUT_MS = 1_000;

export interface ConnectedStore extends MetadataStore {
  /** Of the log, of this process's part in it, and of etcd. Rejects with whatever has ended it. */
  status(): Promise<EtcdStatus>;
  /** Changes of the controller (kind 'controller': `writer`, `here`, `term`) and of health, as long as it runs. */
  events(options?: { signal?: AbortSignal }): AsyncIterable<ClusterEvent>;
  /** What this process has counted; its metadata-store is told as node 1. With `metadata: false` without its health. */
  metrics(options?: { metadata?: boolean }): Promise<ClusterMetrics>;
  /** What this process has applied: equal indexes have equal hashes in every process. Waits for nothing. */
  dump(options?: { state?: boolean }): Promise<{ appliedIndex: number; stateHash: string; state?: unknown }>;
  /** Ends its threads, too. Another process is the controller at once, if this one was. */
  close(): Promise<void>;
}

/**
 * Resolves once the store takes writes and has applied what was there. Rejects `NoLeader` where etcd does not answer,
 * `InvalidArgument` where it refuses this user, `CorruptLog` where the prefix holds something else, `DependencyMissing`
 * without the package `etcd3`.
 */
export async function connectStore(options: ConnectOptions): Promise<ConnectedStore> {
  const resolved = resolveConnectOptions(options);
  const deadline = deadlineIn(resolved.startTimeoutMs, resolved.signal, 'log in etcd');
  checkDeadline(deadline);
  const host = new EtcdHost(resolved, await openHostLogger(resolved.logger));
  try {
    await host.ready(deadline);
  } catch (error) {
    await host.close();
    throw error;
  }
  return new StoreInEtcd(host);
}

class StoreInEtcd extends RoutedStore implements ConnectedStore {
  readonly #host: EtcdHost;
  readonly #events = new EventFeed(() => {
    this.#monitor.wake();
  });
  readonly #monitor: HealthMonitor;
  /** Where the log ended when the controller was told last. */
  #toldIndex = 0;

  constructor(host: EtcdHost) {
    super(host.router, null);
    this.#host = host;
    this.#monitor = new HealthMonitor(this.#events, () => this.status().catch(() => undefined));
    host.router.news.on('leadership', () => {
      this.#monitor.wake();
    });
    void host.ended.then(() => {
      this.#monitor.close();
      this.#events.close();
    });
  }

  async status(): Promise<EtcdStatus> {
    const tell = this.#monitor.begin();
    const [report, metadata] = await Promise.all([this.#host.report(), this.#metadataHealth()]);
    const status = judgeStore(report, metadata);
    this.#tellController(status);
    tell(status);
    return status;
  }

  events({ signal }: { signal?: AbortSignal } = {}): AsyncIterable<ClusterEvent> {
    return this.#events.subscribe(signal ?? null);
  }

  async metrics({ metadata = true }: { metadata?: boolean } = {}): Promise<ClusterMetrics> {
    const store = await this.#host.storeMetrics();
    return {
      process: processMetrics(),
      client: this.#host.router.metrics(),
      nodes: [{ node: ONLY_NODE, up: true, paused: false, raft: null, store }],
      links: [],
      metadata: metadata ? await this.#metadataHealth() : null,
    };
  }

  dump(options?: { state?: boolean }): ReturnType<ConnectedStore['dump']> {
    return this.#host.dump(options?.state !== false);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#host.close();
  }

  /** Of what is applied here: it is told while etcd does not answer, too. */
  async #metadataHealth(): Promise<MetadataHealth | null> {
    return this.health({ consistency: 'local', timeoutMs: HEALTH_TIMEOUT_MS }).catch(() => null);
  }

  #tellController({ controller, writer, head }: EtcdStatus): void {
    const { index, term } = head;
    // One that others have overtaken is old.
    if (index < this.#toldIndex) return;
    this.#toldIndex = index;
    const details = { writer: controller, here: controller === writer, term };
    this.#events.emitState('controller', `${term} ${controller ?? ''}`, details);
  }
}
