/**
 * Wraps any state machine so that a command which stands in the log more than once is executed once (thesis 6.3).
 * Everything here is replicated state: the same entries give the same tables on every node, however they are cut into
 * batches. Knows neither Raft nor metadata.
 */
import { assert, must } from '../assert.js';
import type { EntryRun } from '../raft/entries.js';
import { endsOf, EntryKind, lastIndexOf, payloadBytes } from '../raft/entries.js';
import type { Configuration, SnapshotDescription } from '../raft/messages.js';
import { readConfiguration } from '../raft/well-formed.js';
import { digestOf } from './digest.js';
import type { Answer, Envelope, OpenedEnvelope } from './envelope.js';
import { EnvelopeReader, knownIndexOf, openUnaddressed } from './envelope.js';
import type { Outcome } from './outcome.js';
import { decodeSnapshot, encodeSnapshot } from './replicated-snapshot.js';
import type { WritePlace } from './request-id.js';
import { parseGeneratedRequestId } from './request-id.js';
import { requestIdDigests, RequestIdTable } from './request-id-table.js';
import { MAX_ANSWERS, MAX_SESSIONS, SessionTable, sessionToLine } from './session-table.js';
import type { ApplyContext, CapturedState, HostedStateMachine } from './state-machine.js';

export interface CapturedReplicatedState extends CapturedState {
  /** Its configuration is the one in force at its index. */
  readonly description: SnapshotDescription;
}

export interface ReplicatedState {
  /** Index of the last entry applied; 0 before the first. */
  readonly appliedIndex: number;
  /**
   * Consecutive entries from `appliedIndex + 1` on. One answer for each enveloped command, in log order; an unaddressed
   * one has none, and what is neither has no effect. Throws only on bugs.
   */
  applyRuns(runs: readonly EntryRun[]): Answer[];
  query(request: unknown): unknown;
  capture(): CapturedReplicatedState;
  /** False: these are not the bytes of the snapshot described, and the state is as it was. */
  restore(bytes: Uint8Array, description: SnapshotDescription): boolean;
  /** The machine's state, as plain data. */
  dump(): unknown;
  /** Of the machine's state, the sessions and the request ids. */
  digest(): string;
}

/** `bootstrap`: the configuration in force before the first entry. Fewer sessions or answers are for tests. */
export function createReplicatedState(
  machine: HostedStateMachine,
  bootstrap: Configuration,
  maxSessions = MAX_SESSIONS,
  maxAnswers = MAX_ANSWERS,
): ReplicatedState {
  return new ExactlyOnceState(machine, bootstrap, new SessionTable(maxSessions, maxAnswers));
}

class ExactlyOnceState implements ReplicatedState {
  readonly #machine: HostedStateMachine;
  readonly #sessions: SessionTable;
  readonly #requestIds = new RequestIdTable();
  #appliedIndex = 0;
  #appliedTerm = 0;
  #configuration: Configuration;

  constructor(machine: HostedStateMachine, bootstrap: Configuration, sessions: SessionTable) {
    this.#machine = machine;
    this.#sessions = sessions;
    this.#configuration = bootstrap;
  }

  get appliedIndex(): number {
    return this.#appliedIndex;
  }

  applyRuns(runs: readonly EntryRun[]): Answer[] {
    const answers: Answer[] = [];
    this.#machine.begin();
    for (const run of runs) {
      assert(run.firstIndex === this.#appliedIndex + 1, `entry ${run.firstIndex} follows ${this.#appliedIndex}`);
      this.#applyRun(run, answers);
      this.#appliedIndex = lastIndexOf(run);
      this.#appliedTerm = run.term;
    }
    this.#machine.end();
    return answers;
  }

  query(request: unknown): unknown {
    return this.#machine.query(request);
  }

  capture(): CapturedReplicatedState {
    const index = this.#appliedIndex;
    const term = this.#appliedTerm;
    const configuration = this.#configuration;
    const machine = this.#machine.capture();
    const sessions = this.#sessions.capture();
    const requestIds = this.#requestIds.capture();
    return {
      description: { index, term, configuration },
      serialize: () => encodeSnapshot({ index, term, machine: machine.serialize(), sessions, requestIds }),
    };
  }

  restore(bytes: Uint8Array, { index, term, configuration }: SnapshotDescription): boolean {
    try {
      const snapshot = decodeSnapshot(bytes);
      if (snapshot.index !== index || snapshot.term !== term) return false;
      this.#machine.restore(snapshot.machine);
      this.#sessions.replaceAll(snapshot.sessions);
      this.#requestIds.replaceAll(snapshot.firstRequestId, snapshot.requestIds);
    } catch {
      return false;
    }
    this.#appliedIndex = index;
    this.#appliedTerm = term;
    this.#configuration = configuration;
    return true;
  }

  dump(): unknown {
    return this.#machine.dump();
  }

  digest(): string {
    const { horizon, sessions } = this.#sessions.list();
    return digestOf([
      this.#machine.digest(),
      digestOf([String(horizon), ...sessions.map(sessionToLine)]),
      ...requestIdDigests(this.#requestIds.capture()),
    ]);
  }

  #applyRun(run: EntryRun, answers: Answer[]): void {
    const { firstIndex, term, data } = run;
    const envelopes = new EnvelopeReader(data);
    const ends = endsOf(run);
    const head = data.length - payloadBytes(run);
    let start = head;
    for (let position = 0; position < run.count; position += 1) {
      const end = head + must(ends[position], 'an end for every payload');
      const kind = start < end ? data[start] : undefined;
      if (kind === EntryKind.application) {
        const envelope = envelopes.open(start, end);
        const context = { index: firstIndex + position, term };
        if (envelope !== null) answers.push(this.#applyEnvelope(envelope, context));
        else this.#applyUnaddressed(data.subarray(start, end), context);
      } else if (kind === EntryKind.configuration) {
        this.#configuration = must(readConfiguration(data.subarray(start, end)), 'a configuration in its entry');
      }
      start = end;
    }
  }

  #applyEnvelope(envelope: OpenedEnvelope, context: ApplyContext): Answer {
    const { session: id, sequence, fingerprint } = envelope;
    const session = envelope.opensSession
      ? this.#sessions.open(id, context.index, knownIndexOf(envelope))
      : this.#sessions.use(id, context.index, envelope.lowestUnanswered);
    if (session === undefined) return { session: id, sequence, index: context.index, refusal: 'unknownSession' };
    if (envelope.opensSession) return { session: id, sequence, index: session.openedIndex };
    const known = session.answers.get(sequence);
    if (known !== undefined) return addressed(envelope, sameOperation(known, fingerprint, context));
    if (sequence < session.lowestUnanswered) return addressed(envelope, refused('forgotten', fingerprint, context));
    const outcome = this.#outcomeOf(envelope, context);
    // Refusals too: the same entry must not come to be executed once the reason has been forgotten.
    this.#sessions.remember(id, sequence, outcome);
    return addressed(envelope, outcome);
  }

  #outcomeOf(envelope: OpenedEnvelope, context: ApplyContext): Outcome {
    const { requestId, fingerprint } = envelope;
    if (requestId === undefined) return this.#execute(envelope, context);
    const place = parseGeneratedRequestId(requestId);
    if (place !== undefined) return this.#outcomeAt(place, envelope, context);
    const first = this.#requestIds.find(requestId);
    if (first !== undefined) return sameOperation(first, fingerprint, context);
    const outcome = this.#execute(envelope, context);
    this.#requestIds.remember(requestId, outcome);
    return outcome;
  }

  /**
   * For an id that names another write: its outcome, or its execution in that write's place, which keeps the other
   * from it.
   */
  #outcomeAt(place: WritePlace, envelope: OpenedEnvelope, context: ApplyContext): Outcome {
    const origin = this.#sessions.find(place.session);
    const known = origin?.answers.get(place.sequence);
    if (known !== undefined) return sameOperation(known, envelope.fingerprint, context);
    if (origin === undefined || place.sequence < origin.lowestUnanswered) {
      return refused('forgotten', envelope.fingerprint, context);
    }
    const outcome = this.#execute(envelope, context);
    this.#sessions.remember(place.session, place.sequence, outcome);
    return outcome;
  }

  #applyUnaddressed(payload: Uint8Array, context: ApplyContext): void {
    const command = openUnaddressed(payload);
    if (command !== null) this.#apply(command, context);
  }

  #execute({ command, fingerprint }: OpenedEnvelope, context: ApplyContext): Outcome {
    return { fingerprint, index: context.index, result: this.#apply(command, context) };
  }

  #apply(command: Uint8Array, context: ApplyContext): unknown {
    try {
      return this.#machine.apply(command, context);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`the state machine failed on entry ${context.index}: ${reason}`, { cause });
    }
  }
}

function sameOperation(known: Outcome, fingerprint: number, context: ApplyContext): Outcome {
  return known.fingerprint === fingerprint ? known : refused('differentOperation', fingerprint, context);
}

function refused(refusal: NonNullable<Outcome['refusal']>, fingerprint: number, { index }: ApplyContext): Outcome {
  return { fingerprint, index, refusal };
}

function addressed({ session, sequence }: Envelope, { index, result, refusal }: Outcome): Answer {
  return refusal === undefined ? { session, sequence, index, result } : { session, sequence, index, refusal };
}
