/**
 * All unanswered writes of a host on their way to whoever leads: in call order, in few messages, within a window that
 * answers reopen. A new target gets them all again before any new one; their envelopes make it harmless (thesis 6.3).
 *
 * How a write may end: before it has left, by `Timeout`, `NoLeader`, `NotLeader`, `Aborted`, `Stopped`, all of which
 * promise that it has no effect. After that, by its answer or by `OutcomeUnknown`.
 */
import { must } from '../assert.js';
import type { ClusterError } from '../errors.js';
import { packPayloads, payloadAt, type PackedPayloads } from '../raft/entries.js';
import type { AnswerRun } from '../state-machine/answer-runs.js';
import { openEnvelope, sealEnvelope, sealOpening } from '../state-machine/envelope.js';
import type { AbortWatch } from './aborts.js';
import type { AnswerForm, Interruption } from './call.js';
import { AnswerMeter, FailureCounts } from './client-metrics.js';
import { clientLimits } from './limits.js';
import { notLeader, otherOperation, outcomeUnknown, overloaded } from './outcomes.js';
import type { Target } from './node-link.js';
import { SendWindow } from './send-window.js';
import { Session } from './session.js';
import { WriteList } from './write-list.js';
import { nobody, openingTerms, Write } from './write.js';
import type { EncodedCommand, Settlement, Writer, WriteTerms } from './write.js';

export interface ProposalsHost {
  readonly aborts: AbortWatch;
  /** Null: none known. */
  leaderId(): number | null;
  /** What a call that did not leave in time is told. */
  neverSent(cause: Interruption): ClusterError;
  scheduleFlush(): void;
}

export class Proposals {
  /** Refused for what they ask is no failure. */
  readonly failures = new FailureCounts();
  readonly answers = new AnswerMeter();
  readonly #host: ProposalsHost;
  readonly #list = new WriteList();
  readonly #window = new SendWindow();
  /** Those with a pending write. */
  readonly #sessions = new Map<string, Session<Write>>();
  /** Left under the present target, settled since as `OutcomeUnknown`: they hold credit until answered. */
  readonly #expired = new Set<Write>();
  /** The highest index of any answer. */
  #knownIndex = 0;
  #target: Target | null = null;
  /** Numbers the targets; 0 before the first. */
  #targetNumber = 0;

  constructor(host: ProposalsHost) {
    this.#host = host;
  }

  get idle(): boolean {
    return this.#window.empty;
  }

  get pending(): number {
    return this.#list.operations;
  }

  submit(writer: Writer, command: EncodedCommand, terms: WriteTerms, form: AnswerForm<Write>): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const bytes = this.#list.bytes + command.bytes.length;
      if (this.#list.operations >= clientLimits.maxPendingOperations || bytes > clientLimits.maxPendingBytes) {
        reject(this.failures.counted(overloaded('writes')));
      } else if (writer.nodeId !== null && writer.nodeId !== this.#target?.nodeId) {
        reject(this.failures.counted(notLeader(writer.nodeId, this.#host.leaderId())));
      } else {
        const write = this.#append(writer, command, terms, { form, resolve, reject });
        if (terms.signal !== undefined) this.#host.aborts.add(terms.signal, write);
        this.#host.scheduleFlush();
      }
    });
  }

  /** Sends what has not left yet, as far as the window allows. */
  flush(): void {
    const target = this.#target;
    if (target === null) return;
    while (this.#list.cursor !== null && this.#window.open) {
      const batch = this.#takeBatch(target);
      if (batch.length === 0) return;
      target.post({ kind: 'propose', admission: target.admission, payloads: packPayloads(batch) });
    }
  }

  /** Another node leads, another admission is open, or none. */
  retarget(target: Target | null): void {
    this.#target = target;
    if (target !== null) {
      this.#targetNumber += 1;
      this.#window.reset(this.#targetNumber);
      for (const write of this.#expired) this.#forget(write);
      this.#expired.clear();
      this.#list.rewind();
    }
    this.#list.visit((write) => {
      const nodeId = write.writer.nodeId;
      if (nodeId === null || nodeId === target?.nodeId || write.timesSent > 0 || write.opensSession) return;
      this.#fail(write, notLeader(nodeId, this.#host.leaderId()));
    });
    this.#host.scheduleFlush();
  }

  /** The threads of a node have ended: nothing answers what only that node was asked. */
  nodeEnded(nodeId: number): void {
    this.#list.visit((write) => {
      if (write.writer.nodeId === nodeId && write.timesSent > 0) this.interrupt(write, 'Stopped');
    });
  }

  answered(runs: readonly AnswerRun[]): void {
    for (const run of runs) this.#takeRun(run);
    if (this.#list.cursor !== null) this.#host.scheduleFlush();
  }

  /** As if they had not left that time: whoever cannot have had an effect is told so. The others go again. */
  refused(payloads: PackedPayloads, error: ClusterError): void {
    for (let place = 0; place < payloads.count; place += 1) {
      const { session, sequence } = must(openEnvelope(payloadAt(payloads, place)), 'sealed here');
      const write = this.#sessions.get(session)?.pending.get(sequence);
      if (write === undefined || write.settled) continue;
      write.timesSent -= 1;
      if (write.timesSent === 0 && !write.opensSession) this.#fail(write, error);
    }
  }

  interrupt(write: Write, cause: Interruption): void {
    if (write.opensSession || write.settled) return;
    if (write.timesSent === 0) this.#fail(write, this.#host.neverSent(cause));
    else this.#expire(write, cause);
  }

  /** Ends all that are due; the earliest deadline left. */
  endDue(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    this.#list.visit((write) => {
      if (write.deadline <= now) this.interrupt(write, 'Timeout');
      else if (write.deadline < earliest) earliest = write.deadline;
    });
    return earliest;
  }

  /** No answer will come any more. `certain` is for those that never left. */
  endAll(certain: () => ClusterError): void {
    this.#list.visit((write) => {
      if (write.opensSession) this.#settle(write);
      else if (write.timesSent === 0) this.#fail(write, certain());
      else this.#expire(write, 'Stopped');
    });
  }

  #append(writer: Writer, command: EncodedCommand, terms: WriteTerms, settlement: Settlement): Write {
    const session = this.#openSession(writer);
    const lowestUnanswered = session.lowestUnanswered();
    const sequence = session.takeSequence();
    const payload = sealEnvelope(
      {
        session: session.id,
        sequence,
        lowestUnanswered,
        fingerprint: command.fingerprint,
        ...(terms.requestId === undefined ? {} : { requestId: terms.requestId }),
      },
      command.bytes,
    );
    return this.#link(new Write(this, { writer, session, sequence, payload }, terms, settlement));
  }

  /**
   * The writer's session; a new one's opening goes right ahead of its first write, since all are sent and resent in
   * order; to any leader, even for a writer of one node, since a repeat under a request id asks for it there.
   */
  #openSession(writer: Writer): Session<Write> {
    if (writer.session !== null && !writer.session.exhausted) return writer.session;
    const session = new Session<Write>();
    writer.session = session;
    const payload = sealOpening(session.id, this.#knownIndex);
    const place = { writer, session, sequence: session.takeSequence(), payload };
    this.#link(new Write(this, place, openingTerms, nobody));
    return session;
  }

  #link(write: Write): Write {
    if (write.session.pending.size === 0) this.#sessions.set(write.session.id, write.session);
    write.session.pending.add(write.sequence, write);
    this.#list.append(write);
    return write;
  }

  #takeBatch(target: Target): Uint8Array[] {
    const batch: Uint8Array[] = [];
    const sent = this.#window.openBatch();
    let bytes = 0;
    let write = this.#list.cursor;
    while (write !== null && this.#window.hasRoom) {
      const length = write.payload.length;
      if (batch.length > 0 && bytes + length > clientLimits.maxBatchBytes) break;
      const nodeId = write.writer.nodeId;
      if (nodeId === null || nodeId === target.nodeId || write.opensSession) {
        write.batch = sent;
        write.timesSent += 1;
        this.#window.take(sent, length);
        bytes += length;
        batch.push(write.payload);
      }
      write = write.next;
    }
    this.#list.cursor = write;
    return batch;
  }

  #takeRun({ session, firstSequence, firstIndex, results, refusal }: AnswerRun): void {
    this.#knownIndex = Math.max(this.#knownIndex, firstIndex + results.length - 1);
    const pending = this.#sessions.get(session)?.pending;
    if (pending === undefined || results.length === 0) return;
    const sampled = pending.get(firstSequence + this.answers.answer(results.length));
    if (sampled?.settled === false && !sampled.opensSession) this.answers.sample(sampled.terms.calledAtMs);
    for (let place = 0; place < results.length; place += 1) {
      const write = pending.get(firstSequence + place);
      if (write !== undefined) this.#take(write, firstIndex + place, results[place], refusal);
    }
  }

  #take(write: Write, index: number, result: unknown, refusal: AnswerRun['refusal']): void {
    this.#window.giveBack(write.batch, write.payload.length);
    if (write.settled) {
      this.#expired.delete(write);
      this.#forget(write);
      return;
    }
    if (refusal === 'unknownSession') this.#sessionLost(write);
    else if (refusal === 'forgotten') this.#fail(write, outcomeUnknown(write, 'Timeout'));
    else {
      this.#settle(write);
      write.conclude(refusal === null ? write.form(index, result, write) : otherOperation(write));
    }
  }

  /**
   * A session was evicted, or not opened since it may have been. Every write of it that left once had no effect and
   * goes again under a new session, in order; one that left twice may have had an effect the first time.
   */
  #sessionLost(refused: Write): void {
    if (refused.writer.session === refused.session) refused.writer.session = null;
    for (const write of refused.session.pending.items()) {
      if (write.settled) continue;
      if (write.opensSession) this.#settle(write);
      else if (write.timesSent > 1 || write.moved) this.#expire(write, 'Timeout');
      else this.#move(write);
    }
    this.#forget(refused);
    this.#expired.delete(refused);
    this.#host.scheduleFlush();
  }

  /** The promise of a write passes to a new one under the writer's present session. */
  #move(write: Write): void {
    this.#detach(write);
    if (write.timesSent > 0) this.#expired.add(write);
    else this.#forget(write);
    const { command, fingerprint } = must(openEnvelope(write.payload), 'sealed here');
    const moved = this.#append(write.writer, { bytes: command, fingerprint }, write.terms, write);
    moved.moved = true;
    if (moved.signal !== undefined) this.#host.aborts.add(moved.signal, moved);
  }

  #expire(write: Write, cause: Interruption): void {
    this.#detach(write);
    write.session.addUnknown(write.sequence);
    if (this.#window.holds(write.batch)) this.#expired.add(write);
    else this.#forget(write);
    write.reject(this.failures.counted(outcomeUnknown(write, cause)));
  }

  #fail(write: Write, error: ClusterError): void {
    this.#settle(write);
    write.reject(this.failures.counted(error));
  }

  #settle(write: Write): void {
    this.#detach(write);
    this.#forget(write);
  }

  /** It is no longer sent, nor does anything but its answer find it. */
  #detach(write: Write): void {
    write.settled = true;
    this.#list.remove(write);
    if (write.signal !== undefined) this.#host.aborts.remove(write.signal, write);
  }

  #forget(write: Write): void {
    const { pending, id } = write.session;
    pending.delete(write.sequence);
    if (pending.size === 0) this.#sessions.delete(id);
  }
}
