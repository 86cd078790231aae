/**
 * The whole state of one node's consensus core as plain data: what the functions of this folder change in place, what the
 * simulator copies and hashes (`state-copy.ts`). No behaviour beyond its creation.
 */
import type { RaftLimits } from './limits.js';
import type { RaftLog } from './log.js';
import type { Configuration, Member, RaftMessage, SnapshotDescription } from './messages.js';
import type { Progress } from './progress.js';
import type {
  Leadership,
  ReadAnswer,
  RequestAnswer,
  Role,
  SnapshotRead,
  SnapshotWrite,
  TimerCommand,
} from './ready.js';
import type { StoredState } from './stored-state.js';

/** A configuration and the entry (or snapshot) that brought it. */
export interface PlacedConfiguration {
  readonly index: number;
  readonly configuration: Configuration;
}

/** What is on stable storage, what is on its way there, and what has to follow. */
export interface Persistence {
  /** Synced: this term, this vote in it, and the log up to `index`. */
  term: number;
  vote: Member | null;
  index: number;
  /** The log up to here has been handed to storage. */
  handedIndex: number;
  /** Entries from here on that were handed over are void since. */
  truncateFrom: number | null;
  /** The snapshot description in storage is older than the log's. */
  snapshotUnsaved: boolean;
  sequence: number;
  /** The one `Persist` that storage works at; `index` falls when its entries are truncated meanwhile. */
  pending: { readonly sequence: number; readonly term: number; readonly vote: Member | null; index: number } | null;
}

/** The state machine's side. */
export interface Applying {
  /** Bytes that it still takes; below 0 after an entry larger than the credit. */
  creditBytes: number;
  /** Entries up to here were handed over. */
  handedIndex: number;
  /** It says it has applied up to here. */
  appliedIndex: number;
}

/** A read that waits for a quorum round of the leader; `from` null: this node's own. */
export interface WaitingRead {
  readonly id: number;
  readonly from: Member | null;
}

/** Reads at the leader (thesis 6.4). */
export interface LeaderReads {
  /** The latest round begun in this term. */
  round: number;
  /** The reads of that round while it runs, and the commit index when it began. */
  running: { readonly index: number; readonly reads: readonly WaitingRead[] } | null;
  waiting: WaitingRead[];
}

/** Reads of a follower, asked of the leader in groups: a group's id is that of its first read. */
export interface ForwardedReads {
  waiting: number[];
  asked: { readonly ids: readonly number[]; heartbeats: number }[];
}

/** A snapshot being received from the leader of `term`. */
export interface ReceivingSnapshot {
  readonly snapshot: SnapshotDescription;
  readonly from: Member;
  readonly term: number;
  /** The next byte wanted. */
  offset: number;
  /** All bytes are with the state machine, whose answer is awaited; nothing is applied meanwhile. */
  restoring: boolean;
}

/** What has accumulated for the next `Ready`, and what the one before said. */
export interface Outputs {
  messages: RaftMessage[];
  readAnswers: ReadAnswer[];
  answers: RequestAnswer[];
  /** The last command of each timer, in the order of first mention. */
  timers: TimerCommand[];
  snapshotReads: SnapshotRead[];
  snapshotWrites: SnapshotWrite[];
  /** Told last. */
  leadership: Leadership | null;
  configuration: Configuration | null;
}

export interface RaftState {
  readonly self: Member;
  readonly limits: RaftLimits;
  term: number;
  vote: Member | null;
  role: Exclude<Role, 'learner'>;
  leader: Member | null;
  log: RaftLog;
  /** The newest durable snapshot. */
  snapshot: SnapshotDescription;
  /** Ascending; the first is the one in force at the snapshot, the last is in force now. */
  configurations: PlacedConfiguration[];
  /** All members of the configuration in force but this one, in its order: voters, then learners. */
  peers: Progress[];
  commitIndex: number;
  persistence: Persistence;
  applying: Applying;
  /** A leader was heard within `leaderLease`. */
  leaseHeld: boolean;
  /** After the leader's death: how often an election was refused since. */
  electionSoon: { attempt: number; armed: boolean } | null;
  /** The open admission, and the number of the latest. */
  admission: number | null;
  admissions: number;
  reads: LeaderReads;
  forwarded: ForwardedReads;
  /** The membership change whose entry is at `index`. */
  change: { readonly id: number; readonly index: number } | null;
  /** A leadership transfer; outlives this node's leadership until another leader is known. */
  transfer: { readonly id: number; readonly to: Member; ordered: boolean } | null;
  receiving: ReceivingSnapshot | null;
  outputs: Outputs;
}

export interface RaftOptions {
  readonly self: Member;
  readonly stored: StoredState;
  readonly limits: RaftLimits;
}

export function createRaft(options: RaftOptions): RaftState {
  throw new Error(`not yet: ${options.self.id}`);
}
