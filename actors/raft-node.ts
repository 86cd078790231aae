/**
 * The thread of one Raft node: takes what its ports bring, steps the pure core (`src/raft`) once a turn, and performs
 * the turn's effects in the order `performTurn` gives them. No protocol decision is made here.
 */
import type { MessagePort } from 'node:worker_threads';
import type { EngineToStore, HostToEngine, ReadBatch, StoreToEngine } from '../src/engine/engine.js';
import type { LinkToNode, NodeToHost, RaftNodeConfig, RaftNodeControl } from '../src/messages.js';
import { must, unreachable } from '../src/assert.js';
import { ClusterError } from '../src/errors.js';
import { RaftNodeMeters, type RaftNodeMetrics } from '../src/metrics/raft-node-meters.js';
import { createRandom } from '../src/random.js';
import type { EntryRun } from '../src/raft/entries.js';
import type { Input, MembershipChange, TimerName } from '../src/raft/messages.js';
import type { ReadAnswer, RefusalReason, TimerCommand } from '../src/raft/ready.js';
import { firstLogIndex } from '../src/raft/log.js';
import { createRaft } from '../src/raft/state.js';
import { raftStatus, type RaftStatus } from '../src/raft/status.js';
import { timerDelayMs } from '../src/raft/timers.js';
import { performTurn, type TurnEffect } from '../src/raft/turn.js';
import { createDeadlines } from '../src/runtime/deadlines.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorOutcome, ActorTask } from '../src/runtime/task.js';
import { createNodeDisk } from '../src/storage/node-disk.js';
import { openStorage } from '../src/storage/open-storage.js';
import type { LogStorage } from '../src/storage/storage.js';
import { createEndpoint, type Endpoint } from '../src/transport/endpoint.js';
import { groupByPeer } from '../src/transport/packing.js';

export default function raftNode(task: ActorTask): Promise<ActorOutcome> {
  return serveActor<RaftNodeConfig>(task, (context) => new RaftNode(context));
}

interface NodeLink {
  readonly port: MessagePort;
  readonly endpoint: Endpoint;
}

class RaftNode implements RaftNodeControl {
  readonly #context: ActorContext<RaftNodeConfig>;
  readonly #host: MessagePort;
  readonly #store: MessagePort;
  readonly #raft;
  readonly #storage: LogStorage;
  readonly #meters = new RaftNodeMeters();
  /** The log in storage begins here, or a little before. */
  #firstLogIndex: number;
  readonly #random;
  readonly #deadlines = createDeadlines<TimerName>(() => {
    this.#scheduleTurn();
  });
  readonly #links = new Map<number, NodeLink>();
  /** Requests the core is working on, by the id it knows them by: a batch of reads is one read to it. */
  readonly #reads = new Map<number, ReadBatch>();
  readonly #requests = new Map<number, (refused: RefusalReason | null) => void>();
  #lastId = 0;
  /** The last term in which this life led: the results of its entries are its store's to post. */
  #ledTerm = 0;
  #inputs: Input[] = [];
  #turnScheduled = false;
  #stopped = false;

  constructor(context: ActorContext<RaftNodeConfig>) {
    const { config } = context;
    this.#context = context;
    this.#host = context.port('host');
    this.#store = context.port('store');
    const disk = createNodeDisk((tookMs) => this.#meters.synced(tookMs));
    const { stored, storage } = openStorage(disk, config.files, config.bootstrap);
    this.#storage = storage;
    this.#meters.recovered(stored.snapshot.index);
    this.#raft = createRaft({ self: config.hello.member, stored, limits: config.limits });
    this.#firstLogIndex = firstLogIndex(this.#raft.log);
    this.#random = createRandom(config.seed);
    this.#host.on('message', (message: HostToEngine) => {
      this.#receiveFromHost(message);
    });
    this.#store.on('message', (message: StoreToEngine) => {
      this.#enqueue(message);
    });
    this.#scheduleTurn();
  }

  // ------------------------------------------------------------ control plane

  status(): RaftStatus {
    return raftStatus(this.#raft);
  }

  metrics(): RaftNodeMetrics {
    return this.#meters.read(this.status());
  }

  campaign(): void {
    this.#enqueue({ kind: 'campaign' });
  }

  changeMembership(change: MembershipChange): Promise<RefusalReason | null> {
    return this.#request((id) => ({ kind: 'changeMembership', id, change }));
  }

  transferLeadership(to: number): Promise<RefusalReason | null> {
    return this.#request((id) => ({ kind: 'transferLeadership', id, to }));
  }

  attachLink(peer: number, port: MessagePort): void {
    this.detachLink(peer);
    const endpoint = createEndpoint(this.#context.config.hello, port, {
      peerUp: (member) => {
        this.#postHost({ kind: 'peer', peer: member, connected: true });
        this.#enqueue({ kind: 'peerUp', member });
      },
      peerLost: (member) => {
        this.#postHost({ kind: 'peer', peer: member, connected: false });
      },
      peerDown: (member) => {
        this.#enqueue({ kind: 'peerDown', member });
      },
      message: (message) => {
        this.#enqueue({ kind: 'message', message });
      },
    });
    port.on('message', (message: LinkToNode) => {
      endpoint.receive(message);
    });
    this.#links.set(peer, { port, endpoint });
  }

  detachLink(peer: number): void {
    this.#links.get(peer)?.port.close();
    this.#links.delete(peer);
  }

  stop(): void {
    this.#stopped = true;
    this.#deadlines.close();
    this.#storage.close();
    for (const link of this.#links.values()) link.port.close();
  }

  // ------------------------------------------------------------ inputs

  #receiveFromHost(message: HostToEngine): void {
    if (message.kind === 'propose') {
      this.#enqueue(message);
      return;
    }
    this.#lastId += 1;
    this.#reads.set(this.#lastId, message.batch);
    this.#enqueue({ kind: 'read', id: this.#lastId });
  }

  #request(input: (id: number) => Input): Promise<RefusalReason | null> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.#enqueue(input(id));
    return new Promise((resolve) => this.#requests.set(id, resolve));
  }

  #enqueue(input: Input): void {
    this.#inputs.push(input);
    this.#scheduleTurn();
  }

  /** The check phase comes after a poll of the ports: a turn sees all that has arrived before any timer that is due. */
  #scheduleTurn(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    setImmediate(() => {
      this.#turn();
    });
  }

  #turn(): void {
    this.#turnScheduled = false;
    if (this.#stopped) return;
    const inputs = this.#inputs;
    this.#inputs = [];
    this.#meters.turn(inputs.length);
    try {
      this.#perform(inputs);
      for (let timer = this.#deadlines.takeDue(); timer !== null; timer = this.#deadlines.takeDue()) {
        this.#perform([{ kind: 'timer', timer }]);
      }
      this.#compactStorage();
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      // Storage that failed once is not to be believed again: the node ends, and nothing of this turn leaves.
      this.stop();
      this.#context.fail(error);
    }
  }

  #compactStorage(): void {
    const first = firstLogIndex(this.#raft.log);
    if (first === this.#firstLogIndex) return;
    this.#firstLogIndex = first;
    this.#storage.compact(first);
  }

  // ------------------------------------------------------------ effects

  #perform(inputs: readonly Input[]): void {
    for (const effect of performTurn(this.#raft, inputs)) this.#performEffect(effect);
  }

  #performEffect(effect: TurnEffect): void {
    switch (effect.kind) {
      case 'send':
        for (const [peer, messages] of groupByPeer(effect.messages)) this.#links.get(peer)?.endpoint.send(messages);
        return;
      case 'persist':
        this.#meters.persisting(effect.persist);
        this.#storage.persist(effect.persist);
        return;
      case 'apply':
        for (const group of splitByOrigin(effect.runs, this.#ledTerm)) {
          this.#postStore({ kind: 'committed', ...group });
        }
        return;
      case 'reads':
        this.#answerReads(effect.reads);
        return;
      case 'answers':
        for (const { id, refused } of effect.answers) {
          must(this.#requests.get(id), `request ${id}`)(refused);
          this.#requests.delete(id);
        }
        return;
      case 'timers':
        for (const command of effect.timers) this.#performTimer(command);
        return;
      case 'snapshotReads':
        for (const read of effect.snapshotReads) this.#postStore({ kind: 'snapshotRead', read });
        return;
      case 'snapshotWrites':
        for (const write of effect.snapshotWrites) this.#postStore({ kind: 'snapshotWrite', write });
        return;
      case 'leadership':
        if (effect.leadership.role === 'leader') this.#ledTerm = effect.leadership.term;
        this.#meters.learned(effect.leadership);
        this.#context.log('info', 'leadership', { ...effect.leadership });
        this.#postHost(effect);
        this.#postStore(effect);
        return;
      case 'configuration':
        this.#postHost(effect);
        return;
      default:
        unreachable(effect);
    }
  }

  #performTimer(command: TimerCommand): void {
    if (command.action === 'stop') this.#deadlines.stop(command.timer);
    else this.#deadlines.start(command.timer, timerDelayMs(command, this.#context.config, this.#random));
  }

  #answerReads(answers: readonly ReadAnswer[]): void {
    const refused: number[] = [];
    for (const { id, index } of answers) {
      const batch = must(this.#reads.get(id), `read ${id}`);
      this.#reads.delete(id);
      if (index === null) refused.push(batch.id);
      else this.#postStore({ kind: 'reads', index, batch });
    }
    if (refused.length > 0) this.#postHost({ kind: 'readsRefused', batches: refused });
  }

  #postHost(message: NodeToHost): void {
    this.#host.postMessage(message);
  }

  #postStore(message: EngineToStore): void {
    this.#store.postMessage(message);
  }
}

/** Runs in order, split where the origin changes. */
function splitByOrigin(runs: readonly EntryRun[], ledTerm: number): { runs: EntryRun[]; answer: boolean }[] {
  const groups: { runs: EntryRun[]; answer: boolean }[] = [];
  for (const run of runs) {
    const answer = run.term === ledTerm;
    const last = groups.at(-1);
    if (last?.answer === answer) last.runs.push(run);
    else groups.push({ runs: [run], answer });
  }
  return groups;
}
