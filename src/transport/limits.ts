/** Every bound of a transport link and of a raft-node's end of it, in one place. */
export const LinkLimits = {
  /**
   * The first pause after a failed attempt to connect; each further one is `backOffFactor` longer, up to the maximum.
   */
  initialBackOffMs: 10,
  maxBackOffMs: 1_000,
  backOffFactor: 2,
  /**
   * Up to this part of a pause is taken off at random; small enough that pauses still grow strictly until the maximum.
   */
  backOffJitter: 0.25,
  /** An end that does not say hello for so long has failed the attempt. */
  handshakeTimeoutMs: 1_000,

  /** Credits are returned for this many frames at once: a message for each would double the traffic. */
  creditBatchFrames: 16,
  /** Frames a node may have posted that its link has not taken yet. */
  maxUntakenFrames: 256,
  /** Frames a link may have posted that the node has not taken yet; a port's own queue has no bound. */
  maxUncreditedFrames: 64,

  /**
   * What one direction holds while it is delayed, broken or out of credit; beyond, the oldest is dropped and Raft sends
   * again.
   */
  maxQueuedMessages: 4_096,
  maxQueuedBytes: 16 * 1024 * 1024,
  /** A backlog is handed on in frames of at most so many messages. */
  maxMessagesPerFrame: 256,

  /** How long a reordered message, or the second copy of a duplicated one, may be held back. */
  maxHoldBackMs: 20,
} as const;
