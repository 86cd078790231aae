/**
 * The composition of a cluster on the host: its nodes, a link for every pair of them, the router that clients use,
 * and what the host knows of leaders and members. Wires ports between actors and is never a relay of their messages.
 */
import { randomUUID } from 'node:crypto';
import { must } from '../assert.js';
import { Router } from '../client/router.js';
import { ClusterError } from '../errors.js';
import type { RaftNodeControl } from '../messages.js';
import { defaultRaftLimits, type RaftLimits } from '../raft/limits.js';
import type { Configuration, Member } from '../raft/messages.js';
import { createActorSystem, type Actor, type ActorSystem } from '../runtime/actor-system.js';
import type { HostLogger } from '../runtime/logger.js';
import { EventFeed } from './events.js';
import { LinkHost } from './link-host.js';
import { enlist } from './membership.js';
import { NodeHost, type NodeLife } from './node-host.js';
import { MAX_NODES, type ResolvedOptions } from './options.js';
import { judge, type ClusterStatus } from './status.js';
import { Changes, deadlineIn } from './waiting.js';

/** How long the host waits for an actor's answer when a status is asked for. */
const STATUS_TIMEOUT_MS = 1_000;
/** Threads of the largest cluster, and those of a node that ends while its next life starts. */
const MAX_THREADS = 2 * MAX_NODES + (MAX_NODES * (MAX_NODES - 1)) / 2 + 2 * MAX_NODES;
/** A lost member is tried to be replaced for as long as the cluster runs, in spans of this length. */
const EXCHANGE_SPAN_MS = 60_000;

export class ClusterHost {
  readonly clusterId = randomUUID();
  readonly options: ResolvedOptions;
  readonly system: ActorSystem;
  readonly router: Router;
  readonly events = new EventFeed();
  readonly changes = new Changes();
  readonly nodes = new Map<number, NodeHost>();
  readonly links = new Map<string, LinkHost>();
  readonly #limits: RaftLimits;
  #configuration: Configuration = { voters: [], learners: [] };
  #leaderAnnounced: string | null = null;
  #healthAnnounced: boolean | null = null;
  #lastNodeId = 0;
  /** Links connected, as both nodes' ends tell: "node-peer". */
  readonly #connected = new Set<string>();
  #stopping: Promise<void> | null = null;

  constructor(options: ResolvedOptions, logger: HostLogger | null) {
    this.options = options;
    this.#limits = { ...defaultRaftLimits, trailingEntries: options.trailingEntries };
    this.system = createActorSystem(MAX_THREADS, logger);
    this.router = new Router({ proposalTimeoutMs: options.proposalTimeoutMs });
    this.router.onLeadership(() => {
      this.#announceLeader();
      this.#changed();
    });
    this.router.onConfiguration((id, _life, configuration) => {
      this.#learnConfiguration(id, configuration);
    });
    this.router.onPeer((id, peer, connected) => {
      this.#learnPeer(id, peer, connected);
    });
  }

  get stopped(): boolean {
    return this.#stopping !== null;
  }

  // ------------------------------------------------------------ composition

  /** A node that does not exist yet, with its links to all others. */
  createNode(): NodeHost {
    this.#lastNodeId += 1;
    const id = this.#lastNodeId;
    for (const other of this.nodes.values()) {
      const link = this.#createLink([other.id, id]);
      this.links.set(linkKey(id, other.id), link);
      if (other.life !== null) this.#attach(link, other.id, other.life);
    }
    const node = new NodeHost({
      id,
      clusterId: this.clusterId,
      system: this.system,
      options: this.options,
      limits: this.#limits,
      onStart: (life, nodePort, storePort) => {
        this.router.attachNode(id, life.hello.life, nodePort, storePort);
        for (const link of this.#linksOf(id)) this.#attach(link, id, life);
        this.events.emit('node', { node: id, change: 'started' });
      },
      onEnd: (life, stopReason) => {
        this.router.detachNode(id, life.hello.life);
        for (const pair of this.#connected) if (pair.split('-').includes(String(id))) this.#connected.delete(pair);
        // Without files its log is gone, and with it the member it was.
        node.forget();
        this.events.emit('node', { node: id, change: 'stopped', stopReason });
        this.#judgeMajority();
        this.#changed();
      },
    });
    this.nodes.set(id, node);
    return node;
  }

  /** The first configuration, written by the first start alone. */
  bootstrap(nodes: readonly NodeHost[]): void {
    this.#configuration = { voters: nodes.map((node) => node.member), learners: [] };
    for (const node of nodes) node.start(this.#configuration);
  }

  async discardNode(id: number): Promise<void> {
    const links = this.#linksOf(id);
    for (const link of links) this.links.delete(linkKey(link.ends[0], link.ends[1]));
    const node = this.nodes.get(id);
    this.nodes.delete(id);
    await Promise.all([...links.map((link) => link.stop()), node?.kill('stopped')]);
    for (const { life } of this.nodes.values()) {
      // One that ends meanwhile has nothing to detach.
      life?.raft.call('detachLink', [id], STATUS_TIMEOUT_MS).catch(() => undefined);
    }
    this.#changed();
  }

  /** Brings a node back that lost its log: as a new member, exchanged for the old one in the background. */
  restartNode(node: NodeHost): NodeLife {
    const life = node.start({ voters: [], learners: [] });
    void this.#exchange(node, life);
    return life;
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    await this.#stopping;
  }

  async #stopAll(): Promise<void> {
    this.router.stop();
    const nodes = [...this.nodes.values()].map((node) => node.kill('stopped'));
    const links = [...this.links.values()].map((link) => link.stop());
    await Promise.all([...nodes, ...links]);
    await this.system.close();
    this.events.close();
    this.changes.announce();
  }

  #createLink(ends: readonly [number, number]): LinkHost {
    const link: LinkHost = new LinkHost({
      ends,
      system: this.system,
      seed: (this.options.seed + ends[0] * MAX_NODES + ends[1]) >>> 0,
      callTimeoutMs: STATUS_TIMEOUT_MS,
      onRestart: () => {
        this.events.emit('link', { ends, change: 'restarted' });
        for (const end of ends) {
          const life = this.nodes.get(end)?.life;
          if (life !== null && life !== undefined) this.#attach(link, end, life);
        }
      },
    });
    return link;
  }

  #attach(link: LinkHost, id: number, life: NodeLife): void {
    const peer = link.ends[0] === id ? link.ends[1] : link.ends[0];
    const port = link.attach(life.hello);
    life.raft.call('attachLink', [peer, port], this.options.startTimeoutMs).catch(() => {
      // The node ended first; its next life attaches anew.
      port.close();
    });
  }

  #linksOf(id: number): LinkHost[] {
    return [...this.links.values()].filter((link) => link.ends.includes(id));
  }

  // ------------------------------------------------------------ what the host knows

  leader(): Actor<RaftNodeControl> | null {
    const leader = this.router.leader();
    return leader === null ? null : (this.nodes.get(leader.id)?.life?.raft ?? null);
  }

  /** Nodes of the peer that this node's links are connected to. */
  connectedPeers(id: number): number {
    return [...this.#connected].filter((pair) => pair.startsWith(`${id}-`)).length;
  }

  async status(): Promise<ClusterStatus> {
    const [nodes, links] = await Promise.all([
      Promise.all([...this.nodes.values()].map((node) => node.status(STATUS_TIMEOUT_MS))),
      Promise.all([...this.links.values()].map((link) => link.status())),
    ]);
    const failures = new Map(
      [...this.nodes.values()].map((node) => [node.id, node.crash ?? `it was ${node.stopReason}`]),
    );
    return judge(this.router.leader(), nodes, links, failures);
  }

  linkBetween(a: number, b: number): LinkHost {
    return must(this.links.get(linkKey(a, b)), `link ${a}-${b}`);
  }

  #announceLeader(): void {
    const leader = this.router.leader();
    const announced = leader === null ? null : `${leader.id} in term ${leader.term}`;
    if (announced === this.#leaderAnnounced) return;
    this.#leaderAnnounced = announced;
    this.events.emit('leader', { leader: leader?.id ?? null, term: leader?.term ?? null });
  }

  #learnConfiguration(id: number, configuration: Configuration): void {
    if (this.router.leader()?.id !== id) return;
    this.#configuration = configuration;
    this.events.emit('membership', { voters: configuration.voters, learners: configuration.learners });
    this.#judgeMajority();
    this.#changed();
  }

  #learnPeer(id: number, peer: Member, connected: boolean): void {
    const pair = `${id}-${peer.id}`;
    if (connected) this.#connected.add(pair);
    else this.#connected.delete(pair);
    const ends = id < peer.id ? [id, peer.id] : [peer.id, id];
    this.events.emit('link', { ends, change: connected ? 'connected' : 'disconnected', seenBy: id });
    this.#changed();
  }

  /** Memory mode: a voter whose threads ended is gone for good; with a majority of them, so is the cluster. */
  #judgeMajority(): void {
    const { voters } = this.#configuration;
    if (voters.length === 0) return;
    const alive = voters.filter((voter) => {
      const node = this.nodes.get(voter.id);
      return node?.life !== null && node?.member.incarnation === voter.incarnation;
    });
    this.router.setPermanentlyLost(alive.length * 2 <= voters.length);
  }

  #changed(): void {
    const up = [...this.nodes.values()].every((node) => node.life !== null && !node.paused);
    const voters = this.#configuration.voters;
    const members = [...this.nodes.values()].every((node) =>
      voters.some((voter) => voter.incarnation === node.member.incarnation),
    );
    const connected = this.#connected.size === this.nodes.size * (this.nodes.size - 1);
    const healthy = this.router.leader() !== null && up && members && connected;
    if (healthy !== this.#healthAnnounced) {
      this.#healthAnnounced = healthy;
      this.events.emit('health', { healthy });
    }
    this.changes.announce();
  }

  noticePause(id: number, paused: boolean): void {
    this.events.emit('node', { node: id, change: paused ? 'paused' : 'resumed' });
    this.#changed();
  }

  // ------------------------------------------------------------ background

  async #exchange(node: NodeHost, life: NodeLife): Promise<void> {
    const stillWanted = (): boolean => node.life === life && !this.stopped;
    while (stillWanted()) {
      const deadline = deadlineIn(EXCHANGE_SPAN_MS, null, 'promotion');
      try {
        await enlist(this, life.hello.member, deadline, stillWanted);
        return;
      } catch (error) {
        // Without a quorum it goes on trying; what it tries has no caller to be told.
        if (!(error instanceof ClusterError)) throw error;
      }
    }
  }
}

function linkKey(a: number, b: number): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}
