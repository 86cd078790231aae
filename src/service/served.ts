/**
 * What the service serves: a cluster of Raft nodes here, or a store whose entries etcd orders. Both have metadata,
 * health, counts and events; only the first has nodes and links to be looked at and handled.
 */
import type {
  Cluster,
  ClusterEvent,
  ClusterMetrics,
  ClusterStatus,
  ConnectedStore,
  EtcdStatus,
  MetadataStore,
} from '../index.js';

export interface Served {
  readonly store: MetadataStore;
  /** Null: etcd orders the entries. */
  readonly cluster: Cluster | null;
  status(): Promise<ServedStatus>;
  metrics(options?: { metadata?: boolean }): Promise<ClusterMetrics>;
  events(options: { signal: AbortSignal }): AsyncIterable<ClusterEvent>;
  /** Frees what was made for the service; what it serves goes on. */
  close(): Promise<void>;
}

export type ServedStatus = ClusterStatus | EtcdStatus;

export function servedOf(given: Cluster | ConnectedStore): Served {
  const isCluster = 'nodeIds' in given;
  const store = isCluster ? given.store() : given;
  return {
    store,
    cluster: isCluster ? given : null,
    status: () => given.status(),
    metrics: (options) => given.metrics(options),
    events: (options) => given.events(options),
    close: () => (isCluster ? store.close() : Promise.resolve()),
  };
}

/** By what it says of itself. */
export function isEtcd(status: ServedStatus): status is EtcdStatus {
  return 'engine' in status;
}
