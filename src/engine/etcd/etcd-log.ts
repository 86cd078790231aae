/**
 * The log in etcd as one process sees it: pure, from inputs to effects, like the core of Raft (`src/raft`). It reads no
 * clock and does no I/O; `actors/etcd-log.ts` performs what it asks for. This file is the composition: what each part
 * decides is in the file of its name.
 *
 * Two states. While it joins, it reads what it does not know and takes nothing. Joined, it follows a watch, appends,
 * and confirms reads; whatever then goes wrong (no answer, a gap in the watch, a history that was compacted) sends it
 * back to joining, which finds out what is true.
 */
import { ClusterError, toErrorValue } from '../../errors.js';
import { packPayloads } from '../../raft/entries.js';
import type { AnsweredReads, HostToEngine, StoreToEngine } from '../engine.js';
import { Appender } from './appender.js';
import { CallForwarding } from './call-forwarding.js';
import { ControllerTerm } from './controller-term.js';
import { Following } from './following.js';
import type { EtcdLogConfig, EtcdLogInput, EtcdLogStatus, Surroundings } from './inputs.js';
import { Joining, type JoinedLog } from './joining.js';
import type { KvFailure } from './kv.js';
import { type Head, UnreadableLog } from './layout.js';
import { LeadershipNews } from './leadership-news.js';
import { LogTail } from './log-tail.js';
import { Outbox, type EtcdLogEffect } from './outbox.js';
import { ReadBarrier, type BarredBatch } from './read-barrier.js';
import { SnapshotSaving } from './snapshot-saving.js';
import { StoreDelivery } from './store-delivery.js';
import { Trouble } from './trouble.js';
import { Upkeep } from './upkeep.js';

export class EtcdLog {
  readonly #config: EtcdLogConfig;
  readonly #outbox = new Outbox();
  readonly #delivery: StoreDelivery;
  readonly #tail: LogTail;
  readonly #appender: Appender;
  readonly #barrier: ReadBarrier;
  readonly #calls: CallForwarding;
  readonly #controller: ControllerTerm;
  readonly #saving: SnapshotSaving;
  readonly #joining: Joining;
  readonly #following: Following;
  readonly #upkeep: Upkeep;
  readonly #trouble: Trouble;
  readonly #leadership: LeadershipNews;
  #now = 0;
  #joined = false;

  constructor(config: EtcdLogConfig, { random }: Surroundings) {
    this.#config = config;
    const { writer, controllerTimeoutMs, trailingEntries } = config;
    const outbox = this.#outbox;
    const now = (): number => this.#now;
    const failed = (failure: KvFailure): void => {
      this.#fail(failure);
    };
    this.#delivery = new StoreDelivery(outbox, writer);
    this.#tail = new LogTail({
      taken: (batch) => {
        this.#delivery.addBatch(batch);
      },
      newTerm: () => {
        this.#calls.refuseAll();
      },
    });
    const tail = this.#tail;
    this.#leadership = new LeadershipNews(outbox, this.#delivery);
    this.#trouble = new Trouble({ outbox, now, random });
    this.#appender = new Appender({ writer, outbox, tail, now, random, failed });
    this.#calls = new CallForwarding({ writer, outbox, failed });
    this.#upkeep = new Upkeep({ outbox, now });
    this.#controller = new ControllerTerm({ writer, controllerTimeoutMs, outbox, now, random, failed });
    this.#barrier = new ReadBarrier({
      outbox,
      failed,
      confirmed: (batches, head) => {
        this.#confirm(batches, head);
      },
    });
    this.#saving = new SnapshotSaving({ writer, outbox, trailingEntries, failed, tail });
    this.#joining = new Joining({
      outbox,
      tail,
      failed,
      backlog: this.#delivery,
      joined: (log) => {
        this.#join(log);
      },
    });
    const [controller, calls, upkeep] = [this.#controller, this.#calls, this.#upkeep];
    this.#following = new Following({ writer, outbox, tail, controller, calls, upkeep, failed });
    this.#joining.begin();
  }

  /** `now`: ms of a clock that never goes back. What is to be done, in this order. */
  step(input: EtcdLogInput, now: number): EtcdLogEffect[] {
    this.#now = now;
    try {
      this.#take(input);
      this.#settle();
    } catch (error) {
      if (!(error instanceof UnreadableLog)) throw error;
      const told = new ClusterError('CorruptLog', `the log in etcd: ${error.message}`);
      this.#outbox.add({ kind: 'end', error: toErrorValue(told) });
    }
    return this.#outbox.take();
  }

  /** When to step `wake`, even if nothing has happened by then. */
  nextWakeUp(): number {
    if (!this.#joined) return this.#trouble.nextDueAt;
    // What is due now has to wait, too.
    if (this.#trouble.pausesWrites) return Math.min(this.#trouble.nextDueAt, this.#upkeep.nextDueAt(false));
    const { head } = this.#tail;
    return Math.min(
      this.#trouble.nextDueAt,
      this.#appender.nextDueAt(),
      this.#appender.claiming ? Number.POSITIVE_INFINITY : this.#controller.nextDueAt(head),
      this.#upkeep.nextDueAt(this.#controller.leads(head)),
    );
  }

  status(): EtcdLogStatus {
    const { head } = this.#tail;
    return {
      writer: this.#config.writer,
      joined: this.#joined,
      head,
      controller: this.#controller.leaderIn(head),
      snapshotIndex: this.#saving.record?.index ?? 0,
      problem: this.#trouble.problem,
    };
  }

  // ------------------------------------------------------------ inputs

  #take(input: EtcdLogInput): void {
    switch (input.kind) {
      case 'host':
        this.#takeFromHost(input.message);
        return;
      case 'store':
        this.#takeFromStore(input.message);
        return;
      case 'answered':
        this.#upkeep.sawRevision(input.result.revision);
        this.#outbox.takeWaiting(input.id)?.answered(input.result);
        return;
      case 'failed':
        this.#outbox.takeWaiting(input.id)?.failed(input.failure);
        return;
      case 'watched':
        if (this.#outbox.isWatch(input.id)) this.#following.take(input.changes);
        return;
      case 'watchFailed':
        if (this.#outbox.isWatch(input.id)) this.#fail(input.failure);
        return;
      case 'wake':
        return;
      case 'resign':
        if (this.#joined) this.#controller.resign(this.#tail.head);
    }
  }

  #takeFromHost(message: HostToEngine): void {
    if (message.kind === 'read') {
      if (this.#joined) this.#barrier.wait(message);
      else this.#outbox.toHost({ kind: 'readsRefused', batches: [message.batch.id] });
    } else if (this.#leadership.isOpen(message.admission)) {
      this.#appender.propose(message.payloads, null);
    } else if (this.#trouble.pausesWrites) this.#trouble.refuse(message.payloads);
  }

  #takeFromStore(message: StoreToEngine | AnsweredReads): void {
    switch (message.kind) {
      case 'pull':
        this.#delivery.pull(message.bytes);
        return;
      case 'propose':
        if (this.#leadership.isOpenToController(message.admission) && this.#leads()) {
          this.#appender.propose(message.payloads, this.#tail.head.term);
        }
        return;
      case 'snapshotDurable':
        this.#saving.offer(message.index);
        return;
      case 'snapshotChunk':
        this.#saving.takeChunk(message);
        return;
      case 'snapshotRestored':
        this.#joining.restored(message.index, message.ok);
        return;
      default:
        if (this.#leads()) this.#calls.answer(message);
    }
  }

  #leads(): boolean {
    return this.#joined && this.#controller.leads(this.#tail.head);
  }

  // ------------------------------------------------------------ joined

  #join({ revision, controller, snapshot, calls }: JoinedLog): void {
    this.#joined = true;
    this.#trouble.over();
    this.#saving.learn(snapshot);
    this.#controller.joined(controller);
    this.#outbox.watch(revision + 1);
    const { head } = this.#tail;
    this.#outbox.add({ kind: 'log', level: 'info', text: 'joined the log', fields: { ...head } });
    this.#following.takeCalls(calls);
  }

  #confirm(batches: readonly BarredBatch[], head: Head): void {
    this.#upkeep.sawHead(head.index, this.#tail.head);
    for (const { batch, toController } of batches) {
      const isHere = this.#controller.leads(head);
      if (!toController || isHere) this.#outbox.toStore({ kind: 'reads', index: head.index, batch });
      else this.#calls.ask(batch, head.index);
    }
  }

  /** After every input: whatever has become possible, or due. */
  #settle(): void {
    if (!this.#joined) {
      if (this.#trouble.takeRetry()) this.#joining.begin();
      this.#joining.flush();
    }
    if (this.#joined) {
      const { head } = this.#tail;
      if (!this.#delivery.hasRoom) this.#rejoin('the metadata-store is behind');
      else if (this.#upkeep.isBehind(head)) this.#rejoin('the watch is behind');
      else this.#perform(head);
    }
    const { term } = this.#tail.head;
    const answers = this.#joined && term > 0;
    const takes = answers && !this.#trouble.pausesWrites;
    if (takes && this.#leadership.open()) this.#trouble.over();
    this.#leadership.tell({ answers, leads: this.#leads(), term });
    this.#delivery.flush();
  }

  #perform(head: Head): void {
    this.#barrier.flush(this.#trouble.pausesWrites);
    if (this.#trouble.pausesWrites) {
      this.#trouble.refuse(packPayloads(this.#appender.takeQueued()));
      return;
    }
    if (this.#controller.claimIsDue(head) && !this.#appender.claiming) {
      this.#controller.claimed();
      this.#appender.claim();
    }
    this.#controller.beatIfDue(head);
    if (this.#leads()) {
      this.#upkeep.compactIfDue();
      this.#saving.saveIfDue();
    }
    this.#appender.flush();
  }

  // ------------------------------------------------------------ trouble

  #fail(failure: KvFailure): void {
    this.#trouble.tell(failure);
    if (this.#joined && (failure.kind === 'noSpace' || failure.kind === 'refused')) this.#pauseWrites(failure.message);
    else this.#rejoin(failure.message);
  }

  /** Reads go on. */
  #pauseWrites(reason: string): void {
    this.#outbox.add({ kind: 'log', level: 'warn', text: 'etcd refuses writes', fields: { reason } });
    this.#trouble.pauseWrites();
    this.#leadership.close();
    this.#calls.refuseAll();
    this.#saving.learn(this.#saving.record);
  }

  /** What is under way is given up: what came of it is in the log. */
  #rejoin(reason: string): void {
    if (this.#joined)
      this.#outbox.add({ kind: 'log', level: 'warn', text: 'joining the log anew', fields: { reason } });
    this.#joined = false;
    this.#leadership.close();
    this.#outbox.forgetAll();
    this.#tail.forgetAhead();
    this.#appender.reset();
    this.#barrier.refuseAll();
    this.#calls.refuseAll();
    this.#saving.learn(this.#saving.record);
    this.#joining.stop();
    this.#trouble.retryLater();
  }
}
