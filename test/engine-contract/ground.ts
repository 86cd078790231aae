/** What the contract needs of an engine to be tried on: how to start it, to join it, and to cut it off. Types only. */
import type { MessagePort } from 'node:worker_threads';
import type { Actor } from '../../src/runtime/actor-system.js';

export interface RunningEngine {
  readonly actor: Pick<Actor<unknown>, 'stop' | 'ended'>;
  /** The neighbours' ends of its ports. */
  readonly host: MessagePort;
  readonly store: MessagePort;
}

/** One log of its own, and all engines on it. */
export interface Ground extends AsyncDisposable {
  /** The engine that will lead, with `TRAILING_ENTRIES` kept behind a snapshot. */
  first(): Promise<RunningEngine>;
  /** One more on the same log, which knows nothing yet. */
  another(): Promise<RunningEngine>;
  /** The end of the log, as the first engine's status has it. */
  lastIndex(): Promise<number>;
  /** Whether the log begins behind entry 1 by now. */
  trimmed(): Promise<boolean>;
  /** From now on the first engine cannot confirm anything. */
  isolate(): Promise<void>;
}

export const TRAILING_ENTRIES = 5;
