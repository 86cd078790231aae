/**
 * Writes that left under the present target and are not answered yet: the credit that bounds the queue of the node
 * that leads. Few batches are on their way at once: what comes meanwhile leaves together, so that under load a batch
 * is as large as the load, and the cost of its messages is shared by all in it.
 */
import { clientLimits } from './limits.js';

/** One `propose` message. */
export interface Batch {
  /** The number of the target it was sent to. */
  readonly target: number;
  unanswered: number;
}

export class SendWindow {
  #target = 0;
  #batches = 0;
  #operations = 0;
  #bytes = 0;

  get empty(): boolean {
    return this.#operations === 0;
  }

  /** Another batch may leave. */
  get open(): boolean {
    return this.#batches < clientLimits.maxInFlightBatches && this.hasRoom;
  }

  /** Another write may leave, in a batch that does. */
  get hasRoom(): boolean {
    return this.#operations < clientLimits.maxInFlightOperations && this.#bytes < clientLimits.maxInFlightBytes;
  }

  /** Another target: what went to the one before is no load on it. */
  reset(target: number): void {
    this.#target = target;
    this.#batches = 0;
    this.#operations = 0;
    this.#bytes = 0;
  }

  openBatch(): Batch {
    return { target: this.#target, unanswered: 0 };
  }

  take(batch: Batch, bytes: number): void {
    if (batch.unanswered === 0) this.#batches += 1;
    batch.unanswered += 1;
    this.#operations += 1;
    this.#bytes += bytes;
  }

  /** Whether a write that left in this batch holds credit still: its target is the present one. */
  holds(batch: Batch | null): boolean {
    return batch?.target === this.#target;
  }

  /** A write that left in this batch has been answered; nothing if that was under another target. */
  giveBack(batch: Batch | null, bytes: number): void {
    if (batch?.target !== this.#target) return;
    batch.unanswered -= 1;
    if (batch.unanswered === 0) this.#batches -= 1;
    this.#operations -= 1;
    this.#bytes -= bytes;
  }
}
