/**
 * What signals do: the first one ends the work in an orderly way, another one, meant as such, the process at once.
 */
import { ExitCode } from './errors.js';

/** npm passes a Ctrl-C on to a process that the terminal has already told; only a later one is a second one. */
const SAME_PRESS_MS = 300;
const SIGNAL_EXIT_CODES = { SIGINT: ExitCode.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

export interface Interrupts {
  /** Aborted by the first. */
  readonly signal: AbortSignal;
  /** That of the first; undefined before. */
  readonly exitCode: number | undefined;
  receive(name: keyof typeof SIGNAL_EXIT_CODES): void;
}

/** `nowMs`: a clock that never goes back. */
export function createInterrupts(nowMs: () => number, endAtOnce: (exitCode: number) => void): Interrupts {
  const interrupt = new AbortController();
  let exitCode: number | undefined;
  let firstAtMs = 0;
  return {
    signal: interrupt.signal,
    get exitCode() {
      return exitCode;
    },
    receive(name) {
      if (exitCode !== undefined) {
        if (nowMs() - firstAtMs > SAME_PRESS_MS) endAtOnce(exitCode);
        return;
      }
      exitCode = SIGNAL_EXIT_CODES[name];
      firstAtMs = nowMs();
      interrupt.abort();
    },
  };
}
