/**
 * What is on its way to the metadata-store, in order: entries within the credit that the store gives, and news of who
 * leads, which must not overtake them.
 */
import type { EntryRun } from '../../raft/entries.js';
import { payloadBytes } from '../../raft/entries.js';
import type { Leadership } from '../../raft/ready.js';
import type { LogBatch } from './layout.js';
import type { Outbox } from './outbox.js';

/** A store so far behind is fed from etcd again, once it has caught up with what waits here. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

type Item = { readonly run: EntryRun; readonly bytes: number; readonly answer: boolean } | Leadership;

export class StoreDelivery {
  readonly #outbox: Outbox;
  readonly #writer: string;
  #items: Item[] = [];
  #waitingBytes = 0;
  #credit = 0;

  constructor(outbox: Outbox, writer: string) {
    this.#outbox = outbox;
    this.#writer = writer;
  }

  get hasRoom(): boolean {
    return this.#waitingBytes < MAX_WAITING_BYTES;
  }

  get empty(): boolean {
    return this.#items.length === 0;
  }

  pull(bytes: number): void {
    this.#credit += bytes;
  }

  addBatch({ firstIndex, term, count, data, writer }: LogBatch): void {
    const run = { firstIndex, term, count, data };
    const bytes = payloadBytes(run);
    this.#waitingBytes += bytes;
    this.#items.push({ run, bytes, answer: writer === this.#writer });
  }

  addLeadership(leadership: Leadership): void {
    this.#items.push(leadership);
  }

  /** As much as the credit allows; the last batch may exceed it, so that a large one still moves. */
  flush(): void {
    let runs: EntryRun[] = [];
    let answer = false;
    let taken = 0;
    const send = (): void => {
      if (runs.length > 0) this.#outbox.toStore({ kind: 'committed', runs, answer });
      runs = [];
    };
    for (const item of this.#items) {
      if (!('run' in item)) {
        send();
        this.#outbox.toStore({ kind: 'leadership', leadership: item });
      } else {
        if (this.#credit <= 0) break;
        this.#credit -= item.bytes;
        this.#waitingBytes -= item.bytes;
        if (item.answer !== answer) send();
        answer = item.answer;
        runs.push(item.run);
      }
      taken += 1;
    }
    send();
    if (taken > 0) this.#items = this.#items.slice(taken);
  }
}
