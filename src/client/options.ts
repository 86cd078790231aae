/** The options of one call, read once and checked. Whatever a caller hands over instead is `InvalidArgument`. */
import { ClusterError } from '../errors.js';
import type { CallTerms } from './call.js';
import { clientLimits } from './limits.js';

export interface Wait {
  /** Default `proposalTimeoutMs` of the cluster. */
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface CallOptions extends Wait {
  /**
   * Every write has one, generated when absent and given back in an error's `details.requestId`. Same id, same
   * operation: one effect, the first answer, also from another store. Same id, another operation: `InvalidArgument`.
   * Ids of your own are remembered for the last 100,000 operations that carried one; later the id is a new write. 1
   * to 256 bytes.
   */
  requestId?: string;
}

export interface ValidateOptions extends CallOptions {
  /** Answers what would be, and changes nothing: a linearizable read. Default false. */
  validateOnly?: boolean;
}

export interface ReadOptions extends Wait {
  /** 'local': whatever the answering node has applied. Default 'linearizable'. */
  consistency?: 'linearizable' | 'local';
}

export interface WatchOptions {
  /** Of the log, exclusive: what follows it is told. Absent: from now. */
  fromIndex?: number;
  signal?: AbortSignal;
}

export interface CallArguments extends CallTerms {
  /** On the clock of `performance.now()`. */
  readonly calledAtMs: number;
  readonly requestId: string | undefined;
  /** A read that need not be linearizable. */
  readonly local: boolean;
}

/** Throws `InvalidArgument`, or whatever a getter of the caller throws. */
export function readCallArguments(options: unknown, defaultTimeoutMs: number): CallArguments {
  const now = performance.now();
  if (options === undefined) {
    const deadline = now + defaultTimeoutMs;
    return { calledAtMs: now, deadline, signal: undefined, requestId: undefined, local: false };
  }
  if (typeof options !== 'object' || options === null) throw invalid('options must be an object');
  const { timeoutMs, signal, requestId, consistency } = options as Record<keyof (CallOptions & ReadOptions), unknown>;
  return {
    calledAtMs: now,
    deadline: now + readTimeout(timeoutMs, defaultTimeoutMs),
    signal: readSignal(signal),
    requestId: readRequestId(requestId),
    local: readConsistency(consistency),
  };
}

/** Throws as above. */
export function isValidateOnly(options: unknown): boolean {
  const { validateOnly = false } = (options ?? {}) as { readonly validateOnly?: unknown };
  if (typeof validateOnly === 'boolean') return validateOnly;
  throw invalid('validateOnly must be true or false');
}

/** Throws `InvalidArgument`. */
export function readWatchOptions(options: unknown): {
  readonly fromIndex: number | undefined;
  readonly signal: AbortSignal | undefined;
} {
  if (options === undefined) return { fromIndex: undefined, signal: undefined };
  if (typeof options !== 'object' || options === null) throw invalid('options must be an object');
  try {
    const { fromIndex, signal } = options as Record<keyof WatchOptions, unknown>;
    return {
      fromIndex: fromIndex === undefined ? undefined : readLogIndex(fromIndex, 'fromIndex'),
      signal: readSignal(signal),
    };
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

export function readLogIndex(index: unknown, name: string): number {
  if (typeof index === 'number' && Number.isSafeInteger(index) && index >= 0) return index;
  throw invalid(`${name} must be an index of the log`);
}

/** What to reject with when reading an argument threw: the caller's objects may throw anything. */
export function unreadable(thrown: unknown): ClusterError {
  if (thrown instanceof ClusterError) return thrown;
  return invalid('an argument cannot be read: a getter, a proxy or an iterator of it throws');
}

export function invalid(message: string): ClusterError {
  return new ClusterError('InvalidArgument', message);
}

function readTimeout(timeoutMs: unknown, defaultTimeoutMs: number): number {
  if (timeoutMs === undefined) return defaultTimeoutMs;
  if (typeof timeoutMs === 'number' && Number.isFinite(timeoutMs) && timeoutMs > 0) return timeoutMs;
  throw invalid('timeoutMs must be a finite number above 0');
}

function readSignal(signal: unknown): AbortSignal | undefined {
  if (signal === undefined) return undefined;
  // Reading `aborted` throws on an object that only looks like one.
  if (signal instanceof AbortSignal && typeof signal.aborted === 'boolean') return signal;
  throw invalid('signal must be an AbortSignal');
}

function readRequestId(requestId: unknown): string | undefined {
  if (requestId === undefined) return undefined;
  if (typeof requestId === 'string' && requestId !== '' && requestId.length <= clientLimits.maxRequestIdBytes) {
    if (Buffer.byteLength(requestId) <= clientLimits.maxRequestIdBytes) return requestId;
  }
  throw invalid(`requestId must be a text of 1 to ${clientLimits.maxRequestIdBytes} bytes`);
}

function readConsistency(consistency: unknown): boolean {
  if (consistency === undefined || consistency === 'linearizable') return false;
  if (consistency === 'local') return true;
  throw invalid("consistency must be 'linearizable' or 'local'");
}
