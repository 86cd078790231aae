/**
 * One client session (thesis 6.3): numbers a store's writes and knows the lowest one whose answer is still wanted,
 * below which the state machine need keep none. Sequence 0 opens the session.
 */
import { randomUUID } from 'node:crypto';
import { generatedRequestId, sessionOfUuid } from '../state-machine/request-id.js';
import { clientLimits } from './limits.js';
import { PendingWindow } from './pending-window.js';

export class Session<Pending> {
  /** As in an envelope. */
  readonly id = sessionOfUuid(randomUUID());
  /** Writes whose answer has not come, settled or not. */
  readonly pending = new PendingWindow<Pending>();
  /**
   * Sequences that ended as `OutcomeUnknown`, oldest first, with the next sequence at that time: asked again under
   * their request id, they get the first answer.
   */
  readonly #unknown = new Map<number, number>();
  #nextSequence = 0;
  #lowest = 1;

  takeSequence(): number {
    const sequence = this.#nextSequence;
    this.#nextSequence += 1;
    return sequence;
  }

  get exhausted(): boolean {
    return this.#nextSequence > clientLimits.maxSequence;
  }

  /** The first of the sequences still to come unless an earlier one waits. */
  lowestUnanswered(): number {
    while (this.#lowest < this.#nextSequence && this.pending.get(this.#lowest) === undefined) {
      const endedAt = this.#unknown.get(this.#lowest);
      if (endedAt !== undefined) {
        if (this.#nextSequence - endedAt <= clientLimits.maxUnknownAge) break;
        this.#unknown.delete(this.#lowest);
      }
      this.#lowest += 1;
    }
    return this.#lowest;
  }

  addUnknown(sequence: number): void {
    this.#unknown.set(sequence, this.#nextSequence);
    if (this.#unknown.size <= clientLimits.maxUnknownWrites) return;
    for (const oldest of this.#unknown.keys()) {
      this.#unknown.delete(oldest);
      return;
    }
  }

  /** It is known after all. */
  dropUnknown(sequence: number): void {
    this.#unknown.delete(sequence);
  }

  requestId(sequence: number): string {
    return generatedRequestId({ session: this.id, sequence });
  }
}
