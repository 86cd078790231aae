/**
 * All pending reads of a host. A linearizable read goes to a raft-node, which confirms that it is not behind; a local
 * one straight to a metadata-store. Reads have no effect, so they are asked again wherever a node refused, ended, or
 * is no longer the one to ask, until an answer or the deadline.
 */
import { must } from '../assert.js';
import { ClusterError, toClusterError } from '../errors.js';
import type { AnsweredReads, ParkedAnswers, ParkedRead, ReadAnswers, ReadBatch } from '../engine/engine.js';
import type { AbortWatch } from './aborts.js';
import type { AnswerForm, Call, CallTerms, Interruption } from './call.js';
import { AnswerMeter } from './client-metrics.js';
import { clientLimits } from './limits.js';
import { notLeader, overloaded } from './outcomes.js';

/** A node in one of its lives, as reads see it. */
export interface ReadLink {
  /** Asked there, and not to be answered before something has changed. */
  readonly parked: Map<string, Read>;
  /** Batches asked and neither answered nor refused, by id: the credit of this node. */
  readonly reads: Readonly<Record<'linearizable' | 'local', Map<number, readonly Read[]>>>;
  postReads(batch: ReadBatch, lane: Pick<ReadLane, 'local' | 'toController'>): void;
  forgetReads(reads: readonly ParkedRead[]): void;
}

export interface ReadsHost {
  readonly aborts: AbortWatch;
  leaderId(): number | null;
  neverSent(cause: Interruption): ClusterError;
  /** Who answers reads of this lane now; null: nobody. */
  route(lane: ReadLane): ReadLink | null;
  scheduleFlush(): void;
}

/** Reads that the same node may answer. */
export interface ReadLane {
  /** Null: whichever node leads. */
  readonly nodeId: number | null;
  readonly local: boolean;
  /** Apart from the others, since the controller may be in another process than the metadata that answers those. */
  readonly toController: boolean;
  readonly waiting: Set<Read>;
}

export interface ReadTerms extends CallTerms {
  readonly calledAtMs: number;
  readonly form: AnswerForm<Read>;
}

export interface Read extends Call {
  readonly calledAtMs: number;
  readonly request: unknown;
  readonly lane: ReadLane;
  readonly form: AnswerForm<Read>;
  /** Who has been asked; null while it waits. */
  link: ReadLink | null;
  /** What it is called there while it is parked. */
  parked: ParkedRead | null;
}

export class Reads {
  readonly answers = new AnswerMeter();
  readonly #host: ReadsHost;
  readonly #pending = new Set<Read>();
  readonly #lanes = new Map<string, ReadLane>();
  /** Refused, and not asked again yet. */
  readonly #refusedReads = new Set<Read>();
  #retryTimer: NodeJS.Timeout | undefined;
  #lastBatch = 0;

  constructor(host: ReadsHost) {
    this.#host = host;
  }

  get pending(): number {
    return this.#pending.size;
  }

  laneOf({ nodeId, local, toController }: Omit<ReadLane, 'waiting'>): ReadLane {
    const key = `${nodeId ?? 'leader'}:${local}:${toController}`;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = { nodeId, local, toController, waiting: new Set<Read>() };
    this.#lanes.set(key, lane);
    return lane;
  }

  submit(lane: ReadLane, request: unknown, terms: ReadTerms): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= clientLimits.maxPendingReads) {
        reject(overloaded('reads'));
        return;
      }
      const { calledAtMs, deadline, signal, form } = terms;
      const interrupt = (cause: Interruption): void => {
        this.#fail(read, this.#host.neverSent(cause));
      };
      const read: Read = {
        request,
        lane,
        calledAtMs,
        deadline,
        signal,
        form,
        link: null,
        parked: null,
        resolve,
        reject,
        interrupt,
      };
      this.#pending.add(read);
      lane.waiting.add(read);
      if (signal !== undefined) this.#host.aborts.add(signal, read);
      this.#host.scheduleFlush();
    });
  }

  /** What comes while a node has as many batches as it may leaves as one: see `SendWindow`. */
  flush(): void {
    for (const lane of this.#lanes.values()) {
      const link = lane.waiting.size === 0 ? null : this.#host.route(lane);
      if (link === null) continue;
      const inFlight = lane.local ? link.reads.local : link.reads.linearizable;
      while (lane.waiting.size > 0 && inFlight.size < clientLimits.maxInFlightReadBatches) {
        const reads = takeSome(lane, clientLimits.maxReadBatch);
        const requests: unknown[] = []; // not by `map`: what that makes is cloned three times as slowly
        for (const read of reads) {
          read.link = link;
          requests.push(read.request);
        }
        this.#lastBatch += 1;
        inFlight.set(this.#lastBatch, reads);
        link.postReads({ id: this.#lastBatch, requests }, lane);
      }
    }
  }

  received(link: ReadLink, message: AnsweredReads): void {
    if (message.kind === 'readAnswers') this.#answered(link, message);
    else this.#parkedAnswered(link, message);
  }

  #answered(link: ReadLink, { batch, index, values, errors, parked }: ReadAnswers): void {
    const reads = takeBatch(link, batch);
    const sampled = reads.length === 0 ? undefined : reads[this.answers.answer(reads.length)];
    if (sampled !== undefined && this.#pending.has(sampled)) this.answers.sample(sampled.calledAtMs);
    for (const { place, error } of errors) this.#fail(must(reads[place], 'a read'), toClusterError(error));
    const parkedReads = new Set<Read>();
    for (const place of parked) {
      const read = must(reads[place], 'a read');
      parkedReads.add(read);
      this.#park(link, read, { batch, place });
    }
    reads.forEach((read, place) => {
      if (!parkedReads.has(read)) this.#resolve(link, read, index, values[place]);
    });
    this.#host.scheduleFlush();
  }

  #parkedAnswered(link: ReadLink, { index, answers }: ParkedAnswers): void {
    for (const answer of answers) {
      const read = link.parked.get(nameOf(answer));
      if (read === undefined) continue;
      link.parked.delete(nameOf(answer));
      read.parked = null;
      if ('error' in answer) this.#fail(read, toClusterError(answer.error));
      else this.#resolve(link, read, index, answer.value);
    }
  }

  refused(link: ReadLink, batches: readonly number[]): void {
    for (const read of batches.flatMap((batch) => takeBatch(link, batch))) this.#askLater(link, read);
  }

  /**
   * Something about who leads has changed: what waits for the leader, or was asked of another node, is asked there
   * now.
   */
  leaderChanged(): void {
    for (const read of this.#pending) {
      if (read.link === null || read.lane.local || read.lane.nodeId !== null) continue;
      const link = this.#host.route(read.lane);
      if (link !== null && link !== read.link) this.#wait(read);
    }
    this.#retry();
  }

  /** The threads behind this link have ended. */
  linkEnded(link: ReadLink): void {
    for (const read of this.#pending) if (read.link === link) this.#wait(read);
    this.#retry();
  }

  endDue(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const read of this.#pending) {
      if (read.deadline <= now) read.interrupt('Timeout');
      else if (read.deadline < earliest) earliest = read.deadline;
    }
    return earliest;
  }

  /** Local reads too only if `local`. */
  endAll(error: () => ClusterError, local: boolean): void {
    for (const read of this.#pending) if (local || !read.lane.local) this.#fail(read, error());
  }

  close(): void {
    clearTimeout(this.#retryTimer);
  }

  readonly #retry = (): void => {
    clearTimeout(this.#retryTimer);
    this.#retryTimer = undefined;
    for (const read of this.#refusedReads) read.lane.waiting.add(read);
    this.#refusedReads.clear();
    this.#host.scheduleFlush();
  };

  /** Unless its caller no longer waits, or it has been asked again meanwhile. */
  #park(link: ReadLink, read: Read, name: ParkedRead): void {
    if (read.link !== link || read.parked !== null || !this.#pending.has(read)) {
      link.forgetReads([name]);
      return;
    }
    read.parked = name;
    link.parked.set(nameOf(name), read);
  }

  #unpark(read: Read): void {
    if (read.parked === null || read.link === null) return;
    read.link.parked.delete(nameOf(read.parked));
    read.link.forgetReads([read.parked]);
    read.parked = null;
  }

  #resolve(link: ReadLink, read: Read, index: number, posted: unknown): void {
    if (!this.#pending.has(read)) return;
    const value = read.form(index, posted, read);
    if (value instanceof ClusterError && value.code === 'NotLeader') {
      const { nodeId } = read.lane;
      if (nodeId === null) this.#askLater(link, read);
      else this.#fail(read, notLeader(nodeId, this.#host.leaderId()));
      return;
    }
    this.#settle(read);
    if (value instanceof ClusterError) read.reject(value);
    else read.resolve(value);
  }

  /** It leads no more, or cannot confirm that it does. Not at once: one that still refuses would be asked in a loop. */
  #askLater(link: ReadLink, read: Read): void {
    if (read.link !== link || !this.#pending.has(read)) return;
    read.link = null;
    this.#refusedReads.add(read);
    this.#retryTimer ??= setTimeout(this.#retry, clientLimits.readRetryMs);
  }

  #wait(read: Read): void {
    this.#unpark(read);
    read.link = null;
    read.lane.waiting.add(read);
  }

  #fail(read: Read, error: ClusterError): void {
    if (!this.#settle(read)) return;
    read.reject(error);
  }

  #settle(read: Read): boolean {
    if (!this.#pending.delete(read)) return false;
    this.#unpark(read);
    read.lane.waiting.delete(read);
    this.#refusedReads.delete(read);
    if (read.signal !== undefined) this.#host.aborts.remove(read.signal, read);
    return true;
  }
}

function nameOf({ batch, place }: ParkedRead): string {
  return `${batch}:${place}`;
}

function takeSome({ waiting }: ReadLane, count: number): Read[] {
  const reads: Read[] = [];
  for (const read of waiting) {
    if (reads.length === count) break;
    waiting.delete(read);
    reads.push(read);
  }
  return reads;
}

/** Of an answer or a refusal. */
function takeBatch({ reads }: ReadLink, id: number): readonly Read[] {
  const batch = reads.linearizable.get(id) ?? reads.local.get(id);
  reads.linearizable.delete(id);
  reads.local.delete(id);
  return must(batch, `batch ${id} was asked and is answered once`);
}
