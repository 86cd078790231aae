/**
 * `connectStore`: the same metadata store over a log that is replicated elsewhere, for as many processes as use one
 * prefix. Each of them has the whole state, applies the same entries in the same order, and answers its own callers.
 */
import { RoutedStore } from '../client/routed-store.js';
import type { MetadataStore } from '../client/metadata-store.js';
import { checkDeadline, deadlineIn } from '../client/waiting.js';
import { openHostLogger } from '../runtime/logger.js';
import { resolveConnectOptions, type ConnectOptions } from './connect-options.js';
import { EtcdHost, type EtcdStatus } from './etcd-host.js';

export interface ConnectedStore extends MetadataStore {
  /** Of the log, of this process's part in it, and of etcd. */
  status(): Promise<EtcdStatus>;
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

  constructor(host: EtcdHost) {
    super(host.router, null);
    this.#host = host;
  }

  status(): Promise<EtcdStatus> {
    return this.#host.status();
  }

  dump(options?: { state?: boolean }): ReturnType<ConnectedStore['dump']> {
    return this.#host.dump(options?.state !== false);
  }

  override async close(): Promise<void> {
    await super.close();
    await this.#host.close();
  }
}
