/** Pending calls by their AbortSignal, with one listener a signal: an eleventh would print a warning. */

interface Abortable {
  interrupt(cause: 'Aborted'): void;
}

interface Watched {
  readonly calls: Set<Abortable>;
  readonly listener: () => void;
}

export class AbortWatch {
  readonly #watches = new Map<AbortSignal, Watched>();

  /** Throws what a signal that is none throws. */
  add(signal: AbortSignal, call: Abortable): void {
    let watch = this.#watches.get(signal);
    if (watch === undefined) {
      const calls = new Set<Abortable>();
      const listener = (): void => {
        for (const pending of [...calls]) pending.interrupt('Aborted');
      };
      signal.addEventListener('abort', listener, { once: true });
      watch = { calls, listener };
      this.#watches.set(signal, watch);
    }
    watch.calls.add(call);
  }

  remove(signal: AbortSignal, call: Abortable): void {
    const watch = this.#watches.get(signal);
    if (watch === undefined || !watch.calls.delete(call) || watch.calls.size > 0) return;
    this.#watches.delete(signal);
    signal.removeEventListener('abort', watch.listener);
  }
}
