/**
 * Every bound of the client in one place. What is full answers `Overloaded`, what is too large `TooLarge`. Units are
 * in the names.
 */
export const clientLimits = {
  /** One operation, entry or request as encoded, without its envelope. */
  maxOperationBytes: 1024 * 1024,
  /** Payloads of one `propose` message; a larger operation still goes, alone. */
  maxBatchBytes: 1024 * 1024,
  /**
   * `propose` messages with unanswered writes. One is worked on while the next is on its way; more would only be
   * smaller: 256 clients cost a third more then.
   */
  maxInFlightBatches: 2,
  /** Writes that left and are not yet answered: the credit of the node that leads. Reached, nothing more leaves. */
  maxInFlightOperations: 16_384,
  maxInFlightBytes: 8 * 1024 * 1024,
  /** Writes that wait, in flight or not, of all stores together. */
  maxPendingOperations: 65_536,
  maxPendingBytes: 64 * 1024 * 1024,
  /** Reads of one message; messages of them to one node that are not answered, of each consistency. */
  maxReadBatch: 16_384,
  maxInFlightReadBatches: 2,
  /** Reads that wait, in flight or not. */
  maxPendingReads: 65_536,
  /**
   * Writes of a session that ended as `OutcomeUnknown` and whose answers are still kept: so many, and for so many
   * sequences after they ended.
   */
  maxUnknownWrites: 1024,
  maxUnknownAge: 10_000,
  /** A session is followed by another before its sequence outgrows 32 bits. */
  maxSequence: 0x7fff_ffff,
  maxRequestIdBytes: 256,
  /** How late a deadline may be seen. */
  deadlineGranularityMs: 5,
  /** A refused read is asked again after so long, or as soon as any node's leadership changes. */
  readRetryMs: 10,
  /** Depth and count of values in one argument; cyclic ones exceed the depth. */
  maxArgumentDepth: 16,
} as const;
