/**
 * Leader, node, link, membership and health changes as async iterables, in the order the host learns of them.
 */
import { ClusterError } from '../errors.js';
import type { HostLogger } from '../runtime/logger.js';

/**
 * Of kind 'health': `{ healthy, reasons }` as in `ClusterStatus`, with the problems of the metadata among the reasons.
 * The first tells how things stand, within some 100 ms of the subscription; the others that another set of reasons
 * holds.
 */
export interface ClusterEvent {
  /** Unix ms. */
  at: number;
  kind: 'leader' | 'controller' | 'node' | 'link' | 'membership' | 'health';
  [detail: string]: unknown;
}

/** Events kept for a consumer that does not read them; one more ends its iterable with `SlowConsumer`. */
const MAX_UNREAD_EVENTS = 10_000;

interface Subscription {
  readonly unread: ClusterEvent[];
  /** The last state it was told, by kind. */
  readonly states: Map<ClusterEvent['kind'], string>;
  ended: boolean;
  failure: ClusterError | null;
  wake: (() => void) | null;
}

/** Logs each event; what says nothing of a term happened in that of the leader. */
export function eventLog(logger: HostLogger | null, term: () => number | undefined): EventFeed['onEvent'] {
  const lines = logger?.child({ actor: 'host' });
  return (kind, details) => lines?.info({ term: term(), ...details }, kind);
}

export class EventFeed {
  onEvent: (kind: ClusterEvent['kind'], details: Readonly<Record<string, unknown>>) => void = () => undefined;
  #subscriptions = new Set<Subscription>();
  readonly #onSubscribe: () => void;

  constructor(onSubscribe: () => void) {
    this.#onSubscribe = onSubscribe;
  }

  get listened(): boolean {
    return this.#subscriptions.size > 0;
  }

  emit(kind: ClusterEvent['kind'], details: Readonly<Record<string, unknown>>): void {
    this.onEvent(kind, details);
    for (const subscription of this.#subscriptions) this.#push(subscription, kind, details);
  }

  /** To those who were not told last that it is this state. */
  emitState(kind: ClusterEvent['kind'], state: string, details: Readonly<Record<string, unknown>>): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.states.get(kind) === state) continue;
      subscription.states.set(kind, state);
      this.#push(subscription, kind, details);
    }
  }

  /** From now on; an abort or the end of the cluster ends it quietly. */
  subscribe(signal: AbortSignal | null): AsyncIterable<ClusterEvent> {
    const ended = signal?.aborted ?? false;
    const subscription: Subscription = { unread: [], states: new Map(), ended, failure: null, wake: null };
    const end = (): void => {
      signal?.removeEventListener('abort', end);
      this.#end(subscription);
    };
    if (!subscription.ended) {
      this.#subscriptions.add(subscription);
      signal?.addEventListener('abort', end, { once: true });
      this.#onSubscribe();
    }
    return iterate(subscription, end);
  }

  close(): void {
    for (const subscription of this.#subscriptions) this.#end(subscription);
  }

  #push(subscription: Subscription, kind: ClusterEvent['kind'], details: Readonly<Record<string, unknown>>): void {
    if (subscription.unread.length >= MAX_UNREAD_EVENTS) {
      subscription.failure = new ClusterError('SlowConsumer', `${MAX_UNREAD_EVENTS} events were not read`);
      this.#end(subscription);
      return;
    }
    subscription.unread.push({ at: Date.now(), kind, ...details });
    subscription.wake?.();
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
