/**
 * `startCluster`: brings up every actor, has one node campaign as soon as it reaches a majority, and hands out the `Cluster`.
 */
import { must } from '../assert.js';
import { createMetadataStore } from '../client/metadata-store.js';
import { createProposer } from '../client/proposer.js';
import { ClusterError } from '../errors.js';
import { openHostLogger } from '../runtime/logger.js';
import { ClusterHost } from './cluster-host.js';
import type { Cluster, NodeHandle } from './cluster.js';
import { createLinkHandle, createNodeHandle } from './handles.js';
import { dismiss, enlist } from './membership.js';
import { MAX_NODES, resolveOptions, resolveWait, type ClusterOptions, type Wait } from './options.js';
import { checkDeadline, deadlineIn, remainingMs, type Deadline } from './waiting.js';

/** Resolves once a leader has committed an entry of its own term: "started" means usable. */
export async function startCluster(options?: ClusterOptions): Promise<Cluster> {
  const resolved = resolveOptions(options);
  const deadline = deadlineIn(resolved.startTimeoutMs, resolved.signal, 'leader of the new cluster');
  checkDeadline(deadline);
  const host = new ClusterHost(resolved, await openHostLogger(resolved.logger));
  try {
    const nodes = Array.from({ length: resolved.nodes }, () => host.createNode());
    host.bootstrap(nodes);
    await campaignOnce(host, deadline);
    await waitForUsable(host, deadline);
  } catch (error) {
    const crashed = [...host.nodes.values()].find((node) => node.life === null);
    await host.stop();
    if (crashed === undefined || !(error instanceof ClusterError) || error.code !== 'Timeout') throw error;
    throw new ClusterError('Stopped', `node ${crashed.id} did not start: ${crashed.lastFailure}`);
  }
  return createCluster(host);
}

/** A start never waits for an election time-out: the first node that reaches a majority is told to campaign. */
async function campaignOnce(host: ClusterHost, deadline: Deadline): Promise<void> {
  const majority = Math.floor(host.nodes.size / 2) + 1;
  const candidate = await host.changes.until(() => {
    if ([...host.nodes.values()].every((node) => node.life === null)) checkFailed(host);
    const reached = [...host.nodes.values()].find((node) => host.connectedPeers(node.id) + 1 >= majority);
    return reached ?? null;
  }, deadline);
  await candidate.running().raft.call('campaign', [], remainingMs(deadline));
}

function checkFailed(host: ClusterHost): void {
  const [first] = host.nodes.values();
  throw new ClusterError('Stopped', `no node started: ${must(first, 'first node').lastFailure}`);
}

async function waitForUsable(host: ClusterHost, deadline: Deadline): Promise<number> {
  return host.changes.until(() => {
    const leader = host.router.leader();
    return leader?.committedInTerm === true ? leader.id : null;
  }, deadline);
}

function createCluster(host: ClusterHost): Cluster {
  const proposer = createProposer(host.router);
  let changing = false;
  const wait = (given: Wait | undefined, what: string): Deadline => {
    const { timeoutMs, signal } = resolveWait(given, host.options.proposalTimeoutMs);
    return deadlineIn(timeoutMs, signal, what);
  };
  const alive = (): void => {
    if (host.stopped) throw new ClusterError('Stopped', 'the cluster is stopped');
  };
  const node = (id: number): NodeHandle => {
    const known = host.nodes.get(id);
    if (known === undefined) throw new ClusterError('NodeNotFound', `there is no node ${String(id)}`);
    return createNodeHandle(host, known);
  };
  /** One change of the members at a time. */
  const change = async <T>(perform: () => Promise<T>): Promise<T> => {
    alive();
    if (changing) throw new ClusterError('ConfigurationInProgress', 'another membership change is under way');
    changing = true;
    try {
      return await perform();
    } finally {
      changing = false;
    }
  };

  const cluster: Cluster = {
    get nodeIds() {
      return [...host.nodes.keys()].sort((a, b) => a - b);
    },
    node,
    link(a, b) {
      node(a);
      node(b);
      if (a === b) throw new ClusterError('InvalidArgument', `a link joins two nodes, not node ${a} and itself`);
      return createLinkHandle(host, host.linkBetween(a, b));
    },
    store(options) {
      if (host.options.stateMachine !== null) {
        throw new ClusterError(
          'InvalidArgument',
          'this cluster runs a state machine of its own: use propose and query',
        );
      }
      const bound = options?.node;
      if (bound === undefined) return createMetadataStore(host.router, {});
      node(bound);
      return createMetadataStore(host.router, { node: bound });
    },
    propose: (entry, options) => proposer.propose(entry, options),
    query: (request, options) => proposer.query(request, options),
    async waitForLeader(options) {
      const deadline = wait(options, 'leader');
      const id = await host.changes.until(() => {
        alive();
        host.router.checkNotLost();
        return host.router.leader()?.id ?? null;
      }, deadline);
      return node(id);
    },
    async waitForHealthy(options) {
      const deadline = wait(options, 'healthy cluster');
      return host.changes.until(async () => {
        alive();
        host.router.checkNotLost();
        const status = await host.status();
        return status.healthy ? status : null;
      }, deadline);
    },
    status: () => host.status(),
    events: (options) => host.events.subscribe(options?.signal ?? null),
    async partition(groups) {
      const pairs = pairsBetween(groups, node);
      await Promise.all(pairs.map(([a, b]) => cluster.link(a, b).cut()));
    },
    async heal() {
      alive();
      await Promise.all([...host.links.values()].map((link) => createLinkHandle(host, link).heal()));
    },
    addNode: (options) => change(() => addNode(host, wait(options, 'promotion of the new node'))),
    removeNode: (id, options) =>
      change(async () => {
        node(id);
        await dismiss(host, id, wait(options, `removal of node ${id}`));
        await host.discardNode(id);
      }),
    async transferLeadership(to, options) {
      alive();
      node(to);
      await transfer(host, to, wait(options, `leadership of node ${to}`));
    },
    stop: () => host.stop(),
    [Symbol.asyncDispose]: () => host.stop(),
  };
  return cluster;
}

async function addNode(host: ClusterHost, deadline: Deadline): Promise<NodeHandle> {
  if (host.nodes.size >= MAX_NODES) {
    throw new ClusterError('InvalidArgument', `a cluster has at most ${MAX_NODES} nodes`);
  }
  const added = host.createNode();
  const life = added.start({ voters: [], learners: [] });
  try {
    await enlist(host, life.hello.member, deadline, () => added.life === life);
    if (added.life !== life) throw new ClusterError('Stopped', `node ${added.id} ended before it was promoted`);
  } catch (error) {
    // Half a member would count as one: what was added is taken back, as far as the cluster still can.
    await dismiss(host, added.id, deadlineIn(host.options.proposalTimeoutMs, null, 'removal')).catch(() => undefined);
    await host.discardNode(added.id);
    throw error;
  }
  return createNodeHandle(host, added);
}

async function transfer(host: ClusterHost, to: number, deadline: Deadline): Promise<void> {
  await host.changes.until(async () => {
    if (host.router.leader()?.id === to) return to;
    const leader = host.leader();
    if (leader === null || deadline.signal?.aborted === true || remainingMs(deadline) === 0) return null;
    const refused = await leader.call('transferLeadership', [to], remainingMs(deadline)).catch(() => 'timeout');
    if (refused === 'unknownMember') throw new ClusterError('NodeNotFound', `node ${to} is not a voter`);
    return null;
  }, deadline);
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
  groups.forEach((group, position) => {
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
