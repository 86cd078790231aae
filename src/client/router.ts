/**
 * The host's end of every node: owns the data ports to their raft-nodes and metadata-stores, knows who leads, and
 * sends writes and reads there. Nothing passes between actors through it. One router serves all stores of a cluster.
 */
import type { MessagePort } from 'node:worker_threads';
import { toClusterError, type ClusterError, type ErrorValue } from '../errors.js';
import { isControllerRequest } from '../metadata/controller-requests.js';
import type { NodeToHost, StoreToHost } from '../messages.js';
import type { Random } from '../random.js';
import { AbortWatch } from './aborts.js';
import type { AnswerForm, CallTerms, Interruption } from './call.js';
import { readClientMetrics, type ClientMetrics } from './client-metrics.js';
import { DeadlineWatch } from './deadlines.js';
import { leaderLostForGood, neverSent, stopped } from './outcomes.js';
import { NodeLink, type Target } from './node-link.js';
import { NodeNews } from './node-news.js';
import type { CallArguments } from './options.js';
import { Proposals } from './proposals.js';
import { Reads } from './reads.js';
import type { Read, ReadLane, ReadLink } from './reads.js';
import { Subscriptions } from './subscriptions.js';
import { Views } from './views.js';
import { Watches } from './watches.js';
import type { EncodedCommand, Write, Writer } from './write.js';

export interface RouterOptions {
  /** Deadline of calls that name none. */
  readonly proposalTimeoutMs: number;
  /** Draws the seeds of placements. */
  readonly random: Random;
}

export interface Leader {
  readonly id: number;
  readonly term: number;
  readonly committedInTerm: boolean;
}

/** Of its answer only the index counts. */
const ANY_QUERY = { type: 'get_broker', id: 1 };

export class Router {
  readonly options: RouterOptions;
  readonly news = new NodeNews();
  readonly watches: Watches;
  readonly views: Views;
  /** Why nothing can be written or confirmed now, as far as the engine tells. */
  problem: ErrorValue | null = null;
  readonly #links = new Map<number, NodeLink>();
  readonly #aborts = new AbortWatch();
  readonly #proposals: Proposals;
  readonly #reads: Reads;
  readonly #subscriptions: Subscriptions;
  readonly #deadlines: DeadlineWatch;
  #leaderLink: NodeLink | null = null;
  #target: Target | null = null;
  #flushScheduled = false;
  /** Watches whose beginning is not known yet: what is written after them waits for it. */
  #beginnings = 0;
  #ended: 'stopped' | 'leaderLost' | null = null;

  constructor(options: RouterOptions) {
    this.options = options;
    const host = {
      aborts: this.#aborts,
      leaderId: () => this.#leaderLink?.id ?? null,
      neverSent: (cause: Interruption) => this.neverSent(cause),
      route: (lane: ReadLane) => this.#route(lane),
      scheduleFlush: () => {
        this.#scheduleFlush();
      },
    };
    this.#proposals = new Proposals(host);
    this.#reads = new Reads(host);
    this.#deadlines = new DeadlineWatch((now) => {
      return Math.min(this.#proposals.endDue(now), this.#reads.endDue(now), this.views.endDue(now));
    });
    this.#subscriptions = new Subscriptions({ leader: () => this.#leaderLink, links: () => this.#links.values() });
    const subscribing = { aborts: this.#aborts, subscriptions: this.#subscriptions };
    this.watches = new Watches({
      ...subscribing,
      checkNotLost: () => {
        this.checkNotLost();
      },
      now: (signal) => this.#now(signal),
    });
    this.views = new Views({
      ...subscribing,
      watchDeadline: (deadline) => {
        this.#deadlines.add(deadline);
      },
    });
  }

  /** A new life of a node serves, or soon will; replaces the one before. */
  attachNode(id: number, life: number, nodePort: MessagePort, storePort: MessagePort): void {
    const before = this.#links.get(id);
    if (before !== undefined) this.#detach(before);
    const link = new NodeLink(id, life, nodePort, storePort);
    if (this.#ended === 'stopped') {
      link.close();
      return;
    }
    this.#links.set(id, link);
    nodePort.on('message', (message: NodeToHost) => {
      if (link.attached) this.#receiveFromNode(link, message);
    });
    storePort.on('message', (message: StoreToHost) => {
      if (link.attached) this.#receiveFromStore(link, message);
    });
    nodePort.on('close', () => {
      this.#detach(link);
    });
    this.#scheduleFlush();
  }

  /** The threads of that life have ended. What they had answered still counts. */
  detachNode(id: number, life: number): void {
    const link = this.#links.get(id);
    if (link?.life === life) this.#detach(link);
  }

  /** A majority of the voters is gone with their logs: no call can ever succeed, so none waits. */
  setPermanentlyLost(lost: boolean): void {
    if (this.#ended === 'stopped') return;
    if (lost === (this.#ended === 'leaderLost')) return;
    this.#ended = lost ? 'leaderLost' : null;
    if (!lost) return;
    this.#proposals.endAll(leaderLostForGood);
    this.#reads.endAll(leaderLostForGood, false);
    this.watches.failAll(leaderLostForGood());
  }

  /** Throws the permanent `NoLeader` once a majority is lost for good. */
  checkNotLost(): void {
    if (this.#ended === 'leaderLost') throw leaderLostForGood();
  }

  /** The node that leads in the highest term known. */
  leader(): Leader | null {
    const link = this.#leaderLink;
    return link === null ? null : { id: link.id, term: link.term, committedInTerm: link.committedInTerm };
  }

  /** Settles with what `form` makes of the answer, or rejects with a ClusterError. */
  propose(writer: Writer, command: EncodedCommand, call: CallArguments, form: AnswerForm<Write>): Promise<unknown> {
    const refusal = this.#refusal(call, false);
    if (refusal !== null) return Promise.reject(refusal);
    const outcome = this.#proposals.submit(writer, command, call, form);
    this.#deadlines.add(call.deadline);
    return outcome;
  }

  /** `nodeId`: only this node is asked. */
  read(nodeId: number | null, request: unknown, call: CallArguments, form: AnswerForm<Read>): Promise<unknown> {
    const refusal = this.#refusal(call, call.local);
    if (refusal !== null) return Promise.reject(refusal);
    const { calledAtMs, deadline, signal, local } = call;
    const terms = { calledAtMs, deadline, signal, form };
    const lane = { nodeId, local, toController: isControllerRequest(request) };
    const outcome = this.#reads.submit(this.#reads.laneOf(lane), request, terms);
    this.#deadlines.add(deadline);
    return outcome;
  }

  /** An index up to which a linearizable read saw everything. */
  currentIndex(nodeId: number | null, call: CallTerms): Promise<number> {
    const read = { ...call, calledAtMs: performance.now(), requestId: undefined, local: false };
    return this.read(nodeId, ANY_QUERY, read, (index) => index) as Promise<number>;
  }

  /** What a call that has not left, or has no effect, is told. */
  neverSent(cause: Interruption): ClusterError {
    return neverSent(cause, this.#leaderLink?.id ?? null, this.problem);
  }

  metrics(): ClientMetrics {
    return readClientMetrics(this.#proposals, this.#reads);
  }

  /** Settles every call and closes every port. */
  stop(): void {
    if (this.#ended === 'stopped') return;
    this.#ended = 'stopped';
    this.watches.stop();
    this.views.closeAll();
    this.#proposals.endAll(stopped);
    this.#reads.endAll(stopped, true);
    this.#reads.close();
    this.#deadlines.close();
    for (const link of this.#links.values()) link.close();
    this.#links.clear();
    this.#leaderLink = null;
    this.#target = null;
  }

  #refusal(call: CallArguments, local: boolean): ClusterError | null {
    if (this.#ended === 'stopped') return stopped();
    if (call.signal?.aborted === true) return this.neverSent('Aborted');
    return this.#ended === 'leaderLost' && !local ? leaderLostForGood() : null;
  }

  #route(lane: ReadLane): ReadLink | null {
    if (lane.nodeId !== null) return this.#links.get(lane.nodeId) ?? null;
    if (this.#leaderLink !== null || !lane.local) return this.#leaderLink;
    for (const link of this.#links.values()) return link;
    return null;
  }

  /**
   * Batches what the present turn brings and never waits longer: with nothing in flight until all its promises have
   * run, otherwise until the messages that have arrived are handled, since their answers bring more.
   */
  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    if (this.#proposals.idle) process.nextTick(this.#flush);
    else setImmediate(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushScheduled = false;
    if (this.#ended === 'stopped') return;
    if (this.#beginnings === 0) this.#proposals.flush();
    this.#reads.flush();
  };

  #receiveFromNode(link: NodeLink, message: NodeToHost): void {
    switch (message.kind) {
      case 'leadership':
        link.learn(message.leadership);
        this.#followLeader();
        this.news.tell(link.id, message);
        return;
      case 'configuration':
      case 'peer':
        this.news.tell(link.id, message);
        return;
      case 'readsRefused':
        this.#reads.refused(link, message.batches);
        return;
      case 'problem':
        this.problem = message.problem;
        return;
      case 'proposalsRefused':
        this.#proposals.refused(message.payloads, toClusterError(message.error));
        return;
      default:
        this.#reads.received(link, message);
    }
  }

  #receiveFromStore(link: NodeLink, message: StoreToHost): void {
    if (message.kind === 'answers') this.#proposals.answered(message.runs);
    else if (message.kind === 'readAnswers' || message.kind === 'parkedAnswers') this.#reads.received(link, message);
    else this.#subscriptions.received(message);
  }

  /** No write leaves until it is known: what is written later comes behind it. */
  async #now(signal: AbortSignal | undefined): Promise<number> {
    this.#beginnings += 1;
    try {
      return await this.currentIndex(null, { deadline: Number.POSITIVE_INFINITY, signal });
    } finally {
      this.#beginnings -= 1;
      this.#scheduleFlush();
    }
  }

  #followLeader(): void {
    const leader = this.#findLeader();
    this.#leaderLink = leader;
    this.#reads.leaderChanged();
    this.#subscriptions.reroute();
    const target = leader === null ? null : leader.target();
    if (target === this.#target) return;
    this.#target = target;
    this.#proposals.retarget(target);
  }

  #findLeader(): NodeLink | null {
    let leader: NodeLink | null = null;
    for (const link of this.#links.values()) {
      if (link.leads && link.term > (leader?.term ?? 0)) leader = link;
    }
    return leader;
  }

  #detach(link: NodeLink): void {
    if (!link.attached) return;
    for (const message of link.takeRemainingAnswers()) this.#receiveFromStore(link, message);
    link.close();
    this.#links.delete(link.id);
    this.#followLeader();
    this.#proposals.nodeEnded(link.id);
    this.#reads.linkEnded(link);
  }
}
