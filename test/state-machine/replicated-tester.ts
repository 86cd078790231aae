/**
 * A replicated state over a machine that only writes down what it executes, fed with envelopes, for the tests of this
 * folder.
 */
import { EntryKind, packPayloads } from '../../src/raft/entries.js';
import type { Configuration } from '../../src/raft/messages.js';
import type { Answer, Envelope } from '../../src/state-machine/envelope.js';
import { sealEnvelope, sealOpening } from '../../src/state-machine/envelope.js';
import type { ReplicatedState } from '../../src/state-machine/exactly-once.js';
import { createReplicatedState } from '../../src/state-machine/exactly-once.js';
import { sessionOfUuid } from '../../src/state-machine/request-id.js';
import type { StateMachine } from '../../src/state-machine/state-machine.js';
import { hostUserMachine } from '../../src/state-machine/user-machine.js';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Its state is the list of commands executed; its answer the number of them. "bad" is rejected, "throw" is a bug. */
export function createListMachine(): StateMachine & { readonly executed: readonly string[] } {
  let executed: string[] = [];
  return {
    get executed() {
      return executed;
    },
    apply(entry) {
      const command = decoder.decode(entry);
      if (command === 'throw') throw new Error('thrown');
      if (command === 'bad') return { error: 'rejected' };
      executed.push(command);
      return { count: executed.length };
    },
    query: () => executed,
    snapshot: () => encoder.encode(JSON.stringify(executed)),
    restore(snapshot) {
      executed = JSON.parse(decoder.decode(snapshot)) as string[];
    },
  };
}

/** The session whose UUID ends in this number. */
export function uuidOf(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
export function sessionOf(number: number): string {
  return sessionOfUuid(uuidOf(number));
}

export interface Write extends Partial<Omit<Envelope, 'session'>> {
  readonly session: number;
  readonly sequence: number;
  readonly command?: string;
}

/** Fingerprints are taken from the command, as a client would. */
export function seal({ session, sequence, lowestUnanswered = 0, command = 'x', ...rest }: Write): Uint8Array {
  const fingerprint = rest.fingerprint ?? fingerprintOf(command);
  const requestId = rest.requestId === undefined ? {} : { requestId: rest.requestId };
  const envelope = { session: sessionOf(session), sequence, lowestUnanswered, fingerprint, ...requestId };
  return sealEnvelope(envelope, encoder.encode(command));
}

function fingerprintOf(command: string): number {
  return encoder.encode(command).reduce((sum, byte) => (sum * 31 + byte) >>> 0, 7);
}

/** What opens a session that was made when an entry of this index was known. */
export function opening(session: number, knownIndex = 0): Uint8Array {
  return sealOpening(sessionOf(session), knownIndex);
}

export const BOOTSTRAP: Configuration = { voters: [{ id: 1, incarnation: 'a' }], learners: [] };

export const NO_OP = Uint8Array.of(EntryKind.noOp);
export const CONFIGURATION = Uint8Array.of(EntryKind.configuration, ...encoder.encode(JSON.stringify(BOOTSTRAP)));

export interface ReplicatedTester {
  readonly state: ReplicatedState;
  readonly machine: ReturnType<typeof createListMachine>;
  /** Payloads as the next entries, in one batch. */
  applyAll(payloads: readonly Uint8Array[], term?: number): Answer[];
  write(write: Write): Answer;
  open(...sessions: number[]): void;
}

export function createReplicatedTester(maxSessions?: number, maxAnswers?: number): ReplicatedTester {
  const machine = createListMachine();
  const state = createReplicatedState(hostUserMachine(machine), BOOTSTRAP, maxSessions, maxAnswers);
  const tester: ReplicatedTester = {
    state,
    machine,
    applyAll: (payloads, term = 1) =>
      state.applyRuns([{ firstIndex: state.appliedIndex + 1, term, ...packPayloads(payloads) }]),
    write(write) {
      const [answer] = tester.applyAll([seal(write)]);
      if (answer === undefined) throw new Error('a write has an answer');
      return answer;
    },
    open(...sessions) {
      tester.applyAll(sessions.map((session) => opening(session, state.appliedIndex)));
    },
  };
  return tester;
}
