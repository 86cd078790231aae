/**
 * Which process is the controller. The log decides: a claim is an entry that begins a new term, and every append names
 * the head, and with it the term, that it goes behind, so that nothing of an earlier controller enters the log in a
 * later term. The signs of life that the controller puts beside the log only tell the others when a claim is due: two
 * that claim at once, or one that claims too early, do no harm.
 */
import type { KeyValue, KvFailure } from './kv.js';
import { put, unconditional } from './kv.js';
import type { ControllerRecord, Head } from './layout.js';
import { decodeController, encodeController, keys } from './layout.js';
import type { Outbox } from './outbox.js';

const BEATS_PER_TIMEOUT = 4;
/** Claims come later by up to this part of the time-out, so that few claim at once. */
const JITTER = 0.5;
const RESIGNED_JITTER = 0.05;
/** How often the clock is looked at. What passes between two looks may have been a stall, and is no silence. */
const LOOKS_PER_TIMEOUT = 8;

export interface ControllerTermOptions {
  readonly writer: string;
  readonly controllerTimeoutMs: number;
  readonly outbox: Outbox;
  readonly now: () => number;
  readonly random: () => number;
  readonly failed: (failure: KvFailure) => void;
}

export class ControllerTerm {
  readonly #options: ControllerTermOptions;
  #record: ControllerRecord | null = null;
  #resigned = false;
  #claimAt = 0;
  #beatAt = 0;
  #lookedAt = 0;
  #beating = false;

  constructor(options: ControllerTermOptions) {
    this.#options = options;
  }

  /** Who leads in the term of the log; null: nobody that is known. */
  leaderIn({ term }: Head): string | null {
    const record = this.#record;
    return record?.term === term && !record.resigned ? record.writer : null;
  }

  /** This process leads in the term of the log. */
  leads({ term }: Head): boolean {
    return !this.#resigned && this.#record?.term === term && this.#record.writer === this.#options.writer;
  }

  /** The log was joined: what had been silent meanwhile may only not have been heard. */
  joined(found: KeyValue | undefined): void {
    this.#beating = false;
    this.#beatAt = 0;
    this.#record = null;
    if (found === undefined) this.#claimAt = 0;
    else this.hear(found);
  }

  /** A sign of life, or of its end. An earlier one says nothing. */
  hear(stored: KeyValue): void {
    const record = decodeController(stored);
    if (this.#record !== null && isEarlier(record, this.#record)) return;
    this.#record = record;
    const { controllerTimeoutMs, now, random } = this.#options;
    const timeouts = record.resigned ? RESIGNED_JITTER * random() : 1 + JITTER * random();
    this.#claimAt = now() + timeouts * controllerTimeoutMs;
  }

  /** True once the controller has been silent for so long that this process is to claim the next term. */
  claimIsDue(head: Head): boolean {
    const now = this.#options.now();
    const sinceMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (sinceMs > 2 * this.#lookIntervalMs && this.#record?.resigned === false) this.#claimAt += sinceMs;
    return !this.#resigned && !this.leads(head) && now >= this.#claimAt;
  }

  /** A claim is on its way: the next one is not due at once. */
  claimed(): void {
    const { controllerTimeoutMs, now } = this.#options;
    this.#claimAt = now() + controllerTimeoutMs;
  }

  /** Only behind the last one: who stood still while another claimed says nothing any more. */
  beatIfDue(head: Head): void {
    const { controllerTimeoutMs, outbox, now, failed } = this.#options;
    const last = this.#record;
    if (!this.leads(head) || last === null || this.#beating || now() < this.#beatAt) return;
    this.#beatAt = now() + controllerTimeoutMs / BEATS_PER_TIMEOUT;
    this.#beating = true;
    const beat = { ...last, beat: last.beat + 1 };
    const compare = [{ key: keys.controller, value: encodeController(last) }];
    outbox.request(
      { compare, then: [put(keys.controller, encodeController(beat))], else: [] },
      {
        answered: ({ succeeded }) => {
          this.#beating = false;
          if (!succeeded) failed({ kind: 'compacted', message: 'the last sign of life of this controller is gone' });
          else if (this.#record === last) this.#record = beat;
        },
        failed: (failure) => {
          this.#beating = false;
          failed(failure);
        },
      },
    );
  }

  /** For good: this process ends. The others need not wait for its silence. */
  resign(head: Head): void {
    const leads = this.leads(head);
    this.#resigned = true;
    if (!leads || this.#record === null) return;
    const { outbox } = this.#options;
    const last = { ...this.#record, resigned: true };
    const nobody = (): void => undefined;
    outbox.request(unconditional(put(keys.controller, encodeController(last))), { answered: nobody, failed: nobody });
  }

  nextDueAt(head: Head): number {
    if (this.#resigned) return Number.POSITIVE_INFINITY;
    if (this.leads(head)) return this.#beating ? Number.POSITIVE_INFINITY : this.#beatAt;
    return Math.min(this.#claimAt, this.#lookedAt + this.#lookIntervalMs);
  }

  get #lookIntervalMs(): number {
    return this.#options.controllerTimeoutMs / LOOKS_PER_TIMEOUT;
  }
}

function isEarlier(record: ControllerRecord, known: ControllerRecord): boolean {
  if (record.term !== known.term) return record.term < known.term;
  return record.writer === known.writer && record.beat < known.beat;
}
