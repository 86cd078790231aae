/**
 * All pending reads of a host. A linearizable read goes to a raft-node, which confirms that it is not behind; a local
 * one straight to a metadata-store. Reads have no effect, so they are asked again wherever a node refused, ended, or
 * is no longer the one to ask, until an answer or the deadline.
 */
import { ClusterError, toClusterError } from '../errors.js';
import type { Read as ReadRequest, ReadReply } from '../messages.js';
import type { AbortWatch } from './aborts.js';
import type { AnswerForm, Call, CallTerms, Interruption } from './call.js';
import { clientLimits } from './limits.js';
import { neverSent, overloaded } from './outcomes.js';

/** A node in one of its lives, as reads see it. */
export interface ReadLink {
  /** Asked and neither answered nor refused: the credit of this node. */
  readsInFlight: number;
  postReads(reads: readonly ReadRequest[], local: boolean): void;
}

export interface ReadsHost {
  readonly aborts: AbortWatch;
  leaderId(): number | null;
  /** Who answers reads of this lane now; null: nobody. */
  route(lane: ReadLane): ReadLink | null;
  scheduleFlush(): void;
}

/** Reads that the same node may answer. */
export interface ReadLane {
  /** Null: whichever node leads. */
  readonly nodeId: number | null;
  readonly local: boolean;
  readonly waiting: Set<Read>;
}

export interface ReadTerms extends CallTerms {
  readonly form: AnswerForm;
}

interface Read extends Call {
  readonly id: number;
  readonly request: unknown;
  readonly lane: ReadLane;
  readonly form: AnswerForm;
  /** Who has been asked; null while it waits. */
  link: ReadLink | null;
}

export class Reads {
  readonly #host: ReadsHost;
  readonly #pending = new Map<number, Read>();
  readonly #lanes = new Map<string, ReadLane>();
  /** Refused, and not asked again yet. */
  readonly #refusedReads = new Set<Read>();
  #retryTimer: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(host: ReadsHost) {
    this.#host = host;
  }

  laneOf(nodeId: number | null, local: boolean): ReadLane {
    const key = `${nodeId ?? 'leader'}:${local}`;
    const known = this.#lanes.get(key);
    if (known !== undefined) return known;
    const lane = { nodeId, local, waiting: new Set<Read>() };
    this.#lanes.set(key, lane);
    return lane;
  }

  submit(lane: ReadLane, request: unknown, terms: ReadTerms): Promise<unknown> {
    return new Promise((resolve, reject) => {
      if (this.#pending.size >= clientLimits.maxPendingReads) {
        reject(overloaded('reads'));
        return;
      }
      const { deadline, signal, form } = terms;
      const id = this.#nextId;
      this.#nextId += 1;
      const interrupt = (cause: Interruption): void => {
        this.#fail(read, neverSent(cause, this.#host.leaderId()));
      };
      const read: Read = { id, request, lane, deadline, signal, form, link: null, resolve, reject, interrupt };
      this.#pending.set(id, read);
      lane.waiting.add(read);
      if (signal !== undefined) this.#host.aborts.add(signal, read);
      this.#host.scheduleFlush();
    });
  }

  flush(): void {
    for (const lane of this.#lanes.values()) {
      if (lane.waiting.size === 0) continue;
      const link = this.#host.route(lane);
      if (link === null) continue;
      const batch: ReadRequest[] = [];
      for (const read of lane.waiting) {
        if (link.readsInFlight >= clientLimits.maxInFlightReads) break;
        lane.waiting.delete(read);
        read.link = link;
        link.readsInFlight += 1;
        batch.push({ id: read.id, request: read.request });
      }
      if (batch.length > 0) link.postReads(batch, lane.local);
    }
  }

  answered(link: ReadLink, replies: readonly ReadReply[]): void {
    link.readsInFlight -= replies.length;
    for (const reply of replies) {
      const read = this.#pending.get(reply.id);
      if (read === undefined) continue;
      this.#settle(read);
      const value = reply.error === undefined ? read.form(reply.index, reply.value) : toClusterError(reply.error);
      if (value instanceof ClusterError) read.reject(value);
      else read.resolve(value);
    }
    this.#host.scheduleFlush();
  }

  refused(link: ReadLink, ids: readonly number[]): void {
    link.readsInFlight -= ids.length;
    for (const id of ids) {
      const read = this.#pending.get(id);
      if (read?.link !== link) continue;
      read.link = null;
      this.#refusedReads.add(read);
    }
    // Not at once: a node that still refuses would be asked in a loop.
    if (this.#refusedReads.size > 0) this.#retryTimer ??= setTimeout(this.#retry, clientLimits.readRetryMs);
  }

  /**
   * Something about who leads has changed: what waits for the leader, or was asked of another node, is asked there
   * now.
   */
  leaderChanged(): void {
    for (const read of this.#pending.values()) {
      if (read.link === null || read.lane.local || read.lane.nodeId !== null) continue;
      const link = this.#host.route(read.lane);
      if (link !== null && link !== read.link) this.#wait(read);
    }
    this.#retry();
  }

  /** The threads behind this link have ended. */
  linkEnded(link: ReadLink): void {
    for (const read of this.#pending.values()) if (read.link === link) this.#wait(read);
    this.#retry();
  }

  endDue(now: number): number {
    let earliest = Number.POSITIVE_INFINITY;
    for (const read of this.#pending.values()) {
      if (read.deadline <= now) read.interrupt('Timeout');
      else if (read.deadline < earliest) earliest = read.deadline;
    }
    return earliest;
  }

  /** Local reads too only if `local`. */
  endAll(error: () => ClusterError, local: boolean): void {
    for (const read of this.#pending.values()) if (local || !read.lane.local) this.#fail(read, error());
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

  #wait(read: Read): void {
    read.link = null;
    read.lane.waiting.add(read);
  }

  #fail(read: Read, error: ClusterError): void {
    if (!this.#settle(read)) return;
    read.reject(error);
  }

  #settle(read: Read): boolean {
    if (!this.#pending.delete(read.id)) return false;
    read.lane.waiting.delete(read);
    this.#refusedReads.delete(read);
    if (read.signal !== undefined) this.#host.aborts.remove(read.signal, read);
    return true;
  }
}
