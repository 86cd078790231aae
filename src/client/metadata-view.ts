/**
 * `store.view()`: a copy of the metadata in the caller's own thread that is kept current. The image is made by
 * `view-feed.ts` and shared by all views of a host; what a store's calls come to waits for its views here.
 */
import { ClusterError } from '../errors.js';
import type { BrokerInfo, PartitionInfo, TopicInfo } from '../metadata/model.js';
import type { CallTerms, Interruption } from './call.js';
import { readCallArguments, readLogIndex, unreadable } from './options.js';
import type { Wait } from './options.js';
import type { Router } from './router.js';
import type { ViewFeed } from './view-feed.js';

/**
 * At least as new as every call that its store has answered. Reads are synchronous and take no message; what they give
 * is frozen, and a record, a list or the image is the same object until it changes. Closed, or its store or cluster
 * ended: everything but `close` throws `Stopped`, since a copy that is kept current no longer must not pass for one.
 */
export interface MetadataView extends Disposable {
  /** The log index up to which it holds everything. */
  readonly index: number;
  /** To be compared: the same object until something changes. */
  readonly image: object;
  getBroker(id: number): Readonly<BrokerInfo> | undefined;
  /** By id. */
  listBrokers(): readonly Readonly<BrokerInfo>[];
  getTopic(name: string): Readonly<TopicInfo> | undefined;
  /** By name. */
  listTopics(): readonly Readonly<TopicInfo>[];
  getPartition(topic: string, partition: number): Readonly<PartitionInfo> | undefined;
  /** By number; of an unknown topic: empty. */
  listPartitions(topic: string): readonly Readonly<PartitionInfo>[];
  /** Resolves when `index` is reached. Timeout, NoLeader, Aborted, Stopped. */
  waitForIndex(index: number, o?: Wait): Promise<void>;
  /** Idempotent. */
  close(): void;
}

export interface OpenViewTerms {
  readonly router: Router;
  readonly nodeId: number | null;
  /** It looked at this. */
  closed(feed: ViewFeed): void;
}

export class OpenView implements MetadataView {
  readonly #terms: OpenViewTerms;
  /** Null: closed. */
  #feed: ViewFeed | null;

  constructor(terms: OpenViewTerms) {
    this.#terms = terms;
    this.#feed = terms.router.views.join(this, terms.nodeId);
  }

  /** Throws `Stopped` where it is closed. */
  get feed(): ViewFeed {
    if (this.#feed === null) throw new ClusterError('Stopped', 'the view, its store or its cluster is closed');
    return this.#feed;
  }

  get index(): number {
    return this.feed.index;
  }

  get image(): object {
    return this.feed.image;
  }

  getBroker(id: number): Readonly<BrokerInfo> | undefined {
    return this.feed.image.brokers.get(id);
  }

  listBrokers(): readonly Readonly<BrokerInfo>[] {
    return this.feed.image.listBrokers();
  }

  getTopic(name: string): Readonly<TopicInfo> | undefined {
    return this.feed.image.findTopic(name)?.info;
  }

  listTopics(): readonly Readonly<TopicInfo>[] {
    return this.feed.image.listTopics();
  }

  getPartition(topic: string, partition: number): Readonly<PartitionInfo> | undefined {
    return this.feed.image.findPartition(topic, partition);
  }

  listPartitions(topic: string): readonly Readonly<PartitionInfo>[] {
    return this.feed.image.listPartitions(topic);
  }

  async waitForIndex(index: number, o?: Wait): Promise<void> {
    const { router } = this.#terms;
    let terms: CallTerms;
    try {
      readLogIndex(index, 'index');
      terms = readCallArguments(o, router.options.proposalTimeoutMs);
    } catch (thrown) {
      throw unreadable(thrown);
    }
    await this.reach(index, terms);
  }

  reach(index: number, { deadline, signal }: CallTerms): Promise<void> {
    const errorOf = (cause: Interruption): ClusterError => this.#terms.router.neverSent(cause);
    return this.feed.reach({ index, waiter: this, deadline, signal, errorOf });
  }

  close(): void {
    const feed = this.#feed;
    if (feed === null) return;
    this.#feed = null;
    feed.endWaits(this, 'Stopped');
    this.#terms.router.views.leave(this);
    this.#terms.closed(feed);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
