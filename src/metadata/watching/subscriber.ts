/** One subscription in a metadata-store, and what it is told of. Types only; `publisher.ts` drives them. */
import type { ErrorValue } from '../../errors.js';
import type { StoreToSubscriber, SubscriberToStore } from '../../messages.js';
import type { Image } from '../image.js';
import type { MetadataChange } from '../metadata-change.js';
import type { ChangeRing } from './change-ring.js';
import type { KeptChange } from './kept-change.js';

export type Subscribe = Extract<SubscriberToStore, { readonly kind: 'subscribe' }>;

/** What subscriptions are told of. */
export interface Published {
  readonly ring: ChangeRing<KeptChange>;
  readonly appliedIndex: number;
  image(): Image;
}

export interface Subscriber {
  /** Messages that may still be posted. */
  credit: number;
  /** Also in the ring. */
  changed(changes: readonly MetadataChange[]): void;
  /** What is applied now is not told by changes. */
  restored(): void;
  /** Why it cannot go on; null: it can. */
  ending(): ErrorValue | null;
  /** Null: there is nothing to tell. */
  next(): StoreToSubscriber | null;
}
