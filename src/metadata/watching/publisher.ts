/**
 * What a metadata-store tells those who subscribed to its changes or its image, and the changes that it keeps for
 * them. Pure: messages go out through a function, each within the credit of its subscription.
 */
import type { StoreToSubscriber, SubscriberToStore } from '../../messages.js';
import type { Image } from '../image.js';
import type { MetadataMachine } from '../metadata-state-machine.js';
import { ChangeRing } from './change-ring.js';
import { ChangeSubscriber } from './change-subscriber.js';
import { ImageSubscriber } from './image-subscriber.js';
import type { KeptChange } from './kept-change.js';
import { keepChange, sizeOfChange } from './kept-change.js';
import { watchLimits } from './limits.js';
import type { Published, Subscriber } from './subscriber.js';

export class Publisher implements Published {
  readonly ring: ChangeRing<KeptChange>;
  readonly #machine: Pick<MetadataMachine, 'image' | 'takeChanges'>;
  readonly #post: (message: StoreToSubscriber) => void;
  readonly #subscribers = new Map<number, Subscriber>();
  #appliedIndex: number;

  constructor(
    machine: Pick<MetadataMachine, 'image' | 'takeChanges'>,
    appliedIndex: number,
    post: (message: StoreToSubscriber) => void,
  ) {
    const { maxKeptChanges, maxKeptRecords } = watchLimits;
    this.ring = new ChangeRing({ maxChanges: maxKeptChanges, maxRecords: maxKeptRecords }, sizeOfChange, appliedIndex);
    this.#machine = machine;
    this.#post = post;
    this.#appliedIndex = appliedIndex;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  image(): Image {
    return this.#machine.image();
  }

  /** A batch of entries, up to this index. */
  applied(index: number): void {
    const changes = this.#machine.takeChanges();
    for (const change of changes) this.ring.push(change.index, keepChange(change));
    this.#appliedIndex = index;
    for (const subscriber of this.#subscribers.values()) subscriber.changed(changes);
    this.#postAll();
  }

  /** A snapshot: what it changed is not known. */
  restored(index: number): void {
    this.ring.restart(index);
    this.#appliedIndex = index;
    for (const subscriber of this.#subscribers.values()) subscriber.restored();
    this.#postAll();
  }

  receive(message: SubscriberToStore): void {
    const { subscription } = message;
    switch (message.kind) {
      case 'subscribe':
        this.#subscribers.set(
          subscription,
          message.to === 'image' ? new ImageSubscriber(this, message) : new ChangeSubscriber(this, message),
        );
        break;
      case 'credit': {
        // None: it has ended while the credit was on its way.
        const subscriber = this.#subscribers.get(subscription);
        if (subscriber !== undefined) subscriber.credit += message.messages;
        break;
      }
      case 'unsubscribe':
        this.#subscribers.delete(subscription);
    }
    this.#postAll();
  }

  #postAll(): void {
    for (const [subscription, subscriber] of this.#subscribers) {
      const error = subscriber.ending();
      if (error === null) this.#postTo(subscriber);
      else {
        this.#subscribers.delete(subscription);
        this.#post({ kind: 'unsubscribed', subscription, error });
      }
    }
  }

  #postTo(subscriber: Subscriber): void {
    while (subscriber.credit > 0) {
      const message = subscriber.next();
      if (message === null) return;
      subscriber.credit -= 1;
      this.#post(message);
    }
  }
}
