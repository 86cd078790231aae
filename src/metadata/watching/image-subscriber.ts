/**
 * One subscription to the image in a metadata-store: the steps from what the view knows to what is applied, conflated
 * for as long as it gives no credit. Where too little is kept to tell the steps, it is told the whole image.
 */
import { must } from '../../assert.js';
import type { StoreToSubscriber } from '../../messages.js';
import type { MetadataChange } from '../metadata-change.js';
import { stepsToImage, stepsToTouched } from './image-steps.js';
import { changeOf } from './kept-change.js';
import { RecordPacker } from './packed-records.js';
import { packSteps } from './posted-image.js';
import type { Published, Subscribe, Subscriber } from './subscriber.js';
import { TouchedRecords } from './touched-records.js';

/** On its way, slice by slice; the image that it is of does not change. */
interface Sending {
  readonly index: number;
  readonly whole: boolean;
  readonly slices: ReturnType<typeof packSteps>;
}

export class ImageSubscriber implements Subscriber {
  credit: number;
  readonly #published: Published;
  readonly #subscription: number;
  readonly #packer = new RecordPacker();
  /** Of the image that was told last, whether or not its slices have all gone; -1: none. */
  #toldIndex: number;
  #whole: boolean;
  #touched = new TouchedRecords();
  #sending: Sending | null = null;

  constructor(published: Published, { subscription, credit, fromIndex }: Subscribe) {
    const { ring } = published;
    this.credit = credit;
    this.#published = published;
    this.#subscription = subscription;
    this.#toldIndex = fromIndex ?? -1;
    this.#whole = fromIndex === null || fromIndex < ring.horizon;
    if (fromIndex === null || this.#whole) return;
    for (let sequence = ring.sequenceAfter(fromIndex); sequence < ring.end; sequence += 1) {
      this.#touched.add(changeOf(ring.indexAt(sequence), must(ring.get(sequence), 'a change that is kept')));
    }
  }

  changed(changes: readonly MetadataChange[]): void {
    if (!this.#whole) for (const change of changes) this.#touched.add(change);
  }

  restored(): void {
    this.#whole = true;
    this.#touched = new TouchedRecords();
  }

  ending(): null {
    return null;
  }

  next(): StoreToSubscriber | null {
    this.#sending ??= this.#begin();
    if (this.#sending === null) return null;
    const { index, whole, slices } = this.#sending;
    const { value: steps, done: last = false } = slices.next();
    if (last) this.#sending = null;
    return { kind: 'image', subscription: this.#subscription, index, whole, last, steps };
  }

  /** Null: the view knows all that is applied here, or more. */
  #begin(): Sending | null {
    const { appliedIndex } = this.#published;
    if (appliedIndex <= this.#toldIndex) return null;
    const image = this.#published.image();
    const whole = this.#whole;
    const slices = packSteps(this.#packer, whole ? stepsToImage(image) : stepsToTouched(image, this.#touched));
    this.#toldIndex = appliedIndex;
    this.#whole = false;
    this.#touched = new TouchedRecords();
    return { index: appliedIndex, whole, slices };
  }
}
