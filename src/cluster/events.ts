/**
 * Leader, node, link, membership and health changes as async iterables, in the order the host learns of them.
 */
import { ClusterError } from '../errors.js';

export interface ClusterEvent {
  /** Unix ms. */
  at: number;
  kind: 'leader' | 'node' | 'link' | 'membership' | 'health';
  [detail: string]: unknown;
}

/** Events kept for a consumer that does not read them; one more ends its iterable with `SlowConsumer`. */
const MAX_UNREAD_EVENTS = 10_000;

interface Subscription {
  readonly unread: ClusterEvent[];
  ended: boolean;
  failure: ClusterError | null;
  wake: (() => void) | null;
}

export class EventFeed {
  #subscriptions = new Set<Subscription>();

  emit(kind: ClusterEvent['kind'], details: Readonly<Record<string, unknown>>): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.unread.length >= MAX_UNREAD_EVENTS) {
        subscription.failure = new ClusterError('SlowConsumer', `${MAX_UNREAD_EVENTS} events were not read`);
        this.#end(subscription);
        continue;
      }
      subscription.unread.push({ at: Date.now(), kind, ...details });
      subscription.wake?.();
    }
  }

  /** From now on; an abort or the end of the cluster ends it quietly. */
  subscribe(signal: AbortSignal | null): AsyncIterable<ClusterEvent> {
    const subscription: Subscription = { unread: [], ended: signal?.aborted ?? false, failure: null, wake: null };
    const end = (): void => {
      signal?.removeEventListener('abort', end);
      this.#end(subscription);
    };
    if (!subscription.ended) {
      this.#subscriptions.add(subscription);
      signal?.addEventListener('abort', end, { once: true });
    }
    return iterate(subscription, end);
  }

  close(): void {
    for (const subscription of this.#subscriptions) this.#end(subscription);
  }

  #end(subscription: Subscription): void {
    this.#subscriptions.delete(subscription);
    subscription.ended = true;
    subscription.wake?.();
  }
}

async function* iterate(subscription: Subscription, end: () => void): AsyncGenerator<ClusterEvent, void, void> {
  try {
    for (;;) {
      const event = subscription.unread.shift();
      if (event !== undefined) {
        yield event;
        continue;
      }
      if (subscription.failure !== null) throw subscription.failure;
      if (subscription.ended) return;
      await new Promise<void>((resolve) => {
        subscription.wake = resolve;
      });
      subscription.wake = null;
    }
  } finally {
    end();
  }
}
