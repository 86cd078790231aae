/**
 * A metadata operation as the bytes that are sent, stored and applied: JSON in UTF-8. An operation that no state
 * would accept is refused here, so that it never reaches the log.
 */
import { crc32 } from 'node:zlib';
import { toClusterError } from '../errors.js';
import { refuseMalformed } from '../metadata/refuse-malformed.js';
import { clientLimits } from './limits.js';
import { invalid } from './options.js';
import { tooLarge } from './plain-copy.js';
import type { EncodedCommand } from './write.js';

/** A plain copy of what the caller gave; `timestamp` only if it was given. */
export interface PlainOperation {
  readonly type: unknown;
  readonly data: unknown;
  readonly timestamp?: unknown;
}

/** Throws the ClusterError that the operation would come to in any state. */
export function encodeOperation(operation: PlainOperation): EncodedCommand {
  if (typeof operation.type !== 'string') throw invalid('the type of an operation must be a text');
  const refusal = refuseMalformed(operation);
  if (refusal !== null) throw toClusterError(refusal);
  const given = JSON.stringify(operation);
  // A generated timestamp is no part of what the caller gave: a repeat of the call must have the same fingerprint.
  const ending = operation.timestamp === undefined ? `,"timestamp":${Date.now()}}` : '}';
  const bytes = Buffer.from(given.slice(0, -1) + ending);
  if (bytes.length > clientLimits.maxOperationBytes) throw tooLarge();
  return { bytes, fingerprint: crc32(bytes.subarray(0, bytes.length - ending.length)) };
}
