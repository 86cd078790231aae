/**
 * What a raft-node hands to its metadata-store, and when: entries it took as leader at once, since somebody waits for
 * their answers; those it follows are held back a little, since each message wakes a thread that others need more.
 * Pure: who drives it says when time is up. Order is the log's.
 */
import type { EntryRun } from '../raft/entries.js';
import { payloadBytes } from '../raft/entries.js';

/** Held back for so long at most: how far local reads of a follower lag behind what it knows to be committed. */
export const MAX_HELD_MS = 5;
/** More is not held back: what a new leader may still have to apply. */
const MAX_HELD_BYTES = 256 * 1024;

/** `answer`: this node took these proposals, so its store posts their results to the host. */
export interface CommittedBatch {
  readonly runs: readonly EntryRun[];
  readonly answer: boolean;
}

export class CommittedBatches {
  #held: EntryRun[] = [];
  #heldBytes = 0;

  get holdsAny(): boolean {
    return this.#held.length > 0;
  }

  /** What is to be handed over now. `ledTerm`: the last term in which this node led. */
  add(runs: readonly EntryRun[], ledTerm: number): CommittedBatch[] {
    const due: CommittedBatch[] = [];
    let led: EntryRun[] = [];
    for (const run of runs) {
      if (run.term === ledTerm) {
        due.push(...this.takeHeld());
        led.push(run);
        continue;
      }
      if (led.length > 0) due.push({ runs: led, answer: true });
      led = [];
      this.#held.push(run);
      this.#heldBytes += payloadBytes(run);
    }
    if (led.length > 0) due.push({ runs: led, answer: true });
    return this.#heldBytes > MAX_HELD_BYTES ? [...due, ...this.takeHeld()] : due;
  }

  /** What is held back: for whatever must come after it. */
  takeHeld(): CommittedBatch[] {
    if (this.#held.length === 0) return [];
    const runs = this.#held;
    this.#held = [];
    this.#heldBytes = 0;
    return [{ runs, answer: false }];
  }
}
