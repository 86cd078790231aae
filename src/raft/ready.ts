/**
 * What one turn of the core asks its shell to do. Types only; the order in which a shell performs a `Ready` is the
 * contract of `turn.ts`: sendNow, then persist (one write, one sync) and the input `persisted`, then
 * sendAfterPersist, then the rest.
 */
import type { EntryRun } from './entries.js';
import type { Configuration, Member, RaftMessage, SnapshotDescription, TimerName } from './messages.js';

/** What must be on stable storage before `sendAfterPersist` may leave (thesis 3.8). */
export interface Persist {
  /** Only grows within a life, so that a late completion is never taken for another's. */
  readonly sequence: number;
  readonly term: number;
  readonly vote: Member | null;
  /** Entries at and after this index are void; null: none are. */
  readonly truncateFrom: number | null;
  readonly entries: readonly EntryRun[];
  /** A received snapshot replaces the log up to its index. */
  readonly snapshot: SnapshotDescription | null;
}

/**
 * Durations, drawn by the shell when a timer starts (t = electionTimeoutMs):
 * election [t, 2t); electionSoon [0, heartbeatIntervalMs / 2 * 2^attempt), capped at the range of election;
 * leaderLease t; heartbeat heartbeatIntervalMs; checkQuorum t; transfer t. Starting a running timer restarts it.
 */
export type TimerCommand =
  | { readonly action: 'start'; readonly timer: TimerName; readonly attempt: number }
  | { readonly action: 'stop'; readonly timer: TimerName };

/** A read may be answered from a state that has applied `index`; `index` null: refused, this node cannot confirm it. */
export interface ReadAnswer {
  readonly id: number;
  readonly index: number | null;
}

export type RefusalReason =
  | 'notLeader'
  | 'changeInProgress'
  | 'notCaughtUp'
  | 'noQuorum'
  | 'unknownMember'
  | 'alreadyMember'
  | 'lastVoter'
  | 'timeout';

/** Outcome of a `changeMembership` (committed) or `transferLeadership` (another node leads). */
export interface RequestAnswer {
  readonly id: number;
  readonly refused: RefusalReason | null;
}

export type Role = 'leader' | 'follower' | 'preCandidate' | 'candidate' | 'learner';

/**
 * What others may know of this node's role. `admission` is a number while the node takes proposals, null otherwise;
 * each opening has a number of its own within a life, and a proposal names the one it was meant for. So what a client
 * sends after a refusal can never overtake what was refused.
 */
export interface Leadership {
  readonly role: Role;
  readonly term: number;
  readonly leader: number | null;
  readonly admission: number | null;
  /** The leader has committed an entry of its own term: reads are possible, the cluster is usable. */
  readonly committedInTerm: boolean;
}

/**
 * Read `length` bytes of the snapshot at `index` (or a later one) for `to`, from `offset`; answer with the input
 * `snapshotChunk`.
 */
export interface SnapshotRead {
  readonly to: Member;
  readonly index: number;
  readonly offset: number;
  readonly length: number;
}

/**
 * Keep this chunk of a snapshot being received; when `done`, restore it and answer with the input `snapshotRestored`.
 */
export interface SnapshotWrite {
  readonly snapshot: SnapshotDescription;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly done: boolean;
}

export interface Ready {
  /** Carry nothing unsynced but a leader's entries in a term that is already synced. */
  readonly sendNow: readonly RaftMessage[];
  readonly persist: Persist | null;
  readonly sendAfterPersist: readonly RaftMessage[];
  /** Committed entries in order, within the state machine's credit, never beyond this node's own synced index. */
  readonly apply: readonly EntryRun[];
  readonly reads: readonly ReadAnswer[];
  readonly answers: readonly RequestAnswer[];
  /** In order; only the last command of a timer counts. */
  readonly timers: readonly TimerCommand[];
  readonly snapshotReads: readonly SnapshotRead[];
  readonly snapshotWrites: readonly SnapshotWrite[];
  /** Null unless it changed. */
  readonly leadership: Leadership | null;
  /** Null unless a new configuration took effect (appended, or rolled back). */
  readonly configuration: Configuration | null;
}
