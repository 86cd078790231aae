/**
 * Appends to the log: batches in call order, one on its way at a time, each conditional on the head as it is known.
 * Other processes append too, so a batch may find another head than it expects: it then had no effect, what it missed
 * is taken in, and it goes again behind that. More than one on their way would each be conditional on the one before,
 * and etcd does not take requests in the order in which they came: with two or four, a third fewer entries got through.
 * Where etcd does not answer, the outcome is not known, and the log is joined anew: who still waits is asked to send
 * again, and what was appended nevertheless is found by its session (thesis 6.3).
 */
import { must } from '../../assert.js';
import { EntryKind, packPayloads, payloadAt, type PackedPayloads } from '../../raft/entries.js';
import type { KeyValue, KvFailure, KvOperation, TxnResult } from './kv.js';
import { get, put, unconditional } from './kv.js';
import type { Head, LogBatch } from './layout.js';
import { afterAll, decodeBatch, encodeBatch, encodeController, encodeHead, headAfter, keys, logKey } from './layout.js';
import type { LogTail } from './log-tail.js';
import type { Outbox } from './outbox.js';

/**
 * Of one transaction. All entries of a batch are one value, so etcd's limit of 128 operations says nothing of them:
 * with at most 100, 256 clients got half as far. It takes 1.5 MiB by default; a larger entry still goes, alone.
 */
const MAX_BATCH_ENTRIES = 1_000;
const MAX_BATCH_BYTES = 1024 * 1024;
/** Read back with a refusal. */
const MISSED_BATCHES = 16;
/** Grows with each refusal in a row, so that the others come to their turn; drawn from [0, this). */
const BACK_OFF_MS = 2;
const MAX_BACK_OFF_MS = 32;

interface Proposal {
  readonly payload: Uint8Array;
  /** Of a controller: it goes in its own term or not at all. Null: it may go in any. */
  readonly term: number | null;
}

interface InFlight {
  readonly batch: LogBatch;
  readonly proposals: readonly Proposal[];
}

export interface AppenderOptions {
  readonly writer: string;
  readonly outbox: Outbox;
  readonly tail: LogTail;
  /** Ms of a clock that never goes back. */
  readonly now: () => number;
  /** From [0, 1). */
  readonly random: () => number;
  readonly failed: (failure: KvFailure) => void;
}

export class Appender {
  readonly #options: AppenderOptions;
  #queue: Proposal[] = [];
  #inFlight: InFlight | null = null;
  #refusals = 0;
  #waitUntil = 0;
  #lastBatch = 0;
  #claimWanted = false;

  constructor(options: AppenderOptions) {
    this.#options = options;
  }

  propose(payloads: PackedPayloads, term: number | null): void {
    for (let position = 0; position < payloads.count; position += 1) {
      this.#queue.push({ payload: payloadAt(payloads, position), term });
    }
  }

  /** A new term, led by this process, begins with an entry of its own; nothing comes of it where another was faster. */
  claim(): void {
    this.#claimWanted = true;
  }

  get claiming(): boolean {
    return this.#claimWanted || (this.#inFlight !== null && isClaim(this.#inFlight.batch));
  }

  /**
   * Takes what waits of the host's and is not on its way, so that it will not be appended; what etcd has refused to
   * perform is not.
   */
  takeQueued(): Uint8Array[] {
    const queued = this.#queue.filter(({ term }) => term === null).map(({ payload }) => payload);
    this.#queue = [];
    return queued;
  }

  /** Drops all: what is on its way may still be appended. */
  reset(): void {
    this.#queue = [];
    this.#inFlight = null;
    this.#claimWanted = false;
    this.#refusals = 0;
    this.#waitUntil = 0;
  }

  /** Infinity: nothing waits for time. */
  nextDueAt(): number {
    return this.#hasWork() && this.#waitUntil > 0 ? this.#waitUntil : Number.POSITIVE_INFINITY;
  }

  flush(): void {
    const { now, tail } = this.#options;
    if (this.#inFlight !== null || now() < this.#waitUntil) return;
    this.#waitUntil = 0;
    if (this.#claimWanted) this.#send(this.#takeClaim(tail.head), tail.head);
    else {
      const next = this.#takeBatch(tail.head);
      if (next !== null) this.#send(next, tail.head);
    }
  }

  #hasWork(): boolean {
    return this.#claimWanted || this.#queue.length > 0;
  }

  #takeClaim(head: Head): InFlight {
    this.#claimWanted = false;
    const packed = packPayloads([Uint8Array.of(EntryKind.noOp)]);
    return { batch: this.#name({ ...head, term: head.term + 1 }, packed), proposals: [] };
  }

  /** Null: all that waited was of an earlier term. */
  #takeBatch(head: Head): InFlight | null {
    const proposals: Proposal[] = [];
    let bytes = 0;
    let taken = 0;
    for (const proposal of this.#queue) {
      const { length } = proposal.payload;
      if (proposals.length === MAX_BATCH_ENTRIES) break;
      if (proposals.length > 0 && bytes + length > MAX_BATCH_BYTES) break;
      taken += 1;
      if (proposal.term !== null && proposal.term !== head.term) continue;
      bytes += length;
      proposals.push(proposal);
    }
    this.#queue = this.#queue.slice(taken);
    if (proposals.length === 0) return null;
    const packed = packPayloads(proposals.map(({ payload }) => payload));
    return { batch: this.#name(head, packed), proposals };
  }

  #name({ index, term, batch: previous }: Head, packed: PackedPayloads): LogBatch {
    this.#lastBatch += 1;
    const { writer } = this.#options;
    return { ...packed, firstIndex: index + 1, term, writer, batch: `${writer}/${this.#lastBatch}`, previous };
  }

  #send(next: InFlight, expected: Head): void {
    const { outbox, failed } = this.#options;
    const { batch } = next;
    this.#inFlight = next;
    const then: KvOperation[] = [
      put(keys.head, must(encodeHead(headAfter(batch)), 'a batch has entries')),
      put(logKey(batch.firstIndex), encodeBatch(batch)),
    ];
    if (isClaim(batch)) {
      then.push(put(keys.controller, encodeController({ ...batch, resigned: false, beat: 0 })));
      // Of another controller: whoever asked it asks again in the new term.
      then.push({ kind: 'delete', key: keys.calls, to: afterAll(keys.calls) });
    }
    const missed = get(logKey(batch.firstIndex), { to: afterAll(keys.log), limit: MISSED_BATCHES });
    outbox.request(
      { compare: [{ key: keys.head, value: encodeHead(expected) }], then, else: [missed] },
      {
        answered: (result) => {
          this.#answered(next, result);
        },
        failed: (failure) => {
          if (failure.kind === 'noSpace') this.#lookAfter(next, missed);
          // It has had no effect, so it is no longer on its way.
          else if (failure.kind !== 'unavailable' && this.#inFlight === next) this.#takeBack(next);
          failed(failure);
        },
      },
    );
  }

  /** etcd performs a transaction that passed its first check, and then tells that there is no space all the same. */
  #lookAfter(sent: InFlight, missed: KvOperation): void {
    const { outbox, failed } = this.#options;
    outbox.request(unconditional(missed), {
      answered: ({ found }) => {
        const isAppended = isAmong(this.#takeMissed(found[0]), sent);
        if (this.#inFlight !== sent) return;
        if (isAppended) this.#inFlight = null;
        else this.#takeBack(sent);
      },
      failed,
    });
  }

  #answered(sent: InFlight, { succeeded, found }: TxnResult): void {
    const { tail, failed } = this.#options;
    if (succeeded) tail.accept(sent.batch);
    const missed = succeeded ? [] : this.#takeMissed(found[0]);
    if (this.#inFlight !== sent) return;
    if (succeeded || isAmong(missed, sent)) {
      this.#inFlight = null;
      this.#refusals = 0;
    } else {
      this.#takeBack(sent);
      this.#backOff();
      if (missed.length === 0)
        failed({ kind: 'compacted', message: 'what was appended meanwhile is in the log no more' });
    }
  }

  #takeMissed(found: readonly KeyValue[] = []): LogBatch[] {
    const missed = found.map(decodeBatch);
    for (const batch of missed) this.#options.tail.accept(batch);
    return missed;
  }

  #takeBack({ proposals }: InFlight): void {
    this.#inFlight = null;
    this.#queue = [...proposals, ...this.#queue];
  }

  #backOff(): void {
    this.#refusals += 1;
    const backOffMs = Math.min(BACK_OFF_MS * this.#refusals, MAX_BACK_OFF_MS);
    this.#waitUntil = this.#options.now() + this.#options.random() * backOffMs;
  }
}

/** What a claim is made of: one entry that says nothing. */
function isClaim(batch: LogBatch): boolean {
  return batch.count === 1 && payloadAt(batch, 0)[0] === EntryKind.noOp;
}

/** It was refused, and is in the log: etcd took it nevertheless. */
function isAmong(batches: readonly LogBatch[], { batch: sent }: InFlight): boolean {
  return batches.some(({ batch }) => batch === sent.batch);
}
