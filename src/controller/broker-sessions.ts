/**
 * The sessions of brokers at the leader, by KRaft's rules (KIP-631): who is heard of, who is fenced for being silent,
 * who is let back, who may shut down. Heartbeats are not in the log; what follows from them is proposed, one step of a
 * broker at a time, again and again until the metadata shows it. Departures: a broker is supervised from its first
 * heartbeat on, and a session that is not supervised never ends.
 */
import { must } from '../assert.js';
import type { OperationAnswer } from '../metadata/answer.js';
import { rejected } from '../metadata/answer.js';
import { brokerKey } from '../metadata/broker-key.js';
import { isFenced } from '../metadata/broker-states.js';
import type { Image } from '../metadata/image.js';
import { findBroker, listBrokers } from '../metadata/image.js';
import { MAX_BROKERS_PER_OPERATION } from '../metadata/limits.js';
import type { BrokerHeartbeat, BrokerInfo, HeartbeatAnswer, Operation } from '../metadata/model.js';
import type { RecordHeartbeats } from '../metadata/operations.js';
import type { Moment } from '../state-machine/hosted-controller.js';
import { NotYet } from '../state-machine/state-machine.js';
import type { Session, StepType } from './broker-session.js';
import { followBroker, hasNews, isDone, isWatched, startSession } from './broker-session.js';
import type { ControllerPart } from './controller-part.js';
import { leadsAny } from './leads-any.js';

/** How often what brokers have said is written down for all nodes. */
const RECORDS_PER_SESSION = 4;
/** A proposal that does not show in the metadata may have been dropped on its way into the log. */
const PROPOSE_AGAIN_MS = 1_000;

export class BrokerSessions implements ControllerPart {
  readonly #timeoutMs: number;
  readonly #sessions = new Map<number, Session>();
  /** Those with a step under way. */
  readonly #stepping = new Set<Session>();
  readonly #unrecorded = new Set<Session>();
  /** The brokers that were looked at last. */
  #seen: Image['brokers'] | null = null;
  /** No session ends before. */
  #nextEndAt = 0;
  #nextRecordAt = 0;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** All sessions begin anew. */
  lead(): void {
    this.#sessions.clear();
    this.#stepping.clear();
    this.#unrecorded.clear();
    this.#seen = null;
    this.#nextRecordAt = 0;
  }

  hear(image: Image, beat: BrokerHeartbeat, moment: Moment): void {
    const info = findBroker(image, beat.brokerId);
    if (info?.brokerEpoch === beat.brokerEpoch) this.#contact(info, beat, moment);
  }

  /** A `NotYet` where the broker's state is about to change: it is told what it then is. */
  answer(image: Image, beat: BrokerHeartbeat, moment: Moment): OperationAnswer<HeartbeatAnswer> | NotYet {
    const { brokerId, brokerEpoch, shuttingDown = false } = beat;
    const info = findBroker(image, brokerId);
    if (info === undefined) return rejected('BrokerNotFound', `broker ${brokerId} is not registered`);
    if (info.brokerEpoch !== brokerEpoch) {
      return rejected('StaleEpoch', `broker ${brokerId} has epoch ${info.brokerEpoch}, not ${brokerEpoch}`);
    }
    this.#observe(image, moment);
    // It may have been registered only after the heartbeat had come in.
    const session = this.#sessionOf(info) ?? this.#contact(info, beat, moment);
    const type = session.step === null ? this.#nextStep(image, info, session, beat) : session.step.type;
    if (type === null) return { value: { fenced: isFenced(info), mayShutDown: shuttingDown && isFenced(info) } };
    this.#begin(session, type);
    return new NotYet(brokerKey(brokerId));
  }

  operations(image: Image, moment: Moment): Operation[] {
    const { now } = moment;
    this.#observe(image, moment);
    this.#endOneSession(image, now);
    const operations: Operation[] = [];
    let recordsNow = now >= this.#nextRecordAt;
    for (const session of this.#stepping) {
      const step = must(session.step, 'a step under way');
      if (step.proposedAt !== null && now - step.proposedAt < PROPOSE_AGAIN_MS) continue;
      step.proposedAt = now;
      const { brokerId, brokerEpoch } = session;
      if (step.type !== 'record_heartbeats') operations.push({ type: step.type, data: { brokerId, brokerEpoch } });
      else this.#unrecorded.add(session);
      recordsNow ||= step.type === 'record_heartbeats';
    }
    if (recordsNow && this.#unrecorded.size > 0) {
      operations.push(...this.#recordAll(image, now));
      this.#nextRecordAt = now + this.#timeoutMs / RECORDS_PER_SESSION;
    }
    return operations;
  }

  nextDueAt(): number {
    let at = this.#isFencing() ? Number.POSITIVE_INFINITY : this.#nextEndAt;
    if (this.#unrecorded.size > 0) at = Math.min(at, this.#nextRecordAt);
    for (const { step } of this.#stepping) {
      const proposedAt = step?.proposedAt ?? Number.NEGATIVE_INFINITY;
      at = Math.min(at, proposedAt + PROPOSE_AGAIN_MS);
    }
    return at;
  }

  // ------------------------------------------------------------ sessions

  #sessionOf({ id, brokerEpoch }: Readonly<BrokerInfo>): Session | undefined {
    const session = this.#sessions.get(id);
    return session?.brokerEpoch === brokerEpoch ? session : undefined;
  }

  #contact(info: Readonly<BrokerInfo>, beat: BrokerHeartbeat, { now }: Moment): Session {
    const session = this.#sessionOf(info) ?? this.#start(info, now);
    session.contactAt = now;
    session.beatAt = now;
    session.appliedIndex = beat.appliedIndex;
    session.resources = { ...session.resources, ...beat.resources };
    this.#unrecorded.add(session);
    return session;
  }

  #start(info: Readonly<BrokerInfo>, now: number): Session {
    this.#forget(info.id);
    const session = startSession(info, now);
    this.#sessions.set(info.id, session);
    return session;
  }

  #forget(brokerId: number): void {
    const session = this.#sessions.get(brokerId);
    if (session === undefined) return;
    this.#sessions.delete(brokerId);
    this.#stepping.delete(session);
    this.#unrecorded.delete(session);
  }

  /** Takes in what has become of the brokers. */
  #observe(image: Image, { now, appliedIndex }: Moment): void {
    if (image.brokers === this.#seen) return;
    this.#seen = image.brokers;
    this.#nextEndAt = now;
    for (const brokerId of this.#sessions.keys()) {
      if (findBroker(image, brokerId) === undefined) this.#forget(brokerId);
    }
    for (const info of listBrokers(image)) {
      const session = this.#sessionOf(info) ?? (info.supervised ? this.#start(info, now) : undefined);
      if (session === undefined) continue;
      followBroker(session, info, now, appliedIndex);
      if (session.step !== null && isDone(session.step.type, info)) this.#end(session);
    }
  }

  /** One at a time, the longest silent first; the next when this one shows. */
  #endOneSession(image: Image, now: number): void {
    if (now < this.#nextEndAt || this.#isFencing()) return;
    let first: Session | null = null;
    let nextEndAt = Number.POSITIVE_INFINITY;
    for (const session of this.#sessions.values()) {
      if (session.step !== null || !isWatched(findBroker(image, session.brokerId))) continue;
      const endAt = session.contactAt + this.#timeoutMs;
      if (endAt > now) nextEndAt = Math.min(nextEndAt, endAt);
      else if (first === null || session.contactAt < first.contactAt) first = session;
    }
    this.#nextEndAt = first === null ? nextEndAt : now;
    if (first !== null) this.#begin(first, 'fence_broker');
  }

  // ------------------------------------------------------------ steps

  /** KRaft's `calculateNextBrokerState`. */
  #nextStep(
    image: Image,
    info: Readonly<BrokerInfo>,
    session: Session,
    { shuttingDown, appliedIndex = info.brokerEpoch }: BrokerHeartbeat,
  ): StepType | null {
    if (!info.supervised) return 'record_heartbeats';
    if (isFenced(info)) return shuttingDown !== true && appliedIndex >= info.brokerEpoch ? 'unfence_broker' : null;
    if (shuttingDown !== true) return null;
    if (leadsAny(image, info.id)) return info.status === 'alive' ? 'begin_controlled_shutdown' : null;
    return session.drainedAt === null || this.#knowOf(image, session.drainedAt) ? 'fence_broker' : null;
  }

  /** The active brokers, as far as they tell, have come to this index. */
  #knowOf(image: Image, index: number): boolean {
    for (const { brokerId, appliedIndex } of this.#sessions.values()) {
      const isActive = findBroker(image, brokerId)?.status === 'alive';
      if (isActive && appliedIndex !== undefined && appliedIndex < index) return false;
    }
    return true;
  }

  #begin(session: Session, type: StepType): void {
    session.step ??= { type, proposedAt: null };
    this.#stepping.add(session);
  }

  #end(session: Session): void {
    session.step = null;
    this.#stepping.delete(session);
  }

  #isFencing(): boolean {
    for (const { step } of this.#stepping) if (step?.type === 'fence_broker') return true;
    return false;
  }

  #recordAll(image: Image, now: number): Operation[] {
    const beats: RecordHeartbeats['brokers'][number][] = [];
    for (const session of this.#unrecorded) {
      const { brokerId, brokerEpoch, beatAt } = session;
      const agoMs = Math.round(now - must(beatAt, 'a heartbeat to record'));
      const known = findBroker(image, brokerId)?.resources;
      const changed = known !== undefined && hasNews(session.resources, known);
      beats.push({ brokerId, brokerEpoch, agoMs, ...(changed ? { resources: session.resources } : {}) });
    }
    this.#unrecorded.clear();
    const operations: Operation[] = [];
    for (let from = 0; from < beats.length; from += MAX_BROKERS_PER_OPERATION) {
      const brokers = beats.slice(from, from + MAX_BROKERS_PER_OPERATION);
      operations.push({ type: 'record_heartbeats', data: { brokers } });
    }
    return operations;
  }
}
