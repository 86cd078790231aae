/** The image of one subscription, for all the views that look at it, and those who wait for it to reach an index. */
import type { ClusterError } from '../errors.js';
import type { StoreToSubscriber } from '../messages.js';
import { watchLimits } from '../metadata/watching/limits.js';
import { readSteps } from '../metadata/watching/posted-image.js';
import { ViewDraft } from '../metadata/watching/view-draft.js';
import { ViewImage } from '../metadata/watching/view-image.js';
import type { AbortWatch } from './aborts.js';
import type { CallTerms, Interruption } from './call.js';
import type { Subscription, SubscriptionOwner, Subscriptions } from './subscriptions.js';

export interface ViewFeedHost {
  readonly aborts: AbortWatch;
  readonly subscriptions: Subscriptions;
  watchDeadline(deadline: number): void;
}

/** Who waits for an index. */
interface IndexWait extends CallTerms {
  readonly index: number;
  readonly waiter: object;
  readonly resolve: () => void;
  readonly reject: (error: ClusterError) => void;
  interrupt(cause: Interruption): void;
}

export interface IndexTerms extends CallTerms {
  readonly index: number;
  /** By which its waits are ended: see `endWaits`. */
  readonly waiter: object;
  /** What an interrupted wait rejects with. */
  readonly errorOf: (cause: Interruption) => ClusterError;
}

export class ViewFeed implements SubscriptionOwner {
  readonly nodeId: number | null;
  readonly to = 'image';
  readonly window = watchLimits.windowMessages;
  readonly #host: ViewFeedHost;
  readonly #subscription: Subscription;
  readonly #waits = new Set<IndexWait>();
  /** The next image, until its last slice has come. */
  #draft: ViewDraft | null = null;
  #image = ViewImage.empty;
  /** Of the image; -1: none has come. */
  #index = -1;

  constructor(host: ViewFeedHost, nodeId: number | null) {
    this.#host = host;
    this.nodeId = nodeId;
    this.#subscription = host.subscriptions.open(this);
  }

  get image(): ViewImage {
    return this.#image;
  }

  get index(): number {
    return this.#index;
  }

  close(): void {
    this.#host.subscriptions.close(this.#subscription);
  }

  position(): number | null {
    return this.#index === -1 ? null : this.#index;
  }

  moved(): void {
    this.#draft = null;
  }

  received(message: StoreToSubscriber): void {
    if (message.kind !== 'image') return;
    this.#draft ??= new ViewDraft(this.#image, message.whole);
    for (const step of readSteps(message.steps)) this.#draft.take(step);
    if (message.last) {
      this.#image = this.#draft.finish();
      this.#index = message.index;
      this.#draft = null;
      for (const wait of this.#waits) if (wait.index <= this.#index) this.#settle(wait).resolve();
    }
    this.#subscription.giveBack(1);
  }

  /** An image is always to be had: nobody refuses it. */
  failed(): void {
    this.#draft = null;
  }

  /** Resolves when the image is of this index, or a later one. */
  reach({ index, waiter, deadline, signal, errorOf }: IndexTerms): Promise<void> {
    if (index <= this.#index) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const interrupt = (cause: Interruption): void => {
        this.#settle(wait).reject(errorOf(cause));
      };
      const wait: IndexWait = { index, waiter, deadline, signal, resolve, reject, interrupt };
      if (signal?.aborted === true) {
        reject(errorOf('Aborted'));
        return;
      }
      this.#waits.add(wait);
      if (signal !== undefined) this.#host.aborts.add(signal, wait);
      this.#host.watchDeadline(deadline);
    });
  }

  /** Of one waiter: they resolve, or are interrupted. */
  endWaits(waiter: object, cause: Interruption | null): void {
    for (const wait of this.#waits) {
      if (wait.waiter !== waiter) continue;
      if (cause === null) this.#settle(wait).resolve();
      else wait.interrupt(cause);
    }
  }

  /** Ends those that are due; the earliest deadline left. */
  endDue(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) {
      if (wait.deadline <= now) wait.interrupt('Timeout');
      else if (wait.deadline < earliest) earliest = wait.deadline;
    }
    return earliest;
  }

  #settle(wait: IndexWait): IndexWait {
    this.#waits.delete(wait);
    if (wait.signal !== undefined) this.#host.aborts.remove(wait.signal, wait);
    return wait;
  }
}
