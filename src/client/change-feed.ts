/**
 * Changes as they come from one subscription, for all the watches that read them: kept once, however many there are. A
 * feed of all waits for none of them, and a watch that reads too slowly ends; one that catches up, for a single watch,
 * is sent no more than that reads.
 */
import { ClusterError } from '../errors.js';
import type { StoreToSubscriber } from '../messages.js';
import { ChangeRing } from '../metadata/watching/change-ring.js';
import { watchLimits } from '../metadata/watching/limits.js';
import type { WatchedChange } from '../metadata/watching/posted-changes.js';
import { readChanges } from '../metadata/watching/posted-changes.js';
import type { Subscription, SubscriptionOwner, Subscriptions } from './subscriptions.js';

const { maxUnreadChanges, maxUnreadRecords, windowMessages, catchUpWindowMessages } = watchLimits;

const bounds = { maxChanges: maxUnreadChanges, maxRecords: maxUnreadRecords };

/** A watch, as far as its feed knows it. */
export interface FeedReader {
  /** What it reads next in the ring. */
  readonly sequence: number;
  readonly lastIndex: number;
  wake(): void;
  end(error: ClusterError): void;
  fail(error: ClusterError): void;
}

export class ChangeFeed implements SubscriptionOwner {
  readonly nodeId: number | null;
  readonly to = 'changes';
  readonly window: number;
  readonly ring: ChangeRing<WatchedChange>;
  readonly catchesUp: boolean;
  readonly #subscriptions: Subscriptions;
  readonly #subscription: Subscription;
  readonly #watches = new Set<FeedReader>();
  #throughIndex: number;
  /** Messages that came, and whose credit has not been given back. */
  #unread = 0;

  constructor(subscriptions: Subscriptions, nodeId: number | null, fromIndex: number, catchesUp: boolean) {
    this.nodeId = nodeId;
    this.catchesUp = catchesUp;
    this.window = catchesUp ? catchUpWindowMessages : windowMessages;
    this.ring = new ChangeRing(bounds, ({ events }) => events.length, fromIndex);
    this.#throughIndex = fromIndex;
    this.#subscriptions = subscriptions;
    this.#subscription = subscriptions.open(this);
  }

  get isUnused(): boolean {
    return this.#watches.size === 0;
  }

  add(watch: FeedReader): void {
    this.#watches.add(watch);
  }

  remove(watch: FeedReader): void {
    this.#watches.delete(watch);
  }

  close(): void {
    this.#subscriptions.close(this.#subscription);
  }

  position(): number {
    return this.#throughIndex;
  }

  moved(): void {
    this.#unread = 0;
  }

  received(message: StoreToSubscriber): void {
    if (message.kind !== 'changes') return;
    this.#throughIndex = message.throughIndex;
    if (message.changes !== null) {
      for (const change of readChanges(message.changes)) this.ring.push(change.index, change);
    }
    this.#unread += 1;
    for (const watch of this.#watches) watch.wake();
    for (const watch of this.#watches) if (watch.sequence < this.ring.first) watch.end(tooSlow(watch));
    this.giveCredit();
  }

  failed(error: ClusterError): void {
    for (const watch of this.#watches) watch.fail(error);
  }

  /** Where all that came is read, or need not wait for that. */
  giveCredit(): void {
    if (this.#unread === 0) return;
    if (this.catchesUp) for (const watch of this.#watches) if (watch.sequence < this.ring.end) return;
    this.#subscription.giveBack(this.#unread);
    this.#unread = 0;
  }
}

function tooSlow({ lastIndex }: FeedReader): ClusterError {
  const message = `more than ${maxUnreadChanges} changes, or ${maxUnreadRecords} records of them, were not read`;
  return new ClusterError('SlowConsumer', message, { resumeFrom: lastIndex });
}
