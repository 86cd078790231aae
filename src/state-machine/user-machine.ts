/**
 * Hosts a user's own `StateMachine` where the metadata machine is hosted otherwise. Its answers are copied, since a
 * machine may give out what it later changes, and must be plain data (`plain-data.ts`). A throw in `apply` is not
 * caught: it ends the node.
 */
import { ClusterError } from '../errors.js';
import { digestOf } from './digest.js';
import { copyPlain } from './plain-data.js';
import type { HostedStateMachine, StateMachine } from './state-machine.js';

export function hostUserMachine(machine: StateMachine): HostedStateMachine {
  return {
    begin: () => undefined,
    end: () => undefined,
    apply: (command, context) => copyPlain(machine.apply(command, context)),
    query(request) {
      if (machine.query === undefined)
        throw new ClusterError('InvalidArgument', 'this state machine answers no queries');
      if (!(request instanceof Uint8Array)) throw new ClusterError('InvalidArgument', 'a request must be bytes');
      try {
        return machine.query(request);
      } catch (error) {
        throw new ClusterError('InvalidArgument', error instanceof Error ? error.message : String(error));
      }
    },
    // The machine changes in place, so its snapshot is taken now and cannot wait until it is wanted.
    capture() {
      const snapshot = Uint8Array.from(machine.snapshot());
      return { serialize: () => [snapshot] };
    },
    restore(snapshot) {
      const before = Uint8Array.from(machine.snapshot());
      try {
        machine.restore(Uint8Array.from(snapshot));
      } catch (error) {
        machine.restore(before);
        throw error;
      }
    },
    dump: () => readable(machine.snapshot()),
    digest: () => digestOf([machine.snapshot()]),
  };
}

/** A snapshot as the JSON it holds, otherwise as text in hexadecimal. */
function readable(snapshot: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(snapshot));
  } catch {
    return Array.from(snapshot, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}
