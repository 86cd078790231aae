/**
 * One consumer of changes: reads its feed at its own pace. Not an async generator: ten consumers of all writes call
 * `next` a million times a second.
 */
import type { ClusterError } from '../errors.js';
import type { WatchedChange } from '../metadata/watching/posted-changes.js';
import type { ChangeFeed, FeedReader } from './change-feed.js';

interface Waiting {
  readonly resolve: (result: IteratorResult<WatchedChange, undefined>) => void;
  readonly reject: (error: ClusterError) => void;
}

export interface WatchOwner {
  /** It is about to read on in a feed that catches up: another may have what it needs. */
  readOn(watch: Watch): void;
  ended(watch: Watch): void;
}

const DONE = { value: undefined, done: true } as const;

export class Watch implements AsyncIterableIterator<WatchedChange, undefined>, FeedReader {
  readonly store: object;
  readonly nodeId: number | null;
  readonly signal: AbortSignal | undefined;
  /** What it reads next in its feed. */
  sequence = 0;
  /** Everything up to here has been given out, or was not asked for. */
  lastIndex = 0;
  readonly #owner: WatchOwner;
  #feed: ChangeFeed | null = null;
  readonly #waiting: Waiting[] = [];
  /** Nothing more comes; an error is given out once, behind what has come. */
  #ended = false;
  #error: ClusterError | null = null;

  constructor(owner: WatchOwner, { store, nodeId, signal }: Pick<Watch, 'store' | 'nodeId' | 'signal'>) {
    this.#owner = owner;
    this.store = store;
    this.nodeId = nodeId;
    this.signal = signal;
  }

  get ended(): boolean {
    return this.#ended;
  }

  get feed(): ChangeFeed | null {
    return this.#feed;
  }

  /** Reads there from now on, behind `lastIndex`. */
  follow(feed: ChangeFeed): void {
    this.#feed?.remove(this);
    this.#feed = feed;
    this.sequence = feed.ring.sequenceAfter(this.lastIndex);
    feed.add(this);
    this.wake();
  }

  next(): Promise<IteratorResult<WatchedChange, undefined>> {
    const value = this.#take();
    if (value !== null) return Promise.resolve({ value, done: false });
    if (!this.#ended) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    const error = this.#takeError();
    return error === null ? Promise.resolve(DONE) : Promise.reject(error);
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.end(null);
    return Promise.resolve(DONE);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Something has come. */
  wake(): void {
    for (;;) {
      const value = this.#waiting.length === 0 ? null : this.#take();
      if (value === null) return;
      this.#waiting.shift()?.resolve({ value, done: false });
    }
  }

  /** Now: quietly, or with an error. What has come and was not read is dropped. */
  end(error: ClusterError | null): void {
    this.#finish(error);
    this.#feed = null;
    if (error === null) this.#error = null;
  }

  /** With an error behind what has come: nothing follows it. */
  fail(error: ClusterError): void {
    this.#finish(error);
  }

  interrupt(): void {
    this.end(null);
  }

  #finish(error: ClusterError | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#feed?.remove(this);
    this.#owner.ended(this);
    for (const { resolve, reject } of this.#waiting.splice(0)) {
      const first = this.#takeError();
      if (first === null) resolve(DONE);
      else reject(first);
    }
  }

  #takeError(): ClusterError | null {
    const error = this.#error;
    this.#error = null;
    return error;
  }

  #take(): WatchedChange | null {
    if (this.#feed?.catchesUp === true && !this.#ended) this.#owner.readOn(this);
    const feed = this.#feed;
    if (feed === null) return null;
    for (let change = feed.ring.get(this.sequence); change !== undefined; change = feed.ring.get(this.sequence)) {
      this.sequence += 1;
      if (change.index <= this.lastIndex) continue;
      this.lastIndex = change.index;
      return change;
    }
    feed.giveCredit();
    return null;
  }
}
