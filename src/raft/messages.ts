/**
 * The vocabulary of the consensus core: members, messages between nodes and inputs of one node. Types only.
 * Messages are Raft's (paper figure 2, thesis 3, 4, 6.4, 9.6); a voter is the pair (node id, incarnation), as in
 * KIP-853.
 */
import type { EntryRun, PackedPayloads } from './entries.js';

/**
 * Identity of a node's storage. A node that lost its log comes back with the same id and another incarnation: another
 * member.
 */
export interface Member {
  readonly id: number;
  readonly incarnation: string;
}

/** Content of a configuration entry (JSON after the kind byte). Takes effect as soon as it is appended (thesis 4.1). */
export interface Configuration {
  readonly voters: readonly Member[];
  readonly learners: readonly Member[];
}

interface Envelope {
  /** Dropped by a node whose own identity differs: an incarnation that is gone cannot be addressed by mistake. */
  readonly to: Member;
  readonly from: Member;
  /** The sender's term; in PreVote requests the prospective one. */
  readonly term: number;
}

export interface VoteRequest extends Envelope {
  readonly kind: 'requestVote' | 'requestPreVote';
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  /** Sent on a leader's order (TimeoutNow): voters answer in spite of their lease (thesis 4.2.3). */
  readonly leadershipTransfer: boolean;
}
export interface VoteResponse extends Envelope {
  readonly kind: 'voteResponse' | 'preVoteResponse';
  readonly granted: boolean;
}
export interface AppendEntries extends Envelope {
  readonly kind: 'appendEntries';
  readonly previousIndex: number;
  readonly previousTerm: number;
  readonly runs: readonly EntryRun[];
  readonly commitIndex: number;
}
export interface AppendResponse extends Envelope {
  readonly kind: 'appendResponse';
  readonly success: boolean;
  /** On success: the last index known to match and synced. On refusal: the `previousIndex` refused. */
  readonly index: number;
  /**
   * On refusal, where the leader may continue: the follower's last index and term not above the refused place
   * (back-off by term).
   */
  readonly hintIndex: number;
  readonly hintTerm: number;
}
/** Also carries a read round: answered, it shows that the sender still led when the round began (thesis 6.4). */
export interface Heartbeat extends Envelope {
  readonly kind: 'heartbeat';
  /** At most what the receiver is known to hold. */
  readonly commitIndex: number;
  /** Latest read round begun in this term; 0 before the first. Only grows within a term. */
  readonly round: number;
}
export interface HeartbeatResponse extends Envelope {
  readonly kind: 'heartbeatResponse';
  readonly round: number;
}
/** One chunk of a snapshot; the first has offset 0. */
export interface InstallSnapshot extends Envelope {
  readonly kind: 'installSnapshot';
  readonly snapshot: SnapshotDescription;
  readonly offset: number;
  readonly bytes: Uint8Array;
  readonly done: boolean;
}
export interface InstallSnapshotResponse extends Envelope {
  readonly kind: 'installSnapshotResponse';
  readonly snapshotIndex: number;
  /** The next offset wanted, which lets an interrupted transfer resume. */
  readonly offset: number;
  readonly installed: boolean;
}
export interface TimeoutNow extends Envelope {
  readonly kind: 'timeoutNow';
}
/** A follower asks its leader for a read index on behalf of its own readers. */
export interface ReadIndexRequest extends Envelope {
  readonly kind: 'readIndexRequest';
  readonly id: number;
}
export interface ReadIndexResponse extends Envelope {
  readonly kind: 'readIndexResponse';
  readonly id: number;
  /** Absent: refused, ask again elsewhere. */
  readonly index?: number;
}

export type RaftMessage =
  | VoteRequest
  | VoteResponse
  | AppendEntries
  | AppendResponse
  | Heartbeat
  | HeartbeatResponse
  | InstallSnapshot
  | InstallSnapshotResponse
  | TimeoutNow
  | ReadIndexRequest
  | ReadIndexResponse;

export interface SnapshotDescription {
  readonly index: number;
  readonly term: number;
  /** The configuration in force at `index`. */
  readonly configuration: Configuration;
}

/** Timers are names: the core starts and stops them, the shell draws their durations. See `ready.ts`. */
export type TimerName = 'election' | 'electionSoon' | 'leaderLease' | 'heartbeat' | 'checkQuorum' | 'transfer';

/** One membership change: one member at a time (thesis 4.1). A promotion needs a learner that has caught up. */
export type MembershipChange =
  | { readonly kind: 'addLearner'; readonly member: Member }
  | { readonly kind: 'promote'; readonly member: Member }
  | { readonly kind: 'remove'; readonly member: Member };

/**
 * Everything that can happen to a node. `id`s name a request within one life of the node and are chosen by the shell.
 */
export type Input =
  | { readonly kind: 'message'; readonly message: RaftMessage }
  /** Entries to append, refused unless `admission` is the open one (see `Leadership`). */
  | { readonly kind: 'propose'; readonly admission: number; readonly payloads: PackedPayloads }
  | { readonly kind: 'read'; readonly id: number }
  /** Never delivered for a timer that was restarted or stopped meanwhile. */
  | { readonly kind: 'timer'; readonly timer: TimerName }
  /** The `Persist` with this sequence is on stable storage. */
  | { readonly kind: 'persisted'; readonly sequence: number }
  /** The state machine asks for up to `bytes` more committed entries and has applied up to `appliedIndex`. */
  | { readonly kind: 'pull'; readonly bytes: number; readonly appliedIndex: number }
  /** Start an election now: the first one of a cluster, so that a start never waits for a time-out. */
  | { readonly kind: 'campaign' }
  /** The link to a member is connected; and: that member's threads have ended. Never for cut, delay or pause. */
  | { readonly kind: 'peerUp'; readonly member: Member }
  | { readonly kind: 'peerDown'; readonly member: Member }
  | { readonly kind: 'changeMembership'; readonly id: number; readonly change: MembershipChange }
  | { readonly kind: 'transferLeadership'; readonly id: number; readonly to: number }
  /** The state machine holds a snapshot at this index: the log may be compacted behind it. */
  | { readonly kind: 'snapshotDurable'; readonly index: number }
  /** Answer to `Ready.snapshotReads`: bytes to send to that member; `done`: the last of the whole. */
  | {
      readonly kind: 'snapshotChunk';
      readonly to: Member;
      readonly index: number;
      readonly offset: number;
      readonly bytes: Uint8Array;
      readonly done: boolean;
    }
  /** Answer to `Ready.snapshotWrites` with `done`: the state machine has restored it, or could not. */
  | { readonly kind: 'snapshotRestored'; readonly index: number; readonly ok: boolean };
