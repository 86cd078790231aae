/** What a node knows of one other member: connection, vote, and as leader how far it is replicated. */
import type { Member, SnapshotDescription } from './messages.js';

/** One AppendEntries with entries that has not been acknowledged. */
export interface Inflight {
  readonly lastIndex: number;
  readonly bytes: number;
}

/** A snapshot on its way to a follower. */
export interface SnapshotTransfer {
  readonly snapshot: SnapshotDescription;
  /** The next byte that the follower wants. */
  offset: number;
  /** A `SnapshotRead` is with the shell. */
  reading: boolean;
  /** The follower answered since its heartbeat response before. */
  progressed: boolean;
}

export interface Progress {
  readonly member: Member;
  voter: boolean;
  /** False from `peerDown` to `peerUp`: nothing is sent. */
  connected: boolean;
  /** Its answer in the running (pre-)election. */
  vote: boolean | null;
  /** Heard since `checkQuorum` last fired, and in the time-out before that. */
  active: boolean;
  activeBefore: boolean;
  /** probe: one append at a time until one matches; replicate: pipelined; snapshot: the entries it needs are gone. */
  state: 'probe' | 'replicate' | 'snapshot';
  /** Known to be synced there; only grows within a term. */
  matchIndex: number;
  /** The next entry to send; always above `matchIndex`. */
  nextIndex: number;
  /** In state probe: an append is unanswered. */
  probeSent: boolean;
  inflight: Inflight[];
  inflightBytes: number;
  /** The highest commit index sent to it. */
  commitSent: number;
  /** The latest read round that it has answered. */
  ackedRound: number;
  /** Set in state snapshot only. */
  transfer: SnapshotTransfer | null;
}
