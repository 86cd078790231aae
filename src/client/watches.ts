/**
 * All watches of a host: those that follow the present share one feed for each node asked, however many they are. One
 * that begins further back catches up by itself, and then joins them.
 */
import type { ClusterError } from '../errors.js';
import type { AbortWatch } from './aborts.js';
import { ChangeFeed } from './change-feed.js';
import { stopped } from './outcomes.js';
import type { Subscriptions } from './subscriptions.js';
import { Watch } from './watch.js';
import type { WatchOwner } from './watch.js';

export interface WatchesHost {
  readonly aborts: AbortWatch;
  readonly subscriptions: Subscriptions;
  /** Throws once nothing can ever change again. */
  checkNotLost(): void;
  /** An index such that what is written later comes behind it. */
  now(signal: AbortSignal | undefined): Promise<number>;
}

export interface WatchTerms {
  /** Ends with it. */
  readonly store: object;
  /** Only of this node; null: of whichever leads. */
  readonly nodeId: number | null;
  /** Undefined: from now. */
  readonly fromIndex: number | undefined;
  readonly signal: AbortSignal | undefined;
}

export class Watches implements WatchOwner {
  readonly #host: WatchesHost;
  readonly #watches = new Set<Watch>();
  /** Of those that follow the present, by the node asked. */
  readonly #feeds = new Map<number | null, ChangeFeed>();

  #stopped = false;

  constructor(host: WatchesHost) {
    this.#host = host;
  }

  /** Throws `Stopped`, and `NoLeader` where that is for good. */
  open({ store, nodeId, fromIndex, signal }: WatchTerms): Watch {
    if (this.#stopped) throw stopped();
    this.#host.checkNotLost();
    const watch = new Watch(this, { store, nodeId, signal });
    if (signal?.aborted === true) {
      watch.end(null);
      return watch;
    }
    this.#watches.add(watch);
    if (signal !== undefined) this.#host.aborts.add(signal, watch);
    if (fromIndex !== undefined) {
      this.#begin(watch, fromIndex, false);
      return watch;
    }
    const begin = (index: number): void => {
      this.#begin(watch, index, true);
    };
    const refuse = (error: ClusterError): void => {
      watch.end(error);
    };
    this.#host.now(signal).then(begin, refuse);
    return watch;
  }

  /** Quietly. */
  endAllOf(store: object): void {
    for (const watch of this.#watches) if (watch.store === store) watch.end(null);
  }

  /** All end quietly, and none begins. */
  stop(): void {
    this.#stopped = true;
    for (const watch of this.#watches) watch.end(null);
  }

  /** Behind what has come. */
  failAll(error: ClusterError): void {
    for (const watch of this.#watches) watch.fail(error);
  }

  readOn(watch: Watch): void {
    const shared = this.#feeds.get(watch.nodeId);
    if (shared === undefined || shared.ring.horizon > watch.lastIndex) return;
    const before = watch.feed;
    watch.follow(shared);
    before?.close();
  }

  ended(watch: Watch): void {
    this.#watches.delete(watch);
    if (watch.signal !== undefined) this.#host.aborts.remove(watch.signal, watch);
    const { feed } = watch;
    if (feed === null || !feed.isUnused) return;
    feed.close();
    if (this.#feeds.get(watch.nodeId) === feed) this.#feeds.delete(watch.nodeId);
  }

  #begin(watch: Watch, index: number, isNow: boolean): void {
    if (watch.ended) return;
    watch.lastIndex = index;
    const { nodeId } = watch;
    const shared = this.#feeds.get(nodeId);
    if (shared !== undefined && shared.ring.horizon <= index) {
      watch.follow(shared);
      return;
    }
    const feed = new ChangeFeed(this.#host.subscriptions, nodeId, index, !isNow || shared !== undefined);
    if (!feed.catchesUp) this.#feeds.set(nodeId, feed);
    watch.follow(feed);
  }
}
