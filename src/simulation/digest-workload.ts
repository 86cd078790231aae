/**
 * The smallest state machine: a digest over all that was applied, so that two states are equal exactly when the same
 * operations were applied in the same order. For runs that are about the consensus core and its storage alone.
 */
import { drawInteger, type Random } from '../random.js';
import { digestBytes, EMPTY_DIGEST, extendDigest } from './digest.js';
import type { Workload, WorkloadMachine } from './workload.js';

const MAXIMUM_BYTES = 120;
const SNAPSHOT_BYTES = 300;

export const digestWorkload: Workload = { createMachine, operation };

function operation(random: Random): Uint8Array {
  return new Uint8Array(drawInteger(random, 1, MAXIMUM_BYTES)).fill(drawInteger(random, 0, 256));
}

function createMachine(): WorkloadMachine {
  let digest = EMPTY_DIGEST;
  /** Long enough for several chunks. */
  const snapshot = (): Uint8Array => {
    const bytes = new Uint8Array(SNAPSHOT_BYTES).fill(digest & 0xff);
    new DataView(bytes.buffer).setUint32(0, digest);
    return bytes;
  };
  return {
    check: () => undefined,
    restored: () => undefined,
    hosted: {
      begin: () => undefined,
      end: () => undefined,
      apply(command) {
        digest = extendDigest(digest, digestBytes(command));
        return digest;
      },
      query: () => digest,
      capture() {
        const bytes = snapshot();
        return { serialize: () => [bytes] };
      },
      restore(bytes) {
        digest = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(0);
      },
      dump: () => digest,
      digest: () => String(digest),
    },
  };
}
