/**
 * The deadlines of all calls of a router behind one coarse timer. It keeps only a lower bound of them: calls mostly
 * settle long before, so looking through the pending ones when the bound is reached costs less than a queue that each
 * call enters and leaves.
 */
import { clientLimits } from './limits.js';

const longestDelayMs = 0x7fff_ffff;

export class DeadlineWatch {
  /** Ends what was due at `now` and answers the earliest deadline left, or Infinity. */
  readonly #expire: (now: number) => number;
  #earliest = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(expire: (now: number) => number) {
    this.#expire = expire;
  }

  add(deadline: number): void {
    if (deadline >= this.#earliest) return;
    clearTimeout(this.#timer);
    this.#arm(deadline);
  }

  close(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    // No later deadline is earlier: nothing arms again.
    this.#earliest = Number.NEGATIVE_INFINITY;
  }

  #arm(deadline: number): void {
    this.#earliest = deadline;
    const delayMs = Math.max(clientLimits.deadlineGranularityMs, deadline - performance.now());
    this.#timer = setTimeout(this.#wake, Math.min(delayMs, longestDelayMs));
  }

  /**
   * An answer that arrived before its deadline while this thread stood still must win, so the ports are polled once
   * more first.
   */
  readonly #wake = (): void => {
    const dueAt = performance.now();
    this.#immediate = setImmediate(() => {
      this.#earliest = Number.NEGATIVE_INFINITY;
      const next = this.#expire(dueAt);
      this.#earliest = Number.POSITIVE_INFINITY;
      if (next !== Number.POSITIVE_INFINITY) this.#arm(next);
    });
  };
}
