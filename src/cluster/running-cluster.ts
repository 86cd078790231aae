/**
 * The `Cluster` that users hold: checks arguments, waits with deadlines, and leaves the work to `ClusterHost` and the
 * router.
 */
import type { MetadataStore } from '../client/metadata-store.js';
import { createMetadataStore } from '../client/routed-store.js';
import type { CallOptions, ReadOptions, Wait } from '../client/options.js';
import { createProposer, type Proposer } from '../client/proposer.js';
import { ClusterError } from '../errors.js';
import type { ClusterHost } from './cluster-host.js';
import type { Cluster, LinkHandle, NodeHandle } from './cluster.js';
import type { ClusterEvent } from './events.js';
import { gatherMetrics } from './gather-metrics.js';
import { createLinkHandle, createNodeHandle } from './handles.js';
import { dismiss, enlist } from './membership.js';
import type { ClusterMetrics } from './metrics.js';
import { MAX_NODES } from './options.js';
import type { ClusterStatus } from './status.js';
import { callerDeadline, deadlineIn, remainingMs, type Deadline } from '../client/waiting.js';

export class RunningCluster implements Cluster {
  readonly #host: ClusterHost;
  readonly #proposer: Proposer;
  /** One change of the members at a time. */
  #changingMembers = false;

  constructor(host: ClusterHost) {
    this.#host = host;
    this.#proposer = createProposer(host.router);
  }

  get nodeIds(): readonly number[] {
    return [...this.#host.nodes.keys()].sort((a, b) => a - b);
  }

  node(id: number): NodeHandle {
    const node = this.#host.nodes.get(id);
    if (node === undefined) {
      // Whatever was handed over: a list that is nested deeply enough has no text.
      const name = Number.isInteger(id) ? String(id) : 'of that name';
      throw new ClusterError('NodeNotFound', `there is no node ${name}`);
    }
    return createNodeHandle(this.#host, node);
  }

  link(a: number, b: number): LinkHandle {
    this.node(a);
    this.node(b);
    if (a === b) throw new ClusterError('InvalidArgument', `a link joins two nodes, not node ${a} and itself`);
    return createLinkHandle(this.#host, this.#host.links.between(a, b));
  }

  store(options?: { node?: number }): MetadataStore {
    if (this.#host.options.stateMachine !== null) {
      throw new ClusterError('InvalidArgument', 'this cluster runs a state machine of its own: use propose and query');
    }
    if (options?.node === undefined) return createMetadataStore(this.#host.router);
    this.node(options.node);
    return createMetadataStore(this.#host.router, { node: options.node });
  }

  propose(entry: Uint8Array, options?: CallOptions): Promise<{ index: number; result: unknown }> {
    return this.#proposer.propose(entry, options);
  }

  query(request: Uint8Array, options?: ReadOptions): Promise<unknown> {
    return this.#proposer.query(request, options);
  }

  async waitForLeader(options?: Wait): Promise<NodeHandle> {
    const id = await this.#until(() => this.#host.router.leader()?.id ?? null, this.#deadline(options, 'leader'));
    return this.node(id);
  }

  async waitForHealthy(options?: Wait): Promise<ClusterStatus> {
    const deadline = this.#deadline(options, 'healthy cluster');
    return this.#until(async () => {
      const { healthy } = await this.#host.status(false);
      const status = healthy ? await this.#host.status() : null;
      return status?.healthy === true ? status : null;
    }, deadline);
  }

  status(): Promise<ClusterStatus> {
    return this.#host.status();
  }

  metrics(options?: { metadata?: boolean }): Promise<ClusterMetrics> {
    return gatherMetrics(this.#host.sources, options?.metadata ?? true);
  }

  events(options?: { signal?: AbortSignal }): AsyncIterable<ClusterEvent> {
    return this.#host.events.subscribe(options?.signal ?? null);
  }

  async partition(groups: readonly (readonly number[])[]): Promise<void> {
    const pairs = pairsBetween(groups, (id) => this.node(id));
    await Promise.all(pairs.map(([a, b]) => this.link(a, b).cut()));
  }

  async heal(): Promise<void> {
    this.#checkRuns();
    await Promise.all(this.#host.links.all().map((link) => createLinkHandle(this.#host, link).heal()));
  }

  addNode(options?: Wait): Promise<NodeHandle> {
    return this.#changeMembers(() => this.#addNode(this.#deadline(options, 'promotion of the new node')));
  }

  removeNode(id: number, options?: Wait): Promise<void> {
    return this.#changeMembers(async () => {
      this.node(id);
      const host = this.#host;
      host.leaving.add(id);
      try {
        const deadline = this.#deadline(options, `removal of node ${id}`);
        await dismiss(host, id, deadline, () => !host.stopped);
        this.#checkRuns();
        await host.discardNode(id);
      } finally {
        host.leaving.delete(id);
      }
    });
  }

  async transferLeadership(to: number, options?: Wait): Promise<void> {
    this.node(to);
    const deadline = this.#deadline(options, `leadership of node ${to}`);
    await this.#until(async () => {
      if (this.#host.router.leader()?.id === to) return to;
      const leader = this.#host.leader();
      if (leader === null || remainingMs(deadline) === 0) return null;
      const transferred = leader.call('transferLeadership', [to], remainingMs(deadline));
      // The old leader may end or step down before it answers: who leads now shows in the next look.
      const refused = await transferred.catch(() => null);
      if (refused === 'unknownMember') throw new ClusterError('InvalidArgument', `node ${to} is not a voter`);
      return null;
    }, deadline);
  }

  stop(): Promise<void> {
    return this.#host.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host.stop();
  }

  #deadline(wait: Wait | undefined, what: string): Deadline {
    return callerDeadline(wait, this.#host.options.proposalTimeoutMs, what);
  }

  #checkRuns(): void {
    if (this.#host.stopped) throw new ClusterError('Stopped', 'the cluster is stopped');
  }

  #until<T>(look: () => T | null | Promise<T | null>, deadline: Deadline): Promise<T> {
    return this.#host.changes.until(() => {
      this.#checkRuns();
      this.#host.router.checkNotLost();
      return look();
    }, deadline);
  }

  async #changeMembers<T>(change: () => Promise<T>): Promise<T> {
    this.#checkRuns();
    if (this.#changingMembers) {
      throw new ClusterError('ConfigurationInProgress', 'another membership change is under way');
    }
    this.#changingMembers = true;
    try {
      return await change();
    } finally {
      this.#changingMembers = false;
    }
  }

  async #addNode(deadline: Deadline): Promise<NodeHandle> {
    const host = this.#host;
    if (host.nodes.size >= MAX_NODES) {
      throw new ClusterError('InvalidArgument', `a cluster has at most ${MAX_NODES} nodes`);
    }
    const added = host.addNode();
    const life = added.running();
    try {
      await enlist(host, life.hello.member, deadline, () => added.life === life);
      // It hears of its promotion after the others: its own status must not contradict the answer of this call.
      await host.changes.until(() => added.life !== life || host.membership.knowsItselfVoter(added) || null, deadline);
      if (added.life !== life)
        throw new ClusterError('Stopped', `node ${added.id} ended: ${added.crash ?? 'it was stopped'}`);
    } catch (error) {
      // Half a member would count as one: what was added is taken back, as far as the cluster still can.
      const undo = deadlineIn(host.options.proposalTimeoutMs, null, 'removal');
      const undone = dismiss(host, added.id, undo, () => !host.stopped);
      await undone.catch(() => {
        host.dismissLater(added.id);
      });
      await host.discardNode(added.id);
      throw error;
    }
    return createNodeHandle(host, added);
  }
}

/** Every pair of nodes in different groups, all ids checked. */
function pairsBetween(
  groups: readonly (readonly number[])[],
  check: (id: number) => unknown,
): (readonly [number, number])[] {
  if (!Array.isArray(groups) || !groups.every((group) => Array.isArray(group))) {
    throw new ClusterError('InvalidArgument', 'groups must be lists of node ids');
  }
  const groupOf = new Map<number, number>();
  groups.forEach((group: readonly number[], position) => {
    for (const id of group) {
      check(id);
      if (groupOf.has(id)) throw new ClusterError('InvalidArgument', `node ${id} is in two groups`);
      groupOf.set(id, position);
    }
  });
  const ids = [...groupOf.keys()];
  return ids.flatMap((a, position) =>
    ids
      .slice(position + 1)
      .filter((b) => groupOf.get(a) !== groupOf.get(b))
      .map((b) => [a, b] as const),
  );
}
