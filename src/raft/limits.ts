/** Every bound of the consensus core in one place. Sizes are payload bytes unless they say otherwise. */

export interface RaftLimits {
  /** Entries in one AppendEntries; a single larger entry still moves, alone. */
  readonly maxAppendBytes: number;
  /** AppendEntries with entries on their way to one follower, not yet acknowledged. */
  readonly maxInflightAppends: number;
  /** Bytes in them. */
  readonly maxInflightBytes: number;
  readonly snapshotChunkBytes: number;
  /** A follower whose state machine stands still takes no more entries beyond this; a snapshot brings it up later. */
  readonly maxUnappliedBytes: number;
  /** Entries kept behind a snapshot, so that a follower a little behind needs no snapshot. */
  readonly trailingEntries: number;
  /** Payloads kept behind a snapshot for whomever; what is older goes even if a follower still needs it. */
  readonly maxRetainedBytes: number;
  /** A learner this close to the leader's last entry may be promoted. */
  readonly promotionLagEntries: number;
  /** Reads (of this node and forwarded by others) that wait for a quorum round; more are refused. */
  readonly maxWaitingReads: number;
  /** Groups of reads that a follower has asked its leader about at one time; more reads join the next group. */
  readonly maxForwardedReadGroups: number;
  /** After so many refused attempts `electionSoon` gives way to the normal election time-out. */
  readonly maxElectionSoonAttempts: number;
}

export const defaultRaftLimits: RaftLimits = {
  maxAppendBytes: 256 * 1024,
  maxInflightAppends: 64,
  maxInflightBytes: 4 * 1024 * 1024,
  snapshotChunkBytes: 256 * 1024,
  maxUnappliedBytes: 16 * 1024 * 1024,
  trailingEntries: 10_000,
  maxRetainedBytes: 3 * 1024 * 1024,
  promotionLagEntries: 1_000,
  maxWaitingReads: 100_000,
  maxForwardedReadGroups: 16,
  maxElectionSoonAttempts: 6,
};
