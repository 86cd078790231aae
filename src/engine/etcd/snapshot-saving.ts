/**
 * Puts snapshots of the store here into etcd, chunk by chunk, and trims the log behind them. Only the controller does:
 * the others have the same state. A snapshot is one from the transaction on that names it; chunks of one that was
 * broken off go with the next.
 */
import type { StoreToEngine } from '../engine.js';
import type { KvFailure } from './kv.js';
import { get, put, unconditional } from './kv.js';
import type { SnapshotRecord } from './layout.js';
import { afterAll, chunkKey, chunksFrom, decodeSnapshotRecord, encodeSnapshotRecord, keys, logKey } from './layout.js';
import type { LogTail } from './log-tail.js';
import type { Outbox } from './outbox.js';

const CHUNK_BYTES = 512 * 1024;
/** For the store, whose reader is somebody by name. */
const READER = { id: 0, incarnation: '' };

type SnapshotChunk = Extract<StoreToEngine, { readonly kind: 'snapshotChunk' }>;

/** `name`: another one with each attempt. */
interface Saving {
  readonly index: number;
  readonly name: string;
  chunks: number;
  bytes: number;
}

export interface SnapshotSavingOptions {
  readonly writer: string;
  readonly outbox: Outbox;
  /** Entries that are kept behind a snapshot for readers that are slow. */
  readonly trailingEntries: number;
  readonly tail: LogTail;
  readonly failed: (failure: KvFailure) => void;
}

export class SnapshotSaving {
  readonly #options: SnapshotSavingOptions;
  /** The newest in etcd. */
  #record: SnapshotRecord | null = null;
  /** The one being saved: of what index, and what of it is in etcd. */
  #saving: Saving | null = null;
  #attempts = 0;
  /** Where the last one that the store here took ends. */
  #durable = 0;

  constructor(options: SnapshotSavingOptions) {
    this.#options = options;
  }

  get record(): SnapshotRecord | null {
    return this.#record;
  }

  /** What etcd holds, as of when the log was joined; what was begun here is dropped. */
  learn(record: SnapshotRecord | null): void {
    this.#record = record;
    this.#saving = null;
  }

  /** The store here has a snapshot up to `index`. */
  offer(index: number): void {
    this.#durable = index;
  }

  /** For the controller alone: also what was offered before it led, and what was broken off. */
  saveIfDue(): void {
    const index = this.#durable;
    if (this.#saving !== null || index <= (this.#record?.index ?? 0)) return;
    this.#readNext(this.#begin(index));
  }

  /** The store may have a later one by now, and then begins with that. */
  takeChunk({ index, offset, bytes, done }: SnapshotChunk): void {
    // One of an earlier snapshot was asked for by an attempt that was given up.
    if (this.#saving === null || index < this.#saving.index) return;
    const isLater = index > this.#saving.index;
    // An attempt of its own: what is on its way of the last one says nothing of it.
    const saving = isLater ? this.#begin(index) : this.#saving;
    if (offset !== saving.bytes) {
      if (isLater) this.#readNext(saving);
      return;
    }
    const { outbox, failed } = this.#options;
    const chunk = put(chunkKey(saving, saving.chunks), bytes);
    saving.chunks += 1;
    saving.bytes += bytes.length;
    outbox.request(unconditional(chunk), {
      answered: () => {
        if (this.#saving !== saving) return;
        if (done) this.#finish(saving);
        else this.#readNext(saving);
      },
      failed,
    });
  }

  #begin(index: number): Saving {
    this.#attempts += 1;
    const saving = { index, name: `${this.#options.writer}.${this.#attempts}`, chunks: 0, bytes: 0 };
    this.#saving = saving;
    return saving;
  }

  #readNext({ index, bytes }: Saving): void {
    const read = { to: READER, index, offset: bytes, length: CHUNK_BYTES };
    this.#options.outbox.toStore({ kind: 'snapshotRead', read });
  }

  /** Unless another process was faster. */
  #finish({ index, name, chunks, bytes }: Saving): void {
    const { outbox, trailingEntries, tail, failed } = this.#options;
    const record = { index, term: tail.termAt(index), name, chunks, bytes };
    const before = this.#record;
    outbox.request(
      {
        compare: [{ key: keys.snapshot, value: before === null ? null : encodeSnapshotRecord(before) }],
        then: [
          put(keys.snapshot, encodeSnapshotRecord(record)),
          { kind: 'delete', key: keys.chunks, to: chunksFrom(index) },
          { kind: 'delete', key: keys.log, to: logKey(Math.max(1, index - trailingEntries + 1)) },
          { kind: 'delete', key: keys.answers, to: afterAll(keys.answers) },
        ],
        else: [get(keys.snapshot)],
      },
      {
        answered: ({ succeeded, found }) => {
          this.learn(succeeded ? record : decodeSnapshotRecord(found[0]));
          if (succeeded) tail.forgetTermsBefore(index);
        },
        failed,
      },
    );
  }
}
