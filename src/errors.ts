/**
 * The one error type of the public API, and its plain form for crossing threads: structured clone keeps neither the
 * class nor the fields of an Error, so actors exchange `ErrorValue`s and the host makes errors of them.
 */

export type ErrorCode =
  | 'InvalidArgument'
  | 'UnknownOperation'
  | 'BrokerExists'
  | 'BrokerNotFound'
  | 'TopicExists'
  | 'TopicNotFound'
  | 'PartitionExists'
  | 'PartitionNotFound'
  | 'InvalidAssignment'
  | 'NotEnoughBrokers'
  | 'StaleEpoch'
  | 'IneligibleReplica'
  | 'NodeNotFound'
  | 'NotLeader'
  | 'NoLeader'
  | 'GroupNotFound'
  | 'GroupNotEmpty'
  | 'UnknownMember'
  | 'IllegalGeneration'
  | 'RebalanceInProgress'
  | 'Timeout'
  | 'OutcomeUnknown'
  | 'Aborted'
  | 'Stopped'
  | 'Overloaded'
  | 'TooLarge'
  | 'StorageFailed'
  | 'CorruptLog'
  | 'DataDirInUse'
  | 'ConfigurationInProgress'
  | 'Compacted'
  | 'SlowConsumer'
  | 'DependencyMissing';

/** An expected failure as plain data. */
export interface ErrorValue {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Codes after which the same call may succeed later, and which promise that it has had no effect. */
const RETRYABLE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'NotLeader',
  'NoLeader',
  'Timeout',
  'Overloaded',
  'ConfigurationInProgress',
  'RebalanceInProgress',
  'NotEnoughBrokers',
  'DataDirInUse',
]);

/**
 * Every rejection of the public API is one of these. `NotLeader` carries `details.leader`, `OutcomeUnknown`
 * `details.requestId` and `details.cause`.
 */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly code: ErrorCode;
  /** The same call may succeed later and has had no effect. */
  readonly retryable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.retryable = RETRYABLE.has(code) && details['permanent'] !== true;
    this.details = details;
  }
}

export function toClusterError(value: ErrorValue): ClusterError {
  return new ClusterError(value.code, value.message, value.details);
}

export function toErrorValue({ code, message, details }: ClusterError): ErrorValue {
  return { code, message, details };
}
