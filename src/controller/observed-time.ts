/**
 * Time as its owner has been awake to see it: of a longer gap between two looks no more counts than a look ahead can
 * explain, so that a stall of one's own is never taken for the silence of others.
 */

export class ObservedTime {
  readonly #longestStepMs: number;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #seenMs = 0;

  constructor(longestStepMs: number) {
    this.#longestStepMs = longestStepMs;
  }

  /** `now` never goes back; nor does what this gives. */
  at(now: number): number {
    this.#seenMs += Math.min(Math.max(0, now - this.#lookedAt), this.#longestStepMs);
    this.#lookedAt = now;
    return this.#seenMs;
  }
}
