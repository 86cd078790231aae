/**
 * The composition of a cluster on the host: its nodes, a link for every pair of them, the router that clients use,
 * and what the host knows of leaders and members. Wires ports between actors and is never a relay of their messages.
 */
import { randomUUID } from 'node:crypto';
import { MetadataCalls } from '../client/metadata-calls.js';
import { Router } from '../client/router.js';
import { ClusterError } from '../errors.js';
import type { RaftNodeControl } from '../messages.js';
import { defaultRaftLimits, type RaftLimits } from '../raft/limits.js';
import type { Configuration, Member } from '../raft/messages.js';
import { createRandom } from '../random.js';
import { createActorSystem, type Actor, type ActorSystem } from '../runtime/actor-system.js';
import type { HostLogger } from '../runtime/logger.js';
import type { ClusterFolder } from './cluster-folder.js';
import { EventFeed, eventLog } from './events.js';
import { gatherStatus, STATUS_TIMEOUT_MS, type StatusSources } from './gather-status.js';
import { HealthMonitor } from './health-monitor.js';
import { LinkTable } from './link-table.js';
import { MembershipView, NO_MEMBERS } from './membership-view.js';
import { NodeHost, type NodeLife } from './node-host.js';
import { DEFAULT_NODES, MAX_NODES, type ResolvedOptions } from './options.js';
import type { ClusterStatus } from './status.js';
import { keepDismissing, keepEnlisting } from './upkeep.js';
import { Changes } from '../client/waiting.js';

/** Threads of the largest cluster, and those of a node that ends while its next life starts. */
const MAX_THREADS = 2 * MAX_NODES + (MAX_NODES * (MAX_NODES - 1)) / 2 + 2 * MAX_NODES;

export class ClusterHost {
  readonly clusterId: string;
  readonly options: ResolvedOptions;
  readonly system: ActorSystem;
  readonly router: Router;
  readonly events: EventFeed = new EventFeed(() => {
    this.#health.wake();
  });
  readonly changes = new Changes();
  readonly nodes = new Map<number, NodeHost>();
  readonly links: LinkTable;
  readonly membership = new MembershipView(this.nodes);
  readonly #limits: RaftLimits;
  /** Null: nothing on disk. */
  readonly #folder: ClusterFolder | null;
  /** In force before the first entry. */
  #bootstrap = NO_MEMBERS;
  #leaderAnnounced: string | null = null;
  readonly #health = new HealthMonitor(this.events, () => this.status());
  readonly sources: StatusSources;
  #lastNodeId = 0;
  /** Ids of nodes that are being removed. */
  readonly leaving = new Set<number>();
  #stopping: Promise<void> | null = null;

  constructor(options: ResolvedOptions, logger: HostLogger | null, folder: ClusterFolder | null) {
    this.options = options;
    this.clusterId = folder?.clusterId ?? randomUUID();
    this.#folder = folder;
    this.#limits = { ...defaultRaftLimits, trailingEntries: options.trailingEntries };
    this.system = createActorSystem(MAX_THREADS, logger);
    this.links = new LinkTable({
      system: this.system,
      nodes: this.nodes,
      seed: options.seed,
      callTimeoutMs: STATUS_TIMEOUT_MS,
      attachTimeoutMs: options.startTimeoutMs,
      onRestart: (ends) => {
        this.events.emit('link', { ends, change: 'restarted' });
      },
    });
    this.router = new Router({ proposalTimeoutMs: options.proposalTimeoutMs, random: createRandom(options.seed) });
    const metadata = options.stateMachine === null ? new MetadataCalls(this.router, null) : null;
    this.events.onEvent = eventLog(logger, () => this.router.leader()?.term);
    this.sources = { router: this.router, nodes: this.nodes, links: this.links, metadata };
    this.router.news.on('leadership', () => {
      this.#announceLeader();
      this.#learnConfiguration();
      this.#changed();
    });
    this.router.news.on('configuration', (id, { configuration }) => {
      this.membership.tell(id, configuration);
      this.#learnConfiguration();
      this.changes.announce();
    });
    this.router.news.on('peer', (id, { peer, connected }) => {
      this.#learnPeer(id, peer, connected);
    });
  }

  get stopped(): boolean {
    return this.#stopping !== null;
  }

  // ------------------------------------------------------------ composition

  /**
   * Starts every node that the cluster has: those of a new one with its first configuration, those of an existing one
   * from their files. True: the cluster is new.
   */
  open(): boolean {
    const folder = this.#folder;
    const count = this.options.nodes ?? DEFAULT_NODES;
    const ids = folder?.nodes ?? Array.from({ length: count }, (_, position) => position + 1);
    const nodes = ids.map((id) => this.#createNode(id));
    this.#lastNodeId = folder?.lastNodeId ?? nodes.length;
    this.#bootstrap = folder?.bootstrap ?? { voters: nodes.map((node) => node.member), learners: [] };
    for (const node of nodes) this.#startStored(node);
    const isNew = folder?.isNew !== false;
    if (isNew) this.assume(this.#bootstrap);
    return isNew;
  }

  /** With its links to all others. Its id is that of no node before. */
  addNode(): NodeHost {
    this.#lastNodeId += 1;
    const node = this.#createNode(this.#lastNodeId);
    const member = this.#folder?.addNode(node.id);
    if (member !== undefined) node.become(member);
    this.#start(node);
    return node;
  }

  /** From its files; with `wipe`, or without files, as a new member, exchanged for the old one in the background. */
  restartNode(node: NodeHost, wipe: boolean): void {
    if (this.#folder !== null) this.#identify(node, this.#folder, wipe);
    this.enlistLater(node, this.#start(node));
    this.#judgeMajority();
  }

  /** Ends a node, with all that it stored. */
  async discardNode(id: number): Promise<void> {
    const node = this.nodes.get(id);
    this.nodes.delete(id);
    await Promise.all([this.links.discard(id), node?.kill('stopped')]);
    for (const { life } of this.nodes.values()) {
      // One that ends meanwhile has nothing to detach.
      life?.raft.call('detachLink', [id], STATUS_TIMEOUT_MS).catch(() => undefined);
    }
    // A stopped cluster's folder may be another's already; what is left in it is sorted out by the next start.
    if (!this.stopped) this.#folder?.removeNode(id);
    this.#changed();
  }

  #createNode(id: number): NodeHost {
    this.links.connect(id);
    const node = new NodeHost({
      id,
      clusterId: this.clusterId,
      system: this.system,
      options: this.options,
      limits: this.#limits,
      onStart: (life, nodePort, storePort) => {
        this.router.attachNode(id, life.hello.life, nodePort, storePort);
        this.links.attach(id, life);
        this.events.emit('node', { node: id, change: 'started' });
      },
      onEnd: (life, stopReason) => {
        this.router.detachNode(id, life.hello.life);
        this.membership.forget(id);
        // Without files its log is gone, and with it the member it was.
        if (this.#folder === null) node.forget();
        this.#noticeEnd(id, stopReason);
      },
    });
    this.nodes.set(id, node);
    return node;
  }

  #start(node: NodeHost): NodeLife {
    const founder = this.#bootstrap.voters.some((voter) => voter.incarnation === node.member.incarnation);
    return node.start(founder ? this.#bootstrap : NO_MEMBERS, this.#folder?.filesOf(node.member) ?? null);
  }

  /** One that is refused stays stopped; whether the others suffice is judged later. */
  #startStored(node: NodeHost): void {
    try {
      if (this.#folder !== null) this.#identify(node, this.#folder, false);
      this.#start(node);
    } catch (error) {
      if (node.refusal === null) throw error;
    }
  }

  /** Throws `CorruptLog` and `StorageFailed`, which then is why the node is stopped. */
  #identify(node: NodeHost, folder: ClusterFolder, wipe: boolean): void {
    try {
      node.become(wipe ? folder.makeBlank(node.id) : folder.memberOf(node.id));
    } catch (error) {
      if (error instanceof ClusterError) {
        node.refuse(error);
        this.#noticeEnd(node.id, error.code);
      }
      throw error;
    }
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    await this.#stopping;
  }

  async #stopAll(): Promise<void> {
    this.#health.close();
    this.router.stop();
    const nodes = [...this.nodes.values()].map((node) => node.kill('stopped'));
    const links = this.links.all().map((link) => link.stop());
    await Promise.all([...nodes, ...links]);
    await this.system.close();
    this.#folder?.close();
    this.events.close();
    this.changes.announce();
  }

  // ------------------------------------------------------------ what the host knows

  leader(): Actor<RaftNodeControl> | null {
    const leader = this.router.leader();
    return leader === null ? null : (this.nodes.get(leader.id)?.life?.raft ?? null);
  }

  /** Throws what keeps a majority of the voters down. */
  checkMajority(): void {
    if (this.membership.majorityRuns()) return;
    const refusals = [...this.nodes.values()].map((node) => node.refusal).filter((refusal) => refusal !== null);
    const worst = refusals.find(({ code }) => code === 'CorruptLog') ?? refusals[0];
    if (worst !== undefined) throw worst;
    this.router.checkNotLost();
  }

  /** Without its metadata it costs little, however much of that there is: for those who ask again and again. */
  async status(withMetadata = true): Promise<ClusterStatus> {
    if (!withMetadata) return gatherStatus({ ...this.sources, metadata: null });
    const tell = this.#health.begin();
    const status = await gatherStatus(this.sources);
    tell(status);
    return status;
  }

  #announceLeader(): void {
    const leader = this.router.leader();
    const announced = leader === null ? null : `${leader.id} in term ${leader.term}`;
    if (announced === this.#leaderAnnounced) return;
    this.#leaderAnnounced = announced;
    this.events.emit('leader', { leader: leader?.id ?? null, term: leader?.term ?? null });
  }

  #learnConfiguration(): void {
    if (!this.membership.follow(this.router.leader()?.id ?? null)) return;
    this.events.emit('membership', { ...this.membership.configuration });
    this.#judgeMajority();
    this.#changed();
  }

  /** The configuration in force, until a leader tells another. Empty: none is known but the first. */
  assume(configuration: Configuration): void {
    this.membership.assume(configuration.voters.length === 0 ? this.#bootstrap : configuration);
    this.#judgeMajority();
  }

  #learnPeer(id: number, peer: Member, connected: boolean): void {
    this.membership.connect(id, peer.id, connected);
    const ends = id < peer.id ? [id, peer.id] : [peer.id, id];
    this.events.emit('link', { ends, change: connected ? 'connected' : 'disconnected', seenBy: id });
    this.#changed();
  }

  #judgeMajority(): void {
    this.router.setPermanentlyLost(this.membership.lostForGood());
  }

  #noticeEnd(id: number, stopReason: string): void {
    this.events.emit('node', { node: id, change: 'stopped', stopReason });
    this.#judgeMajority();
    this.#changed();
  }

  #changed(): void {
    this.#health.wake();
    this.changes.announce();
  }

  noticePause(id: number, paused: boolean): void {
    this.events.emit('node', { node: id, change: paused ? 'paused' : 'resumed' });
    this.#changed();
  }

  // ------------------------------------------------------------ background

  /** A member that has no node any more. */
  dismissLater(id: number): void {
    void keepDismissing(this, id, () => !this.stopped);
  }

  /** Unless it is a voter already. */
  enlistLater(node: NodeHost, life: NodeLife): void {
    const wanted = (): boolean => node.life === life && !this.stopped && !this.leaving.has(node.id);
    void keepEnlisting(this, life.hello.member, wanted);
  }
}
