/** A state machine that does nothing: what is left of a write is its replication. */
import type { StateMachine } from '../src/index.js';

export const name = 'no-op';

export default function createNoOp(): StateMachine {
  return {
    apply: () => null,
    snapshot: () => new Uint8Array(),
    restore: () => undefined,
  };
}
