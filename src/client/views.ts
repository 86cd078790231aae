/** All images of a host: one for each node asked, however many views look at it. */
import { ViewFeed } from './view-feed.js';
import type { ViewFeedHost } from './view-feed.js';

/** One look at an image. */
export interface ViewUser {
  /** The image is kept current no longer. */
  close(): void;
}

export class Views {
  readonly #host: ViewFeedHost;
  readonly #users = new Map<ViewUser, ViewFeed>();

  constructor(host: ViewFeedHost) {
    this.#host = host;
  }

  /** Of this node; null: of whichever leads. */
  join(user: ViewUser, nodeId: number | null): ViewFeed {
    const known = [...this.#users.values()].find((feed) => feed.nodeId === nodeId);
    const feed = known ?? new ViewFeed(this.#host, nodeId);
    this.#users.set(user, feed);
    return feed;
  }

  leave(user: ViewUser): void {
    const feed = this.#users.get(user);
    this.#users.delete(user);
    if (feed !== undefined && ![...this.#users.values()].includes(feed)) feed.close();
  }

  /** Ends the waits that are due; the earliest deadline left. */
  endDue(now: number): number {
    return Math.min(Number.POSITIVE_INFINITY, ...[...new Set(this.#users.values())].map((feed) => feed.endDue(now)));
  }

  closeAll(): void {
    for (const user of [...this.#users.keys()]) user.close();
  }
}
