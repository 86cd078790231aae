/**
 * The public interface of a running cluster. Types only; made by `start-cluster.ts`. Every promise settles within its
 * deadline, every rejection is a `ClusterError`.
 */
import type { MetadataStore } from '../client/metadata-store.js';
import type { CallOptions, ReadOptions, Wait } from '../client/options.js';
import type { ClusterEvent } from './events.js';
import type { LinkFaults } from './link-host.js';
import type { ClusterMetrics } from './metrics.js';
import type { ClusterStatus, LinkStatus, NodeStatus } from './status.js';

export interface Cluster extends AsyncDisposable {
  /** Live: the current members, by id. */
  readonly nodeIds: readonly number[];
  /** Unknown id: throws `NodeNotFound`. */
  node(id: number): NodeHandle;
  link(a: number, b: number): LinkHandle;
  /**
   * By default follows the leader. With `node` only that node is asked: a write answers `NotLeader` unless it leads; a
   * linearizable read works on followers too.
   */
  store(options?: { node?: number }): MetadataStore;
  /** For a state machine of your own; follows the leader, retries. */
  propose(entry: Uint8Array, options?: CallOptions): Promise<{ index: number; result: unknown }>;
  /** `StateMachine.query`, linearizable by default. */
  query(request: Uint8Array, options?: ReadOptions): Promise<unknown>;
  waitForLeader(options?: Wait): Promise<NodeHandle>;
  waitForHealthy(options?: Wait): Promise<ClusterStatus>;
  status(): Promise<ClusterStatus>;
  /**
   * What the threads have counted since they started. Asked of them when it is called, and costs them nothing before.
   * A dead, paused or silent one has nothing to tell, and holds nobody up for more than a second. With
   * `metadata: false` its health is left out, which costs what has changed since it was last asked for.
   */
  metrics(options?: { metadata?: boolean }): Promise<ClusterMetrics>;
  /** Leader, node, link and membership changes, in the order the host learns of them, and those of health. */
  events(options?: { signal?: AbortSignal }): AsyncIterable<ClusterEvent>;
  /** Cuts every link between different groups. */
  partition(groups: readonly (readonly number[])[]): Promise<void>;
  /** Restores every link and clears every fault of a link. */
  heal(): Promise<void>;
  /** Joins as a learner, resolves when promoted. */
  addNode(options?: Wait): Promise<NodeHandle>;
  removeNode(id: number, options?: Wait): Promise<void>;
  transferLeadership(to: number, options?: Wait): Promise<void>;
  /** Idempotent; afterwards no thread, port, timer or file handle is left. */
  stop(): Promise<void>;
}

export interface NodeHandle {
  readonly id: number;
  /** Answers for a dead node (role 'stopped') and for a paused one (last known, `paused`); never hangs. */
  status(): Promise<NodeStatus>;
  /** Ends the node's threads at once, like kill -9: nothing is flushed. */
  kill(): Promise<void>;
  /** Hands leadership over first. */
  stop(): Promise<void>;
  /**
   * Resolves when its files are read and its threads serve; does not wait for a quorum or for catching up
   * (`waitForHealthy` does). Without files, or with `wipe`, it comes back as a new member that must be promoted before
   * it votes again: in memory mode, killing another node before `waitForHealthy` can lose the majority for good.
   * Rejects `CorruptLog`, `StorageFailed`.
   */
  restart(options?: Wait & { wipe?: boolean }): Promise<void>;
  /** Both its threads stand still, like a long garbage collection. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Of what is applied now, once it is durable; `index` is where it ends. In memory mode it is kept in memory. */
  takeSnapshot(options?: Wait): Promise<{ index: number }>;
  /** Canonical; equal on equal nodes. `state: false` leaves the state out. */
  dump(options?: Wait & { state?: boolean }): Promise<{ appliedIndex: number; stateHash: string; state: unknown }>;
}

/** The transport between two nodes. `from` limits a call to one direction; absent, it holds for both. */
export interface LinkHandle {
  cut(options?: { from?: number }): Promise<void>;
  /** Both directions, cuts and faults. */
  heal(): Promise<void>;
  /** Replaces the earlier ones. */
  setFaults(faults: LinkFaults, options?: { from?: number }): Promise<void>;
  status(): Promise<LinkStatus>;
}
