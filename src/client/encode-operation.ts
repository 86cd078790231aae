/**
 * A metadata operation as the bytes that are sent, stored and applied. An operation that no state would accept is
 * refused here, so that it never reaches the log.
 */
import { crc32 } from 'node:zlib';
import { toClusterError } from '../errors.js';
import { operationToText, type PlainOperation } from '../metadata/operation-codec.js';
import { refuseMalformed } from '../metadata/refuse-malformed.js';
import { clientLimits } from './limits.js';
import { invalid } from './options.js';
import { tooLarge } from './plain-copy.js';
import type { EncodedCommand } from './write.js';

/** `operation` is a plain copy of what the caller gave. Throws the ClusterError that the operation would come to in any state. */
export function encodeOperation(operation: PlainOperation): EncodedCommand {
  if (typeof operation.type !== 'string') throw invalid('the type of an operation must be a text');
  const refusal = refuseMalformed(operation);
  if (refusal !== null) throw toClusterError(refusal);
  const { timestamp = Date.now() } = operation;
  const bytes = Buffer.from(operationToText(operation, timestamp));
  if (bytes.length > clientLimits.maxOperationBytes) throw tooLarge();
  // A generated timestamp is no part of what the caller gave: a repeat of the call must have the same fingerprint.
  const isGenerated = operation.timestamp === undefined;
  const given = isGenerated ? bytes.subarray(0, bytes.length - String(timestamp).length - 1) : bytes;
  return { bytes, fingerprint: crc32(given) };
}
