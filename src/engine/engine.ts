/**
 * What orders entries, as its two neighbours see it: an actor between the host, whose clients write and read, and one
 * metadata-store, which applies. The embedded Raft node is the first (`actors/raft-node.ts`), a log in etcd the second
 * (`actors/etcd-log.ts`); neither neighbour knows which. Types only: an interface of functions would put a promise
 * around each batch, where a message is all that is needed.
 *
 * | what an engine does             | asked by                      | answered by                                    |
 * |---------------------------------|-------------------------------|------------------------------------------------|
 * | append, with the index it got   | host `propose`                | `committed`: the store answers with the index; |
 * |                                 |                               | `proposalsRefused`                             |
 * | entries in order from an index  | store `pull`                  | `committed`, contiguous, within the credit     |
 * | read barrier                    | host `read`                   | `reads` with an index, or `readsRefused`       |
 * | save a snapshot, trim behind it | store `snapshotDurable`       | `snapshotRead`; the store: `snapshotChunk`     |
 * | load a snapshot                 | store `pull`, behind the trim | `snapshotWrite`; the store: `snapshotRestored` |
 * | status                          | `EngineControl.status`        |                                                |
 * | close                           | `EngineControl.stop`          |                                                |
 *
 * An append is durable, and in the one order that every store sees, before it is handed over as `committed`. It may be
 * in the log twice, where its outcome was not known: the envelope around each entry makes that harmless.
 */
import type { ErrorValue } from '../errors.js';
import type { EntryRun, PackedPayloads } from '../raft/entries.js';
import type { Input } from '../raft/messages.js';
import type { Leadership, SnapshotRead, SnapshotWrite } from '../raft/ready.js';

// ---------------------------------------------------------------- host and engine

export type HostToEngine =
  /** Appended in this order, or not at all: refused unless `admission` is the open one. */
  | { readonly kind: 'propose'; readonly admission: number; readonly payloads: PackedPayloads }
  /**
   * Linearizable reads: answered by the metadata-store (`readAnswers`), or refused here. `toController`: all of them
   * are for the controller, wherever that runs.
   */
  | { readonly kind: 'read'; readonly batch: ReadBatch; readonly toController: boolean };

/** Answered, or refused, as a whole. */
export interface ReadBatch {
  /** Unique within the host. */
  readonly id: number;
  readonly requests: readonly unknown[];
}

export type EngineToHost =
  /**
   * Posted first of all when the engine serves, then at every change. Proposals under an admission that closed were not
   * appended, unless they had been taken before.
   */
  | { readonly kind: 'leadership'; readonly leadership: Leadership }
  /** Not appended, nor will they be: what has left no other time ends by this error. */
  | { readonly kind: 'proposalsRefused'; readonly payloads: PackedPayloads; readonly error: ErrorValue }
  /** Order could not be confirmed here: ask again, perhaps elsewhere. */
  | { readonly kind: 'readsRefused'; readonly batches: readonly number[] }
  /** Why nothing can be appended, or confirmed, now: told to callers whose deadline passes. Null: it is over. */
  | { readonly kind: 'problem'; readonly problem: ErrorValue | null }
  /** Of reads that a controller in another process has answered. */
  | AnsweredReads;

// ---------------------------------------------------------------- engine and metadata-store

export type EngineToStore =
  /** `answer`: this engine took these proposals, so its store posts their results to the host. */
  | { readonly kind: 'committed'; readonly runs: readonly EntryRun[]; readonly answer: boolean }
  /** Answer these once `index` is applied. */
  | { readonly kind: 'reads'; readonly index: number; readonly batch: ReadBatch }
  /** The same, but they came from another process: the answers go back to the engine. */
  | { readonly kind: 'forwardedReads'; readonly index: number; readonly batch: ReadBatch }
  | { readonly kind: 'snapshotRead'; readonly read: SnapshotRead }
  | { readonly kind: 'snapshotWrite'; readonly write: SnapshotWrite }
  /** At every change, in order with all the rest: what was confirmed or committed before it comes before it. */
  | { readonly kind: 'leadership'; readonly leadership: Leadership };

/** As the core of Raft takes them. Proposals are those of the controller. */
export type StoreToEngine = Extract<
  Input,
  { readonly kind: 'pull' | 'propose' | 'snapshotDurable' | 'snapshotChunk' | 'snapshotRestored' }
>;

// ---------------------------------------------------------------- answers to reads

export type AnsweredReads = ({ readonly kind: 'readAnswers' } & ReadAnswers) | ParkedAnswers;

export interface ReadAnswers {
  /** Its id. */
  readonly batch: number;
  /** The applied index at which the values hold. */
  readonly index: number;
  /** One a request; undefined where it failed, or has no answer yet. */
  readonly values: readonly unknown[];
  /** `place`: of the request in its batch. */
  readonly errors: readonly { readonly place: number; readonly error: ErrorValue }[];
  /** Places of those whose answers follow, as soon as there are any. */
  readonly parked: readonly number[];
}

/** Of reads that were parked. `index`: at which the values hold. */
export interface ParkedAnswers {
  readonly kind: 'parkedAnswers';
  readonly index: number;
  readonly answers: readonly ParkedAnswer[];
}

/** A read that had no answer when its batch was answered, by its place there. */
export interface ParkedRead {
  readonly batch: number;
  readonly place: number;
}

export type ParkedAnswer = ParkedRead & ({ readonly value: unknown } | { readonly error: ErrorValue });

// ---------------------------------------------------------------- control plane

export interface EngineControl<Status> {
  status(): Status;
  stop(): void;
}
