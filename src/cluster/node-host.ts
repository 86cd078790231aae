/**
 * One node on the host's side: its two actors, which share one fate, and the identity of its storage. A killed or
 * crashed node stays down until it is restarted, which nothing but the end of both threads allows: so its files have
 * one owner. In memory mode it then has lost its log and is a new member (`membership.ts`).
 */
import { randomUUID } from 'node:crypto';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { assert } from '../assert.js';
import { ClusterError, toClusterError, type ErrorCode } from '../errors.js';
import {
  PROTOCOL_VERSION,
  type Hello,
  type MetadataStoreControl,
  type NodeFiles,
  type RaftNodeControl,
} from '../messages.js';
import type { RaftLimits } from '../raft/limits.js';
import type { Configuration, Member } from '../raft/messages.js';
import type { RaftStatus } from '../raft/status.js';
import { nextLife, oneFate, type Actor, type ActorEnd, type ActorSystem } from '../runtime/actor-system.js';
import type { NodeMetrics } from './metrics.js';
import type { ResolvedOptions } from './options.js';
import type { NodeStatus } from './status.js';

/** One life of the node's threads. */
export interface NodeLife {
  readonly hello: Hello;
  readonly raft: Actor<RaftNodeControl>;
  readonly store: Actor<MetadataStoreControl>;
  /** Settles when both threads have gone. */
  readonly ended: Promise<ActorEnd>;
}

export interface NodeHostOptions {
  readonly id: number;
  readonly clusterId: string;
  readonly system: ActorSystem;
  readonly options: ResolvedOptions;
  readonly limits: RaftLimits;
  /** A new life serves: its data ports, and links are to be attached. */
  onStart(life: NodeLife, nodePort: MessagePort, storePort: MessagePort): void;
  /** Its threads have ended, for whatever reason. */
  onEnd(life: NodeLife, stopReason: NonNullable<NodeStatus['stopReason']>): void;
}

const NEVER_SEEN: Omit<NodeStatus, 'id'> = {
  role: 'stopped',
  voter: false,
  paused: false,
  term: 0,
  leader: null,
  commitIndex: 0,
  appliedIndex: 0,
  firstLogIndex: 1,
  lastLogIndex: 0,
  snapshotIndex: 0,
};

export class NodeHost {
  readonly id: number;
  readonly #options: NodeHostOptions;
  #member: Member;
  #life: NodeLife | null = null;
  #paused = false;
  #lastKnown: Omit<NodeStatus, 'id'> = NEVER_SEEN;
  #stopReason: NonNullable<NodeStatus['stopReason']> = 'stopped';
  #endingAs: 'killed' | 'stopped' | null = null;
  #crash: string | null = null;
  #refusal: ClusterError | null = null;

  constructor(options: NodeHostOptions) {
    this.id = options.id;
    this.#options = options;
    this.#member = { id: options.id, incarnation: randomUUID() };
  }

  /** The identity of what this node stores now. */
  get member(): Member {
    return this.#member;
  }

  get life(): NodeLife | null {
    return this.#life;
  }

  get paused(): boolean {
    return this.#paused;
  }

  get stopReason(): NonNullable<NodeStatus['stopReason']> {
    return this.#stopReason;
  }

  /** The error that ended its last life; null when that was ended on purpose. */
  get crash(): string | null {
    return this.#crash;
  }

  /** The error of its storage that keeps it down: `CorruptLog` or `StorageFailed`. */
  get refusal(): ClusterError | null {
    return this.#refusal;
  }

  /** Whether it has this member's log, as far as is known. */
  keeps(incarnation: string): boolean {
    return this.#member.incarnation === incarnation && this.#refusal?.code !== 'CorruptLog';
  }

  /** The running life; `Stopped` when there is none. */
  running(): NodeLife {
    if (this.#life === null) throw new ClusterError('Stopped', `node ${this.id} is stopped (${this.#stopReason})`);
    return this.#life;
  }

  /** Starts both threads. `bootstrap`: in force before the first entry; empty for a node that joins later. */
  start(bootstrap: Configuration, files: NodeFiles | null): NodeLife {
    assert(this.#life === null, `node ${this.id} runs already`);
    const { clusterId, system, options, limits } = this.#options;
    const hello: Hello = { clusterId, protocolVersion: PROTOCOL_VERSION, member: this.#member, life: nextLife() };
    const hostNode = new MessageChannel();
    const hostStore = new MessageChannel();
    const nodeStore = new MessageChannel();
    const store = system.spawn<MetadataStoreControl>({
      kind: 'metadata-store',
      life: nextLife(),
      labels: { node: this.id },
      config: {
        stateMachine: options.stateMachine,
        files,
        bootstrap,
        snapshotEntries: options.snapshotEntries,
        brokerSessionTimeoutMs: options.brokerSessionTimeoutMs,
      },
      ports: { host: hostStore.port2, node: nodeStore.port2 },
    });
    const raft = system.spawn<RaftNodeControl>({
      kind: 'raft-node',
      life: hello.life,
      labels: { node: this.id },
      config: {
        hello,
        files,
        bootstrap,
        limits,
        electionTimeoutMs: options.electionTimeoutMs,
        heartbeatIntervalMs: options.heartbeatIntervalMs,
        seed: (options.seed + hello.life) >>> 0,
      },
      ports: { host: hostNode.port2, store: nodeStore.port1 },
    });
    const life: NodeLife = { hello, raft, store, ended: oneFate([raft, store]) };
    this.#life = life;
    this.#paused = false;
    this.#endingAs = null;
    this.#crash = null;
    this.#refusal = null;
    this.#options.onStart(life, hostNode.port1, hostStore.port1);
    void life.ended.then((end) => {
      this.#end(life, end);
    });
    return life;
  }

  /** Its files are read and both threads serve. Rejects with the error that ended it instead. */
  async serving(timeoutMs: number): Promise<RaftStatus> {
    const life = this.running();
    const answers = Promise.all([
      life.raft.call('status', [], timeoutMs),
      life.store.call('appliedIndex', [], timeoutMs),
    ]);
    try {
      const [status] = await answers;
      return status;
    } catch (error) {
      if (!(error instanceof ClusterError) || error.code !== 'Stopped') throw error;
      const end = await life.ended;
      throw end.kind === 'failed' ? toClusterError(end.error) : error;
    }
  }

  /** A node that lost its log is somebody new. */
  forget(): void {
    this.become({ id: this.id, incarnation: randomUUID() });
  }

  /** What it stores is this member's. */
  become(member: Member): void {
    if (member.incarnation !== this.#member.incarnation) this.#lastKnown = NEVER_SEEN;
    this.#member = member;
  }

  /** It cannot even be started. */
  refuse(error: ClusterError): void {
    this.#stopReason = error.code;
    this.#crash = error.message;
    this.#refusal = error;
  }

  async kill(reason: 'killed' | 'stopped'): Promise<void> {
    const life = this.#life;
    if (life === null) return;
    this.#endingAs ??= reason;
    await Promise.all([life.raft.kill(), life.store.kill()]);
    await life.ended;
  }

  async pause(timeoutMs: number): Promise<void> {
    const life = this.running();
    await this.status(timeoutMs);
    this.#paused = true;
    await Promise.all([life.raft.pause(timeoutMs), life.store.pause(timeoutMs)]);
  }

  resume(): void {
    const life = this.running();
    this.#paused = false;
    life.raft.resume();
    life.store.resume();
  }

  /** What the node says, or what it last said when it is dead, paused or silent. */
  async status(timeoutMs: number): Promise<NodeStatus> {
    const life = this.#life;
    if (life !== null && !this.#paused) {
      const answers = Promise.all([
        life.raft.call('status', [], timeoutMs),
        life.store.call('appliedIndex', [], timeoutMs),
      ]);
      const known = await answers.catch(() => null);
      if (known !== null && this.#life === life) this.#lastKnown = fromAnswers(...known);
    }
    if (this.#life === null) {
      return { id: this.id, ...this.#lastKnown, role: 'stopped', leader: null, stopReason: this.#stopReason };
    }
    return { id: this.id, ...this.#lastKnown, paused: this.#paused };
  }

  /** Counts of the present life, without those that it cannot tell now. */
  async metrics(timeoutMs: number): Promise<NodeMetrics> {
    const life = this.#life;
    const known = { node: this.id, up: life !== null, paused: this.#paused };
    if (life === null || this.#paused) return { ...known, raft: null, store: null };
    const [raft, store] = await Promise.all([
      life.raft.call('metrics', [], timeoutMs).catch(() => null),
      life.store.call('metrics', [], timeoutMs).catch(() => null),
    ]);
    return { ...known, raft, store };
  }

  #end(life: NodeLife, end: ActorEnd): void {
    if (this.#life !== life) return;
    this.#life = null;
    this.#paused = false;
    this.#stopReason = this.#endingAs ?? crashReason(end);
    this.#crash = crashMessage(end);
    if (end.kind === 'failed') this.refuse(toClusterError(end.error));
    this.#options.onEnd(life, this.#stopReason);
  }
}

function crashReason(end: ActorEnd): 'killed' | 'stopped' | ErrorCode {
  if (end.kind === 'failed') return end.error.code;
  return end.kind === 'crashed' ? 'Stopped' : end.kind;
}

function crashMessage(end: ActorEnd): string | null {
  if (end.kind === 'failed') return end.error.message;
  return end.kind === 'crashed' ? end.message : null;
}

function fromAnswers(answer: RaftStatus, appliedIndex: number): Omit<NodeStatus, 'id'> {
  const { role, voter, term, leader, commitIndex, firstLogIndex, lastLogIndex, snapshotIndex } = answer;
  const indexes = { commitIndex, appliedIndex, firstLogIndex, lastLogIndex, snapshotIndex };
  return { role, voter, paused: false, term, leader, ...indexes };
}
