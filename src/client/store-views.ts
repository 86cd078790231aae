/**
 * The views of one store: a call of it is settled only once they have reached the index of its answer, so that what is
 * read from a view is never older than what a call has said.
 */
import { ClusterError } from '../errors.js';
import type { Call, Interruption } from './call.js';
import { OpenView } from './metadata-view.js';
import type { MetadataView } from './metadata-view.js';
import { readCallArguments, unreadable } from './options.js';
import type { CallArguments } from './options.js';
import { stopped } from './outcomes.js';
import type { Router } from './router.js';
import type { ViewFeed } from './view-feed.js';

/** A call whose answer has come. */
export interface Answered<Asked extends Call> {
  readonly index: number;
  readonly call: Asked;
  /** An error is what the call rejects with. */
  readonly value: unknown;
}

/** What a kind of call has to do with being held back. */
export interface Holding<Asked extends Call> {
  held(call: Asked): void;
  released(call: Asked): void;
  /** It was interrupted instead. */
  errorOf(call: Asked, cause: Interruption): ClusterError;
}

export class StoreViews {
  readonly #router: Router;
  readonly #nodeId: number | null;
  /** On their way, or open: nothing is held back for those on their way. */
  readonly #views = new Set<OpenView>();
  readonly #open = new Set<OpenView>();
  /** Of those that are open, which look at the same. */
  #feed: ViewFeed | null = null;
  /** The highest index of the calls that were settled. */
  #settledIndex = 0;
  #closed = false;

  constructor(router: Router, nodeId: number | null) {
    this.#router = router;
    this.#nodeId = nodeId;
  }

  async open(o: unknown): Promise<MetadataView> {
    const call = this.#read(o);
    if (this.#closed) throw stopped();
    const view: OpenView = new OpenView({
      router: this.#router,
      nodeId: this.#nodeId,
      closed: (feed) => {
        this.#forget(view, feed);
      },
    });
    this.#views.add(view);
    try {
      await view.reach(await this.#router.currentIndex(this.#nodeId, call), call);
      // What was answered meanwhile may be of a later index than the image.
      while (view.index < this.#settledIndex) await view.reach(this.#settledIndex, call);
    } catch (error) {
      view.close();
      throw error;
    }
    this.#open.add(view);
    this.#feed = view.feed;
    return view;
  }

  /** For the answer form of a call: the value, or a promise of it. */
  settle<Asked extends Call>(answered: Answered<Asked>, holding: Holding<Asked>): unknown {
    const { index, value } = answered;
    // That a node leads no more says nothing of the metadata, and its read is asked again.
    if (value instanceof ClusterError && value.code === 'NotLeader') return value;
    if (this.#feed !== null && this.#feed.index < index) return this.#hold(this.#feed, answered, holding);
    this.#settledIndex = Math.max(this.#settledIndex, index);
    return value;
  }

  close(): void {
    this.#closed = true;
    for (const view of this.#views) view.close();
  }

  #read(o: unknown): CallArguments {
    try {
      return readCallArguments(o, this.#router.options.proposalTimeoutMs);
    } catch (thrown) {
      throw unreadable(thrown);
    }
  }

  /** Nothing is held back any more for a view that is closed. */
  #forget(view: OpenView, feed: ViewFeed): void {
    this.#views.delete(view);
    this.#open.delete(view);
    if (this.#open.size > 0) return;
    this.#feed = null;
    feed.endWaits(this, null);
  }

  async #hold<Asked extends Call>(
    feed: ViewFeed,
    { index, call, value }: Answered<Asked>,
    holding: Holding<Asked>,
  ): Promise<unknown> {
    holding.held(call);
    const { deadline, signal } = call;
    const errorOf = (cause: Interruption): ClusterError => holding.errorOf(call, cause);
    await feed.reach({ index, waiter: this, deadline, signal, errorOf });
    holding.released(call);
    this.#settledIndex = Math.max(this.#settledIndex, index);
    if (value instanceof ClusterError) throw value;
    return value;
  }
}
