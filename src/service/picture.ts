/**
 * What the live page is told of the cluster, a few times a second: present facts and counters that only grow, of which
 * whoever looks makes rates. Bounded by the number of nodes, whatever the cluster does. Types only.
 */
import type { DirectionReport, EtcdStatus, HealthProblem, LinkStatus, MetadataHealth, NodeStatus } from '../index.js';

export interface Picture {
  /** Unix ms. */
  readonly at: number;
  /** Of the package. */
  readonly version: string;
  readonly readOnly: boolean;
  /** Since when the service runs. */
  readonly upMs: number;
  /** Null: the nodes here order the entries. */
  readonly engine: EtcdStatus | null;
  readonly leader: number | null;
  readonly term: number;
  /** These three are looked at less often than the rest. */
  readonly healthy: boolean;
  readonly reasons: readonly HealthProblem[];
  readonly metadata: MetadataHealth | null;
  readonly nodes: readonly NodePicture[];
  readonly links: readonly LinkPicture[];
  readonly client: ClientPicture;
}

/** The counts of one that is dead, paused or silent are those that were known last. */
export interface NodePicture extends Omit<NodeStatus, 'leader' | 'firstLogIndex'> {
  /** It has told its counts just now. */
  readonly answers: boolean;
}

export interface LinkPicture extends Pick<LinkStatus, 'ends' | 'state' | 'reconnects' | 'lastError'> {
  readonly directions: readonly DirectionReport[];
}

export interface ClientPicture {
  readonly writesPending: number;
  readonly readsPending: number;
  readonly writesAnswered: number;
  readonly readsAnswered: number;
  /** Since the picture before; null: there were none. */
  readonly writeLatency: LatencyPicture | null;
  readonly readLatency: LatencyPicture | null;
}

/** Milliseconds, of a sample of the calls. */
export interface LatencyPicture {
  readonly p50Ms: number;
  readonly p99Ms: number;
}
