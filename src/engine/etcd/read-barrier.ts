/**
 * Linearizable reads: the head of the log, read from etcd after they came in, is the index that the state must have
 * applied before it answers them (what Raft calls a ReadIndex). One look serves all that wait when it begins.
 */
import type { ReadBatch } from '../engine.js';
import type { KvFailure } from './kv.js';
import { get, unconditional } from './kv.js';
import { decodeHead, type Head, keys } from './layout.js';
import type { Outbox } from './outbox.js';

export interface ReadBarrierOptions {
  readonly outbox: Outbox;
  /** Of all these the answers hold at `head`. */
  readonly confirmed: (batches: readonly BarredBatch[], head: Head) => void;
  readonly failed: (failure: KvFailure) => void;
}

export interface BarredBatch {
  readonly batch: ReadBatch;
  readonly toController: boolean;
}

export class ReadBarrier {
  readonly #options: ReadBarrierOptions;
  #waiting: BarredBatch[] = [];
  #asked: readonly BarredBatch[] = [];
  /** The last look was refused. */
  #refused = false;

  constructor(options: ReadBarrierOptions) {
    this.#options = options;
  }

  wait(batch: BarredBatch): void {
    this.#waiting.push(batch);
  }

  /** `patiently`: what was refused is not asked again yet. */
  flush(patiently: boolean): void {
    if (this.#asked.length > 0 || this.#waiting.length === 0 || (this.#refused && patiently)) return;
    const { outbox, confirmed, failed } = this.#options;
    this.#asked = this.#waiting;
    this.#waiting = [];
    this.#refused = false;
    outbox.request(unconditional(get(keys.head)), {
      answered: ({ found }) => {
        const batches = this.#asked;
        this.#asked = [];
        confirmed(batches, decodeHead(found[0]));
      },
      failed: (failure) => {
        this.#refused = true;
        this.#waiting = [...this.#asked, ...this.#waiting];
        this.#asked = [];
        failed(failure);
      },
    });
  }

  /** What was asked may never be answered: all that wait are to ask again. */
  refuseAll(): void {
    const batches = [...this.#asked, ...this.#waiting].map(({ batch }) => batch.id);
    if (batches.length > 0) this.#options.outbox.toHost({ kind: 'readsRefused', batches });
    this.#asked = [];
    this.#waiting = [];
  }
}
