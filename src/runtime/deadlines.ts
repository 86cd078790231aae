/**
 * Named timers of an actor as an array of deadlines behind one coarse `setTimeout`: restarting a timer, which every
 * message from a leader does, only writes a number. Durations are the caller's; the clock is the thread's own and
 * never compared with another's.
 */

export interface Deadlines<Name extends string> {
  /** Restarts a running timer. */
  start(name: Name, delayMs: number): void;
  stop(name: Name): void;
  /**
   * One timer that was due when `onWake` was called, which is then no longer running; null: none is left. What fell
   * due later waits for the next wake, so that a stall between the two is never taken for the silence of others.
   */
  takeDue(): Name | null;
  close(): void;
}

/** `onWake` is called when a timer is due; it lets the ports be polled once before it calls `takeDue`. */
export function createDeadlines<Name extends string>(onWake: () => void): Deadlines<Name> {
  const deadlines = new Map<Name, number>();
  let timeout: NodeJS.Timeout | null = null;
  let wakeAt = Number.POSITIVE_INFINITY;
  let wokenAt = Number.NEGATIVE_INFINITY;

  const arm = (at: number): void => {
    if (at >= wakeAt) return;
    if (timeout !== null) clearTimeout(timeout);
    wakeAt = at;
    timeout = setTimeout(wake, Math.max(0, at - performance.now()));
  };
  const armEarliest = (): void => {
    const earliest = Math.min(...deadlines.values());
    if (earliest !== Number.POSITIVE_INFINITY) arm(earliest);
  };
  const wake = (): void => {
    timeout = null;
    wakeAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    if (Math.min(...deadlines.values()) > now) {
      armEarliest();
      return;
    }
    wokenAt = now;
    onWake();
  };

  return {
    start(name, delayMs) {
      const at = performance.now() + delayMs;
      deadlines.set(name, at);
      arm(at);
    },
    stop(name) {
      deadlines.delete(name);
    },
    takeDue() {
      for (const [name, at] of deadlines) {
        if (at > wokenAt) continue;
        deadlines.delete(name);
        return name;
      }
      if (wokenAt !== Number.NEGATIVE_INFINITY) {
        wokenAt = Number.NEGATIVE_INFINITY;
        armEarliest();
      }
      return null;
    },
    close() {
      if (timeout !== null) clearTimeout(timeout);
      deadlines.clear();
    },
  };
}
