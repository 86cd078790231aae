/**
 * A node as the router sees it, in this thread: two ports, and a script. It keeps what it is sent; with a state it
 * answers by itself, as a leader that commits at once, through the real exactly-once state machine.
 */
import type { MessagePort } from 'node:worker_threads';
import { MessageChannel } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import type { Router } from '../../src/client/router.js';
import type { HostToEngine, ParkedAnswer, ParkedRead, ReadAnswers, ReadBatch } from '../../src/engine/engine.js';
import type { HostToStore, NodeToHost, StoreToHost, SubscriberToStore } from '../../src/messages.js';
import type { ErrorValue } from '../../src/errors.js';
import { packPayloads, payloadAt } from '../../src/raft/entries.js';
import { packAnswers } from '../../src/state-machine/answer-runs.js';
import type { ReplicatedState } from '../../src/state-machine/exactly-once.js';
import type { Answer, OpenedEnvelope } from '../../src/state-machine/envelope.js';
import { NotYet } from '../../src/state-machine/state-machine.js';
import { openEnvelope } from '../../src/state-machine/envelope.js';
import { Replica } from '../metadata/watching/replica.js';
import { eventually } from '../support/deadline.js';

export class FakeNode {
  readonly id: number;
  /** Writes in the order they came, openings of sessions left out. */
  readonly writes: OpenedEnvelope[] = [];
  /** Openings of sessions. */
  readonly openings: OpenedEnvelope[] = [];
  /** One item a `propose` message: its admission and how many payloads. */
  readonly proposals: { admission: number; count: number }[] = [];
  /** Requests of linearizable and of local reads, in the order they came. */
  readonly reads: unknown[] = [];
  readonly localReads: unknown[] = [];
  /** Of both, neither answered nor refused. */
  readonly openReads: ReadBatch[] = [];
  /** Parked, and not answered yet; with what was asked. */
  readonly parkedReads: (ParkedRead & { readonly request: unknown })[] = [];
  /** What nobody waits for any more. */
  readonly forgotten: ParkedRead[] = [];
  /** Answers by itself from this state. */
  state: ReplicatedState | null = null;
  /** What its store tells those who subscribe: changed by the test alone. */
  readonly replica = new Replica((message) => {
    this.#storePort.postMessage(message);
  });
  /** Of subscriptions, in the order they came. */
  readonly subscribing: SubscriberToStore[] = [];
  readonly #router: Router;
  readonly #life: number;
  readonly #nodePort: MessagePort;
  readonly #storePort: MessagePort;

  constructor(router: Router, id: number, life = 1) {
    const node = new MessageChannel();
    const store = new MessageChannel();
    this.id = id;
    this.#router = router;
    this.#life = life;
    this.#nodePort = node.port2;
    this.#storePort = store.port2;
    this.#nodePort.on('message', (message: HostToEngine) => {
      this.#receive(message);
    });
    this.#storePort.on('message', (message: HostToStore) => {
      if (message.kind === 'forget') {
        this.forgotten.push(...message.reads);
        return;
      }
      if (message.kind !== 'query') {
        this.subscribing.push(message);
        this.replica.receive(message);
        return;
      }
      this.localReads.push(...message.batch.requests);
      this.#receiveReads(message.batch);
    });
    router.attachNode(id, life, node.port1, store.port1);
  }

  /** What it has been sent, as texts. */
  get commands(): string[] {
    return this.writes.map((write) => Buffer.from(write.command).toString());
  }

  lead(term: number, admission: number | null = term): Promise<void> {
    return this.#announce({ role: 'leader', term, leader: this.id, admission, committedInTerm: true });
  }

  follow(term: number, leader: number | null): Promise<void> {
    return this.#announce({ role: 'follower', term, leader, admission: null, committedInTerm: false });
  }

  postAnswers(answers: readonly Answer[]): void {
    this.#storePort.postMessage({ kind: 'answers', runs: packAnswers(answers) } satisfies StoreToHost);
  }

  /** With the command's own text as the result. */
  answer(...writes: readonly OpenedEnvelope[]): void {
    this.postAnswers(
      writes.map(({ session, sequence, command }, position) => {
        return { session, sequence, index: position + 1, result: Buffer.from(command).toString() };
      }),
    );
  }

  refuse(refusal: NonNullable<Answer['refusal']>, ...writes: readonly OpenedEnvelope[]): void {
    this.postAnswers(writes.map(({ session, sequence }) => ({ session, sequence, index: 1, refusal })));
  }

  /** Answers all open reads. */
  reply(index: number, valueOf: (request: unknown) => unknown): void {
    for (const { id: batch, requests } of this.openReads.splice(0)) {
      this.#postReads({ batch, index, values: requests.map(valueOf), errors: [], parked: [] });
    }
  }

  /** Fails the first read of each open batch. */
  failReads(error: ErrorValue): void {
    for (const { id: batch } of this.openReads.splice(0)) {
      this.#postReads({ batch, index: 1, values: [undefined], errors: [{ place: 0, error }], parked: [] });
    }
  }

  /** Has no answer yet to those open reads that fit, and answers the others. */
  park(index: number, fits: (request: unknown) => boolean): void {
    for (const { id, requests } of this.openReads.splice(0)) {
      const parked = requests.flatMap((request, place) => (fits(request) ? [place] : []));
      this.parkedReads.push(...parked.map((place) => ({ batch: id, place, request: requests[place] })));
      this.#postReads({ batch: id, index, values: requests, errors: [], parked });
    }
  }

  /** Of those parked. */
  answerParked(index: number, answers: readonly ParkedAnswer[]): void {
    this.#storePort.postMessage({ kind: 'parkedAnswers', index, answers } satisfies StoreToHost);
  }

  /** Refuses all open reads. */
  refuseReads(): void {
    const batches = this.openReads.splice(0).map(({ id }) => id);
    this.#nodePort.postMessage({ kind: 'readsRefused', batches } satisfies NodeToHost);
  }

  /** Until so many writes have come. */
  async receives(count: number): Promise<void> {
    await eventually(
      () => this.writes.length >= count,
      `${count} writes at node ${this.id}, which has ${this.writes.length}`,
    );
  }

  async receivesReads(count: number): Promise<void> {
    await eventually(() => this.reads.length >= count, `${count} reads at node ${this.id}`);
  }

  /** How many subscriptions it has. */
  get subscriptions(): number {
    const of = (kind: SubscriberToStore['kind']): number =>
      this.subscribing.filter((each) => each.kind === kind).length;
    return of('subscribe') - of('unsubscribe');
  }

  async receivesSubscription(): Promise<void> {
    await eventually(() => this.subscriptions > 0, `a subscription at node ${this.id}`);
  }

  /** Its threads end. */
  end(): void {
    this.#router.detachNode(this.id, this.#life);
    this.close();
  }

  close(): void {
    this.#nodePort.close();
    this.#storePort.close();
  }

  async #announce(leadership: Extract<NodeToHost, { kind: 'leadership' }>['leadership']): Promise<void> {
    let heard = false;
    this.#router.news.on('leadership', (id, news) => {
      const { term, admission } = news.leadership;
      heard ||= id === this.id && term === leadership.term && admission === leadership.admission;
    });
    this.#nodePort.postMessage({ kind: 'leadership', leadership } satisfies NodeToHost);
    await eventually(() => heard, `the router hears node ${this.id}`);
  }

  #receive(message: HostToEngine): void {
    if (message.kind === 'read') {
      this.reads.push(...message.batch.requests);
      this.#receiveReads(message.batch);
      return;
    }
    const { payloads, admission } = message;
    this.proposals.push({ admission, count: payloads.count });
    for (let position = 0; position < payloads.count; position += 1) {
      const envelope = must(openEnvelope(payloadAt(payloads, position)), 'a client sends envelopes');
      (envelope.opensSession ? this.openings : this.writes).push(envelope);
      if (this.state === null) continue;
      const { data, count } = packPayloads([payloadAt(payloads, position)]);
      const run = { firstIndex: this.state.appliedIndex + 1, term: 1, count, data };
      this.postAnswers(this.state.applyRuns([run]));
    }
  }

  #receiveReads(batch: ReadBatch): void {
    this.openReads.push(batch);
    const { state } = this;
    if (state === null) return;
    this.openReads.length = 0;
    const values = batch.requests.map((request) => state.query(request));
    const parked = values.flatMap((value, place) => (value instanceof NotYet ? [place] : []));
    this.#postReads({ batch: batch.id, index: state.appliedIndex, values, errors: [], parked });
  }

  #postReads(answers: ReadAnswers): void {
    this.#storePort.postMessage({ kind: 'readAnswers', ...answers } satisfies StoreToHost);
  }
}
