/** What a cluster counts, as plain data. Types only: `gather-metrics.ts` asks for it, `prometheus.ts` prints it. */
import type { ClientMetrics } from '../client/client-metrics.js';
import type { DirectionReport } from '../messages.js';
import type { MetadataHealth } from '../metadata/health.js';
import type { MetadataStoreMetrics } from '../metrics/metadata-store-meters.js';
import type { RaftNodeMetrics } from '../metrics/raft-node-meters.js';
import type { ThreadUsage } from '../metrics/thread-meter.js';
import type { LinkStatus } from './status.js';

export interface NodeMetrics {
  readonly node: number;
  /** It has threads. */
  readonly up: boolean;
  readonly paused: boolean;
  /** Null: it is dead, paused, or did not answer. Counts begin anew with each life of the node. */
  readonly raft: RaftNodeMetrics | null;
  readonly store: MetadataStoreMetrics | null;
}

export interface LinkMetrics {
  readonly ends: readonly [number, number];
  readonly state: LinkStatus['state'];
  readonly reconnects: number;
  readonly directions: readonly DirectionReport[];
  readonly thread: ThreadUsage;
}

export interface ProcessMetrics {
  /** Unix time. */
  readonly startSeconds: number;
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** The thread in which the cluster was started. */
  readonly thread: ThreadUsage;
}

export interface ClusterMetrics {
  readonly process: ProcessMetrics;
  readonly client: ClientMetrics;
  readonly nodes: readonly NodeMetrics[];
  /** Those whose threads answered. */
  readonly links: readonly LinkMetrics[];
  /** As in `ClusterStatus`; null where it was not asked for, too. */
  readonly metadata: MetadataHealth | null;
}
