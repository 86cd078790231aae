/**
 * Subscriptions of the host to changes and images, each kept alive at the node that is to be asked: at the end of that
 * node, or when another leads, it goes on elsewhere from where it was. Every metadata-store has the same changes, so
 * nothing is missed and nothing comes twice. What is done with them is `change-feed.ts` and `view-feed.ts`.
 */
import type { ClusterError, ErrorValue } from '../errors.js';
import { toClusterError } from '../errors.js';
import type { StoreToSubscriber, SubscriberToStore } from '../messages.js';

/** A node in one of its lives, as subscriptions see it. */
export interface SubscriptionLink {
  readonly id: number;
  readonly attached: boolean;
  postToStore(message: SubscriberToStore): void;
}

export interface SubscriptionsHost {
  /** Null: none known. */
  leader(): SubscriptionLink | null;
  links(): Iterable<SubscriptionLink>;
}

/** Whose subscription it is. */
export interface SubscriptionOwner {
  /** Null: whichever leads. */
  readonly nodeId: number | null;
  readonly to: 'changes' | 'image';
  /** Messages that may be on their way. */
  readonly window: number;
  /** The index to go on from; null: from nothing. */
  position(): number | null;
  /** Another node is asked from here on: what has come in part does not go on. */
  moved(): void;
  received(message: StoreToSubscriber): void;
  /** Nobody can go on from its position: it is closed. */
  failed(error: ClusterError): void;
}

export class Subscription {
  readonly owner: SubscriptionOwner;
  link: SubscriptionLink | null = null;
  /** At the present link. */
  id = 0;
  /** Messages handled, whose credit has not been given back. */
  owed = 0;
  /** Nodes that do not keep what follows the position, and what one of them said. */
  readonly refusedBy = new Map<SubscriptionLink, ErrorValue>();

  constructor(owner: SubscriptionOwner) {
    this.owner = owner;
  }

  /** So many more messages may come: not told one by one. */
  giveBack(messages: number): void {
    this.owed += messages;
    if (this.link === null || this.owed * 2 < this.owner.window) return;
    this.link.postToStore({ kind: 'credit', subscription: this.id, messages: this.owed });
    this.owed = 0;
  }
}

export class Subscriptions {
  readonly #host: SubscriptionsHost;
  readonly #open = new Set<Subscription>();
  /** Those that a node has been asked for. */
  readonly #byId = new Map<number, Subscription>();
  #lastId = 0;

  constructor(host: SubscriptionsHost) {
    this.#host = host;
  }

  open(owner: SubscriptionOwner): Subscription {
    const subscription = new Subscription(owner);
    this.#open.add(subscription);
    this.#direct(subscription);
    return subscription;
  }

  close(subscription: Subscription): void {
    this.#open.delete(subscription);
    this.#leave(subscription);
  }

  /** Another node leads, or a node has come or gone. */
  reroute(): void {
    for (const subscription of this.#open) this.#direct(subscription);
  }

  received(message: StoreToSubscriber): void {
    const subscription = this.#byId.get(message.subscription);
    // None: it has left that node meanwhile.
    if (subscription === undefined) return;
    if (message.kind === 'unsubscribed') {
      this.#refused(subscription, message.error);
      return;
    }
    subscription.refusedBy.clear();
    subscription.owner.received(message);
  }

  #refused(subscription: Subscription, error: ErrorValue): void {
    const { link, refusedBy, owner } = subscription;
    if (link !== null) refusedBy.set(link, error);
    this.#byId.delete(subscription.id);
    subscription.link = null;
    // Another node may keep more; none keeps more of what this one did until now.
    if (error.code === 'Compacted') this.#direct(subscription);
    if (this.#byId.get(subscription.id) === subscription) return;
    this.close(subscription);
    owner.failed(toClusterError(error));
  }

  #direct(subscription: Subscription): void {
    const link = this.#routeOf(subscription);
    if (link === subscription.link) return;
    this.#leave(subscription);
    if (link === null) return;
    const { owner } = subscription;
    this.#lastId += 1;
    this.#byId.set(this.#lastId, subscription);
    subscription.id = this.#lastId;
    subscription.link = link;
    subscription.owed = 0;
    owner.moved();
    link.postToStore({
      kind: 'subscribe',
      subscription: subscription.id,
      to: owner.to,
      fromIndex: owner.position(),
      credit: owner.window,
    });
  }

  #routeOf({ owner, link: present, refusedBy }: Subscription): SubscriptionLink | null {
    const candidates = [...this.#host.links()].filter((link) => !refusedBy.has(link));
    if (owner.nodeId !== null) return candidates.find(({ id }) => id === owner.nodeId) ?? null;
    const leader = this.#host.leader();
    if (leader !== null && candidates.includes(leader)) return leader;
    if (present !== null && candidates.includes(present)) return present;
    // Without a leader there is nothing new; but what a leader does not keep, another may.
    return refusedBy.size === 0 ? null : (candidates[0] ?? null);
  }

  #leave(subscription: Subscription): void {
    const { link, id } = subscription;
    if (link === null) return;
    this.#byId.delete(id);
    subscription.link = null;
    if (link.attached) link.postToStore({ kind: 'unsubscribe', subscription: id });
  }
}
