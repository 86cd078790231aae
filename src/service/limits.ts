/** Every bound of the service in one place. Units are in the names. */
export const serviceLimits = {
  bodyBytes: 1024 * 1024,
  /** Of one client address: so many at once, and so many a second from then on. */
  burstRequests: 2_000,
  requestsPerSecond: 1_000,
  /** Client addresses whose requests are counted; beyond it the one that was silent longest begins anew. */
  addresses: 1_024,
  connections: 1_024,
  /** How long a client may take to send its headers, and all of its request. */
  headersMs: 10_000,
  requestMs: 30_000,
  /** Open event streams. */
  subscribers: 64,
  /** A stream whose socket takes nothing for so long is ended. */
  drainMs: 5_000,
  /** A stream that has nothing to say sends a comment, so that whatever is in between keeps it open. */
  commentMs: 15_000,
  /** Between two looks at the status for event streams. */
  statusMs: 50,
  /**
   * Between two pictures for live pages: so long, or so many times as long as the last one took to make, which is
   * longer where the threads have much else to do; but never more than the most.
   */
  pictureMs: 200,
  pictureTimes: 30,
  pictureMostMs: 1_000,
  /** Between two judgements of health in them while nothing else changes. */
  pictureHealthMs: 1_000,
  /** A change of the members waits for a new node to catch up. */
  membershipMs: 30_000,
  /** What is being answered when the service is closed may still be finished. */
  closeMs: 500,
};

export type ServiceLimits = typeof serviceLimits;
