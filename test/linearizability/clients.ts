/**
 * Clients of a real cluster, or of processes on one etcd, each with one call at a time, and the history of all they did
 * and heard. They make only as many calls as they are granted, so that a nemesis can spread a run's calls over its
 * faults. A write of unknown outcome is repeated under its request id, at once or at the end of the run: all attempts
 * are one operation.
 */
import { isDeepStrictEqual } from 'node:util';
import type { CallOptions } from '../../src/index.js';
import { drawChance, drawInteger } from '../../src/random.js';
import { attempt, type AskedStore, type Attempt } from './attempt.js';
import { describeOperation, type HistoryOperation } from './history.js';
import { metadataModel, type MetadataCall } from './metadata-model.js';
import { drawCall, firstCalls, learn, learnEpoch, type Workload } from './workload.js';

const CLIENTS = 12;
/** Longer than an election, so that most calls outlive a fault. */
const CALL_TIMEOUT_MS = 500;
const SHORT_CALL_RATE = 0.1;
const LONGEST_SHORT_CALL_MS = 30;
const OWN_ID_RATE = 0.2;
const REPEAT_RATE = 0.2;
/** Reads of a node that is drawn, leader or not; writes that only one node is asked for. */
const NODE_READ_RATE = 0.5;
const NODE_WRITE_RATE = 0.05;
/** After an attempt without an answer. */
const LEAVE_OPEN_RATE = 0.2;
const CONCLUDING_TIMEOUT_MS = 10_000;
const CONCLUDING_TRIES = 3;

type Operation = HistoryOperation<MetadataCall>;

/** `node`: one that is asked, and no other. */
export interface AskedNodes {
  readonly nodeIds: readonly number[];
  store(options?: { node: number }): AskedStore;
}

export class Clients {
  readonly history: Operation[] = [];
  /** What no checker of histories sees: another answer to a repeated write, a failure of a client itself. */
  readonly violations: string[] = [];
  settled = 0;
  /** Attempts that ended without an answer. */
  unanswered = 0;
  unknownOutcomes = 0;
  readonly #cluster: AskedNodes;
  readonly #workload: Workload;
  readonly #name: string;
  readonly #startedNs = process.hrtime.bigint();
  /** For what others have asked before. */
  readonly #repeater: AskedStore;
  /** Each bound to one node. */
  readonly #nodeStores = new Map<number, AskedStore>();
  /** Of unknown outcome still, with the id to ask again under. */
  readonly #open = new Map<Operation, string>();
  readonly #loops: Promise<unknown>;
  #granted = 0;
  #grantedInAll = 0;
  #stopped = false;
  #ownIds = 0;
  #wakers: (() => void)[] = [];

  /** `name` makes the request ids of one cluster distinct. */
  constructor(cluster: AskedNodes, workload: Workload, name: string) {
    this.#cluster = cluster;
    this.#workload = workload;
    this.#name = name;
    this.#repeater = cluster.store();
    this.#loops = Promise.all(Array.from({ length: CLIENTS }, (_, client) => this.#loop(client + 1)));
  }

  /** One after the other, before the clients begin. */
  async prepare(): Promise<void> {
    const store = this.#cluster.store();
    for (const call of firstCalls(this.#workload)) {
      const { index } = await this.#perform(0, store, call, { timeoutMs: CONCLUDING_TIMEOUT_MS });
      if (call.kind === 'write' && index !== null) learnEpoch(this.#workload, call, index);
    }
    await store.close();
  }

  grant(calls: number): void {
    this.#granted += calls;
    this.#grantedInAll += calls;
    this.#wake();
  }

  /**
   * Until so many more calls have settled, or so many attempts went without an answer, since more would only wait; or
   * nothing is left to do.
   */
  async flow(calls: number, unanswered: number): Promise<void> {
    const settled = this.settled + calls;
    const late = this.unanswered + unanswered;
    while (this.settled < settled && this.unanswered < late && this.settled < this.#grantedInAll) await this.#change();
  }

  /** What was granted is done, and no call is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#wake();
    await this.#loops;
  }

  /** In a cluster that is whole again: looks up every unknown outcome, and reads all once more. */
  async conclude(): Promise<void> {
    const store = this.#repeater;
    for (const [operation, requestId] of this.#open) {
      for (let tries = 0; tries < CONCLUDING_TRIES && operation.answer === null; tries += 1) {
        this.#settle(operation, await attempt(store, operation.call, { requestId, timeoutMs: CONCLUDING_TIMEOUT_MS }));
      }
      if (operation.answer === null) this.violations.push(`no outcome to be had: ${describeOperation(operation)}`);
    }
    const everything: MetadataCall = { kind: 'read', query: { type: 'metadata' } };
    await this.#perform(0, store, everything, { timeoutMs: CONCLUDING_TIMEOUT_MS });
    await Promise.all([store, ...this.#nodeStores.values()].map((each) => each.close()));
  }

  async #loop(client: number): Promise<void> {
    const store = this.#cluster.store();
    for (;;) {
      while (this.#granted === 0 && !this.#stopped) await this.#change();
      if (this.#granted === 0) break;
      this.#granted -= 1;
      try {
        await this.#performNext(client, store);
      } catch (error) {
        this.violations.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
      }
      this.settled += 1;
      this.#wake();
    }
    await store.close();
  }

  async #performNext(client: number, store: AskedStore): Promise<void> {
    const { random } = this.#workload;
    const call = drawCall(this.#workload);
    const isShort = drawChance(random, SHORT_CALL_RATE);
    const timeoutMs = isShort ? drawInteger(random, 1, LONGEST_SHORT_CALL_MS) : CALL_TIMEOUT_MS;
    const ofOneNode = drawChance(random, call.kind === 'read' ? NODE_READ_RATE : NODE_WRITE_RATE);
    const ids = this.#cluster.nodeIds;
    const node = ids[drawInteger(random, 0, ids.length)];
    const asked = ofOneNode && node !== undefined ? this.#storeOf(node) : store;
    if (call.kind === 'read' || !drawChance(random, OWN_ID_RATE)) {
      await this.#perform(client, asked, call, { timeoutMs });
      return;
    }
    this.#ownIds += 1;
    const requestId = `${this.#name}-${this.#ownIds}`;
    const operation = await this.#perform(client, asked, call, { timeoutMs, requestId });
    if (operation.answer !== null && drawChance(random, REPEAT_RATE)) await this.#repeat(operation, requestId);
  }

  #storeOf(node: number): AskedStore {
    const known = this.#nodeStores.get(node) ?? this.#cluster.store({ node });
    this.#nodeStores.set(node, known);
    return known;
  }

  /** With as many attempts as it takes, or fewer. */
  async #perform(client: number, store: AskedStore, call: MetadataCall, options: CallOptions): Promise<Operation> {
    const operation: Operation = {
      client,
      call,
      invokedNs: this.#now(),
      returnedNs: Infinity,
      answer: null,
      index: null,
    };
    let result = await attempt(store, call, options);
    let openId: string | null = null;
    for (;;) {
      if (result.kind === 'answered') {
        this.history.push(operation);
        this.#settle(operation, result);
        return operation;
      }
      this.unanswered += 1;
      this.#wake();
      if (result.kind === 'unknown') {
        if (openId === null) this.unknownOutcomes += 1;
        openId = result.requestId;
      }
      if (openId === null) return operation;
      if (drawChance(this.#workload.random, LEAVE_OPEN_RATE)) break;
      result = await attempt(this.#repeater, call, { requestId: openId, timeoutMs: CALL_TIMEOUT_MS });
    }
    this.history.push(operation);
    this.#open.set(operation, openId);
    return operation;
  }

  #settle(operation: Operation, result: Attempt): void {
    if (result.kind !== 'answered') return;
    operation.returnedNs = this.#now();
    operation.answer = result.answer;
    operation.index = result.index;
    if ('value' in result.answer) learn(this.#workload, result.answer.value);
  }

  /** The same write once more: one effect, the first answer. */
  async #repeat({ call, answer, index }: Operation, requestId: string): Promise<void> {
    const again = await attempt(this.#repeater, call, { requestId, timeoutMs: CALL_TIMEOUT_MS });
    if (again.kind !== 'answered') return;
    if (again.index === index && isDeepStrictEqual(again.answer, answer)) return;
    const key = metadataModel.keyOf(call) ?? 'all keys';
    const answers = JSON.stringify([answer, again.answer]);
    this.violations.push(`a repeat under ${requestId} on ${key} at ${index} and ${again.index} answered ${answers}`);
  }

  #now(): number {
    return Number(process.hrtime.bigint() - this.#startedNs);
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wakers.push(resolve));
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}
