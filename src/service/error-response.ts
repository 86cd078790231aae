/**
 * Errors as answers: the status of each code, and one shape for all. What nobody expected is `Internal`, without a word
 * of what it was.
 */
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ClusterError, type ErrorCode } from '../index.js';
import type { Context } from './web.js';

type RefusalCode =
  | 'InvalidArgument'
  | 'Unauthorized'
  | 'Forbidden'
  | 'ReadOnly'
  | 'NotFound'
  | 'MethodNotAllowed'
  | 'OtherEngine'
  | 'TooLarge'
  | 'UnsupportedMediaType'
  | 'Overloaded'
  | 'Internal';

const refusalStatus: Readonly<Record<RefusalCode, ContentfulStatusCode>> = {
  InvalidArgument: 400,
  Unauthorized: 401,
  Forbidden: 403,
  ReadOnly: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  OtherEngine: 409,
  TooLarge: 413,
  UnsupportedMediaType: 415,
  Overloaded: 429,
  Internal: 500,
};

const statusOf: Readonly<Record<ErrorCode, ContentfulStatusCode>> = {
  InvalidArgument: 400,
  UnknownOperation: 400,
  InvalidAssignment: 400,
  IneligibleReplica: 400,
  BrokerNotFound: 404,
  TopicNotFound: 404,
  PartitionNotFound: 404,
  NodeNotFound: 404,
  GroupNotFound: 404,
  UnknownMember: 404,
  BrokerExists: 409,
  TopicExists: 409,
  PartitionExists: 409,
  NotEnoughBrokers: 409,
  StaleEpoch: 409,
  GroupNotEmpty: 409,
  IllegalGeneration: 409,
  RebalanceInProgress: 409,
  ConfigurationInProgress: 409,
  DataDirInUse: 409,
  Compacted: 410,
  TooLarge: 413,
  Overloaded: 429,
  SlowConsumer: 429,
  StorageFailed: 500,
  CorruptLog: 500,
  DependencyMissing: 500,
  NoLeader: 503,
  NotLeader: 503,
  Aborted: 503,
  Stopped: 503,
  Timeout: 504,
  OutcomeUnknown: 504,
};

/** What the service itself refuses, before or beside the cluster. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly code: RefusalCode;
  readonly status: ContentfulStatusCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, message: string, more: Partial<Pick<Refusal, 'status' | 'headers'>> = {}) {
    super(message);
    this.code = code;
    this.status = more.status ?? refusalStatus[code];
    this.headers = more.headers ?? {};
  }
}

export function invalid(message: string): Refusal {
  return new Refusal('InvalidArgument', message);
}

/** The body of an answer that tells of an error. */
export interface ErrorBody {
  error: { code: string; message: string; retryable: boolean; details: Readonly<Record<string, unknown>> };
}

export function errorBody(error: unknown): ErrorBody {
  if (error instanceof ClusterError) {
    const { code, message, retryable, details } = error;
    return { error: { code, message, retryable, details } };
  }
  const { code, message } = asRefusal(error);
  return { error: { code, message, retryable: code === 'Overloaded', details: {} } };
}

export function errorResponse(context: Context, error: unknown): Response {
  const status = error instanceof ClusterError ? statusOf[error.code] : asRefusal(error).status;
  const headers = error instanceof Refusal ? error.headers : {};
  const retry = status === 429 ? { 'Retry-After': '1' } : {};
  return context.json(errorBody(error), status, { ...headers, ...retry });
}

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('Internal', 'something went wrong inside the service');
}
