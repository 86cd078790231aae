/**
 * A metadata operation as the bytes that are sent, stored and applied. An operation that no state would accept is
 * refused here, so that it never reaches the log.
 */
import { crc32 } from 'node:zlib';
import { toClusterError } from '../errors.js';
import { MAX_PLACEMENT_SEED } from '../metadata/limits.js';
import { operationToText, type PlainOperation } from '../metadata/operation-codec.js';
import type { OperationType } from '../metadata/operations.js';
import { refuseMalformed } from '../metadata/refuse-malformed.js';
import { drawInteger, type Random } from '../random.js';
import { clientLimits } from './limits.js';
import { invalid } from './options.js';
import { tooLarge } from './plain-copy.js';
import type { EncodedCommand } from './write.js';

/** Those whose placements are drawn from a seed. */
const PLACING: ReadonlySet<unknown> = new Set<OperationType>(['create_topic', 'create_topics', 'add_partitions']);

/**
 * `operation` is a plain copy of what the caller gave; `random` draws what it gave no seed for. Throws the ClusterError
 * that the operation would come to in any state.
 */
export function encodeOperation(operation: PlainOperation, random: Random): EncodedCommand {
  if (typeof operation.type !== 'string') throw invalid('the type of an operation must be a text');
  const refusal = refuseMalformed(operation);
  if (refusal !== null) throw toClusterError(refusal);
  const { timestamp = Date.now() } = operation;
  const seeded = withPlacementSeed(operation, random);
  const bytes = Buffer.from(operationToText(seeded, timestamp));
  if (bytes.length > clientLimits.maxOperationBytes) throw tooLarge();
  // What is generated is no part of what the caller gave: a repeat of the call must have the same fingerprint.
  const unseeded = seeded === operation ? bytes : Buffer.from(operationToText(operation, timestamp));
  const isTimeGiven = operation.timestamp !== undefined;
  const given = isTimeGiven ? unseeded : unseeded.subarray(0, unseeded.length - String(timestamp).length - 1);
  return { bytes, fingerprint: crc32(given) };
}

function withPlacementSeed(operation: PlainOperation, random: Random): PlainOperation {
  if (operation.placementSeed !== undefined || !PLACING.has(operation.type)) return operation;
  return { ...operation, placementSeed: drawPlacementSeed(random) };
}

export function drawPlacementSeed(random: Random): number {
  return drawInteger(random, 0, MAX_PLACEMENT_SEED + 1);
}
