/**
 * `startCluster`: brings up every actor, and has one node campaign as soon as it reaches a majority, so that a start
 * never waits for an election time-out: any voter of a new cluster, of an existing one a voter with the best log.
 */
import { ClusterError } from '../errors.js';
import type { RaftStatus } from '../raft/status.js';
import { openHostLogger } from '../runtime/logger.js';
import { openClusterFolder, type ClusterFolder } from './cluster-folder.js';
import { ClusterHost } from './cluster-host.js';
import type { Cluster } from './cluster.js';
import type { NodeHost } from './node-host.js';
import { resolveOptions, type ClusterOptions, type ResolvedOptions } from './options.js';
import { RunningCluster } from './running-cluster.js';
import { reconcile } from './reconcile.js';
import { stateMachineName } from './state-machine-name.js';
import { checkDeadline, deadlineIn, remainingMs, type Deadline } from '../client/waiting.js';

/** Resolves once a leader has committed an entry of its own term: "started" means usable. */
export async function startCluster(options?: ClusterOptions): Promise<Cluster> {
  return new RunningCluster(await startHost(options));
}

/** The same without the public face. */
export async function startHost(options?: ClusterOptions): Promise<ClusterHost> {
  const resolved = resolveOptions(options);
  const deadline = deadlineIn(resolved.startTimeoutMs, resolved.signal, 'leader of the new cluster');
  checkDeadline(deadline);
  const logger = await openHostLogger(resolved.logger);
  const host = new ClusterHost(resolved, logger, await openFolder(resolved, deadline));
  try {
    const isNew = host.open();
    await campaignOnce(host, isNew ? [...host.nodes.values()] : await bestNodes(host, deadline), deadline);
    const leader = await host.changes.until(() => {
      checkEnoughRun(host);
      const known = host.router.leader();
      return known?.committedInTerm === true ? (host.nodes.get(known.id) ?? null) : null;
    }, deadline);
    await replayed(host, leader, deadline);
    if (!isNew) await reconcile(host);
  } catch (error) {
    await host.stop();
    for (const { id, crash, refusal } of host.nodes.values()) {
      // For instance since the user's module cannot be loaded: this, and not what it led to, is the reason.
      if (crash !== null && refusal === null) {
        throw new ClusterError('Stopped', `node ${id} did not start: ${crash}`);
      }
    }
    throw error;
  }
  return host;
}

/**
 * A log that nobody applies is not usable: a user's module may still be loading, or fail to, and what is dumped or
 * snapshotted right after the start has everything that was acknowledged before.
 */
async function replayed(host: ClusterHost, leader: NodeHost, deadline: Deadline): Promise<void> {
  const { raft, store } = leader.running();
  const { commitIndex } = await raft.call('status', [], remainingMs(deadline));
  await host.changes.until(async () => {
    const appliedIndex = await store.call('appliedIndex', [], remainingMs(deadline));
    return appliedIndex >= commitIndex || null;
  }, deadline);
}

async function openFolder(options: ResolvedOptions, deadline: Deadline): Promise<ClusterFolder | null> {
  const { files, nodes, stateMachine } = options;
  if (files === null) return null;
  return openClusterFolder(files, { nodes, stateMachine: await stateMachineName(stateMachine, deadline) });
}

interface SurveyedLog {
  readonly node: NodeHost;
  readonly status: RaftStatus;
}

/**
 * The nodes with the longest log of the last term: one of them wins an election of any majority (paper 5.4.1), and
 * what they hold as configuration is the one in force, as far as can be known without a leader.
 */
async function bestNodes(host: ClusterHost, deadline: Deadline): Promise<NodeHost[]> {
  const surveyed = await Promise.all([...host.nodes.values()].map((node) => survey(node, deadline)));
  const logs = surveyed.flatMap((log) => log ?? []).sort((one, other) => compareLogs(other.status, one.status));
  const [best] = logs;
  host.assume(best?.status.configuration ?? { voters: [], learners: [] });
  const voters = logs.filter(({ status }) => status.voter);
  const [first] = voters;
  return first === undefined
    ? []
    : voters.filter(({ status }) => compareLogs(status, first.status) === 0).map(({ node }) => node);
}

/** Null: it has no files that can be used. */
async function survey(node: NodeHost, deadline: Deadline): Promise<SurveyedLog | null> {
  const status = node.refusal ?? (await node.serving(remainingMs(deadline)).catch(storageFailure));
  return status instanceof ClusterError ? null : { node, status };
}

function storageFailure(error: unknown): ClusterError {
  if (error instanceof ClusterError && ['CorruptLog', 'StorageFailed'].includes(error.code)) return error;
  throw error;
}

function compareLogs(one: RaftStatus, other: RaftStatus): number {
  return one.lastLogTerm - other.lastLogTerm || one.lastLogIndex - other.lastLogIndex;
}

/** The first of them that reaches a majority is told to campaign, unless somebody was elected without an order. */
async function campaignOnce(host: ClusterHost, candidates: readonly NodeHost[], deadline: Deadline): Promise<void> {
  const candidate = await host.changes.until(() => {
    checkEnoughRun(host);
    if (host.router.leader() !== null) return 'nobody';
    return candidates.find((node) => host.membership.reachesMajority(node)) ?? null;
  }, deadline);
  if (candidate !== 'nobody') await candidate.running().raft.call('campaign', [], remainingMs(deadline));
}

/** A node that ends while the cluster starts ends the start, unless it is its storage and the others are enough. */
function checkEnoughRun(host: ClusterHost): void {
  for (const node of host.nodes.values()) if (node.refusal === null) node.running();
  host.checkMajority();
}
