/**
 * Comes up with the log: reads it from etcd behind what is taken in already, until nothing is missing; where it was
 * trimmed so far, loads the newest snapshot first. Asked anew after every break, so what it finds is all that happened
 * meanwhile. Every look is one transaction, so that head, log and snapshot fit each other.
 */
import type { SnapshotWrite } from '../../raft/ready.js';
import type { KeyValue, KvFailure, TxnResult } from './kv.js';
import { get, unconditional } from './kv.js';
import type { SnapshotRecord } from './layout.js';
import {
  afterAll,
  chunkKey,
  decodeBatch,
  decodeHead,
  decodeSnapshotRecord,
  keys,
  logKey,
  noMembers,
  UnreadableLog,
} from './layout.js';
import type { LogTail } from './log-tail.js';
import type { Outbox } from './outbox.js';

/** Batches of one look: as many as make about so many bytes, by what the last look has found. */
const BYTES_PER_LOOK = 4 * 1024 * 1024;
const MAX_BATCHES_PER_LOOK = 1_024;
const FIRST_BATCHES_PER_LOOK = 8;
/** More than that wait for their callers to ask again. */
const CALLS_PER_LOOK = 256;

/** What was there when nothing was missing any more. */
export interface JoinedLog {
  /** Everything later is a change that a watch from the next revision on tells. */
  readonly revision: number;
  readonly controller: KeyValue | undefined;
  readonly snapshot: SnapshotRecord | null;
  readonly calls: readonly KeyValue[];
}

export interface JoiningOptions {
  readonly outbox: Outbox;
  readonly tail: LogTail;
  /** What was read before and the store has not taken yet: of too much, and of anything. */
  readonly backlog: { readonly hasRoom: boolean; readonly empty: boolean };
  readonly joined: (log: JoinedLog) => void;
  readonly failed: (failure: KvFailure) => void;
}

export class Joining {
  readonly #options: JoiningOptions;
  #batches = FIRST_BATCHES_PER_LOOK;
  #looking = false;
  /** The next look is due, as soon as there is room. */
  #due = false;
  /** A snapshot must be loaded, which must not overtake what the store has yet to take. */
  #needsSnapshot = false;
  /** The snapshot that the store is restoring. */
  #restoring: SnapshotRecord | null = null;

  constructor(options: JoiningOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#looking = false;
    this.#due = this.#restoring === null;
  }

  stop(): void {
    this.#looking = false;
    this.#due = false;
  }

  flush(): void {
    const { outbox, tail, backlog, failed } = this.#options;
    if (!this.#due || this.#looking || !(this.#needsSnapshot ? backlog.empty : backlog.hasRoom)) return;
    this.#due = false;
    this.#looking = true;
    const log = get(logKey(tail.head.index + 1), { to: afterAll(keys.log), limit: this.#batches });
    const calls = get(keys.calls, { to: afterAll(keys.calls), limit: CALLS_PER_LOOK });
    outbox.request(unconditional(get(keys.head), log, get(keys.snapshot), get(keys.controller), calls), {
      answered: (result) => {
        this.#looking = false;
        this.#look(result);
      },
      failed,
    });
  }

  #look({ found, revision }: TxnResult): void {
    const [heads, log = [], snapshots, controllers = [], calls = []] = found;
    const { tail, joined } = this.#options;
    const head = decodeHead(heads);
    const snapshot = decodeSnapshotRecord(snapshots);
    if (head.index < tail.head.index) {
      throw new UnreadableLog(`the log ends at ${head.index}, and ended at ${tail.head.index} before: it was replaced`);
    }
    const before = tail.head.index;
    for (const stored of log) tail.accept(decodeBatch(stored));
    this.#measure(log);
    tail.forgetAhead();
    if (tail.head.index === head.index) {
      tail.confirmEnd(head);
      joined({ revision, controller: controllers[0], snapshot, calls });
    } else if (tail.head.index > before) {
      this.#due = true;
    } else {
      this.#load(snapshot);
    }
  }

  #measure(log: readonly KeyValue[]): void {
    const bytes = log.reduce((sum, { value }) => sum + value.length, 1);
    const wanted = Math.floor((log.length * BYTES_PER_LOOK) / bytes);
    if (log.length > 0) this.#batches = Math.min(Math.max(wanted, 1), MAX_BATCHES_PER_LOOK);
  }

  /** Entry by entry it can no longer be had. */
  #load(snapshot: SnapshotRecord | null): void {
    const next = this.#options.tail.head.index + 1;
    if (snapshot === null || snapshot.index < next) throw new UnreadableLog(`entry ${next} is missing from the log`);
    if (!this.#options.backlog.empty) {
      this.#needsSnapshot = true;
      this.#due = true;
      return;
    }
    this.#needsSnapshot = false;
    this.#loadChunk(snapshot, 0, 0);
  }

  #loadChunk(snapshot: SnapshotRecord, chunk: number, offset: number): void {
    const { outbox, failed } = this.#options;
    outbox.request(unconditional(get(chunkKey(snapshot, chunk))), {
      answered: ({ found }) => {
        const bytes = found[0]?.[0]?.value;
        // A newer one has taken its place.
        if (bytes === undefined) this.#due = true;
        else this.#takeChunk(snapshot, chunk, { offset, bytes });
      },
      failed,
    });
  }

  #takeChunk(snapshot: SnapshotRecord, chunk: number, { offset, bytes }: { offset: number; bytes: Uint8Array }): void {
    const done = chunk + 1 === snapshot.chunks;
    const end = offset + bytes.length;
    if (done && end !== snapshot.bytes) {
      throw new UnreadableLog(`the snapshot at ${snapshot.index} has ${end} bytes, not ${snapshot.bytes}`);
    }
    const { index, term } = snapshot;
    const write: SnapshotWrite = {
      snapshot: { index, term, configuration: noMembers },
      offset,
      bytes: new Uint8Array(bytes),
      done,
    };
    this.#options.outbox.toStore({ kind: 'snapshotWrite', write });
    if (done) this.#restoring = snapshot;
    else this.#loadChunk(snapshot, chunk + 1, end);
  }

  /** The store has restored what was loaded, or could not. */
  restored(index: number, ok: boolean): void {
    const snapshot = this.#restoring;
    if (snapshot?.index !== index) return;
    this.#restoring = null;
    if (!ok) throw new UnreadableLog(`the snapshot at ${index} is not a state of this state machine`);
    this.#options.tail.restored(snapshot);
    this.#due = true;
  }
}
