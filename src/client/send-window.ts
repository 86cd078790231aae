/**
 * Writes that left under the present target and are not answered yet: the credit that bounds the queue of the node
 * that leads.
 */
import { clientLimits } from './limits.js';

export class SendWindow {
  #operations = 0;
  #bytes = 0;

  get empty(): boolean {
    return this.#operations === 0;
  }

  get open(): boolean {
    return this.#operations < clientLimits.maxInFlightOperations && this.#bytes < clientLimits.maxInFlightBytes;
  }

  take(bytes: number): void {
    this.#operations += 1;
    this.#bytes += bytes;
  }

  giveBack(bytes: number): void {
    this.#operations -= 1;
    this.#bytes -= bytes;
  }

  /** Another target: what went to the one before is no load on it. */
  reset(): void {
    this.#operations = 0;
    this.#bytes = 0;
  }
}
