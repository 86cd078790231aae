/** The bounds of watching and viewing, on both sides of the port between a metadata-store and the host. */
export const watchLimits = {
  /**
   * Log indexes whose change records every metadata-store keeps. More than the writes that a host may have in flight
   * (16,384): one that stands still for a while does not fall behind what its own writes bring.
   */
  maxKeptChanges: 20_000,
  /** Records of all of them together; the latest change is kept whatever its size. */
  maxKeptRecords: 200_000,
  /** Changes that the host keeps for the watches of one feed, which read at their own pace. */
  maxUnreadChanges: 10_000,
  maxUnreadRecords: 200_000,
  /** Messages of a subscription on their way, or not handled yet: the credit of the metadata-store. */
  windowMessages: 16,
  /** The same of a watch that catches up: it is sent no more than it reads. */
  catchUpWindowMessages: 1,
  /** Of one message of a feed; a change of more records goes alone. */
  maxChangesPerMessage: 1_024,
  maxRecordsPerMessage: 4_096,
  /** Of one slice of an image, which takes its thread well under a millisecond. */
  maxRecordsPerSlice: 1_024,
} as const;
