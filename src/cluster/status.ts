/**
 * What a cluster says of itself, and the judgement whether it is healthy: pure, from what the host has gathered.
 */
import type { ErrorCode } from '../errors.js';
import type { HealthProblem, MetadataHealth } from '../metadata/health.js';

export interface NodeStatus {
  id: number;
  role: 'leader' | 'follower' | 'preCandidate' | 'candidate' | 'learner' | 'stopped';
  voter: boolean;
  paused: boolean;
  stopReason?: 'killed' | 'stopped' | ErrorCode;
  term: number;
  leader: number | null;
  commitIndex: number;
  appliedIndex: number;
  firstLogIndex: number;
  lastLogIndex: number;
  snapshotIndex: number;
}

export interface LinkStatus {
  ends: [number, number];
  state: 'connected' | 'connecting' | 'cut';
  delivered: number;
  dropped: number;
  reconnects: number;
  /** Why the last attempt to connect was refused or the connection broke. */
  lastError?: string;
}

/** Why a cluster is not healthy. What they name: nodes by id, links as "1-2". */
export type ClusterReason =
  'noLeader' | 'stoppedNodes' | 'pausedNodes' | 'nodesNotVoting' | 'laggingNodes' | 'unconnectedLinks';

export interface ClusterStatus {
  leader: number | null;
  term: number;
  /** A leader exists, every member is up, unpaused, a voter and within the lag bound, every link connected. */
  healthy: boolean;
  /** One readable line each; empty when healthy. */
  problems: string[];
  /** The same by kind, at most one for each reason. */
  reasons: HealthProblem<ClusterReason>[];
  /**
   * What the leader has applied. Its problems (fenced brokers, partitions without a leader) are the managed system's,
   * and do not make the cluster itself unhealthy. Null: no leader has told, or the state machine is one of your own.
   */
  metadata: MetadataHealth | null;
  nodes: NodeStatus[];
  links: LinkStatus[];
}

/** Entries that a healthy node may be behind the leader's commit index in what it has applied. */
const MAX_LAG_ENTRIES = 1_000;

interface Finding {
  readonly reason: ClusterReason;
  readonly name: string;
  readonly line: string;
}

interface Gathered {
  readonly leader: { readonly id: number; readonly term: number } | null;
  readonly nodes: NodeStatus[];
  readonly links: LinkStatus[];
  /** Why stopped nodes ended, in words. */
  readonly failures: ReadonlyMap<number, string>;
  readonly metadata: MetadataHealth | null;
}

export function judge({ leader, nodes, links, failures, metadata }: Gathered): ClusterStatus {
  const term = Math.max(0, ...nodes.map((node) => node.term));
  const committed = Math.max(0, ...nodes.map((node) => node.commitIndex));
  const findings: Finding[] = leader === null ? [{ reason: 'noLeader', name: '', line: 'no leader' }] : [];
  for (const node of nodes) findings.push(...nodeFindings(node, committed, failures.get(node.id)));
  for (const link of links) findings.push(...linkFindings(link));
  return {
    leader: leader?.id ?? null,
    term,
    healthy: findings.length === 0,
    problems: findings.map(({ line }) => line),
    reasons: byReason(findings),
    metadata,
    nodes,
    links,
  };
}

function nodeFindings(node: NodeStatus, committed: number, failure = 'it was stopped'): Finding[] {
  const findings: Finding[] = [];
  const find = (reason: ClusterReason, what: string): void => {
    findings.push({ reason, name: String(node.id), line: `node ${node.id} is ${what}` });
  };
  if (node.role === 'stopped') {
    find('stoppedNodes', `stopped: ${failure}`);
    return findings;
  }
  if (node.paused) find('pausedNodes', 'paused');
  if (!node.voter) find('nodesNotVoting', 'not a voter yet');
  const lag = committed - node.appliedIndex;
  if (lag > MAX_LAG_ENTRIES) find('laggingNodes', `${lag} entries behind`);
  return findings;
}

function linkFindings({ ends, state, lastError }: LinkStatus): Finding[] {
  if (state === 'connected') return [];
  const name = ends.join('-');
  const cause = lastError === undefined ? '' : `: ${lastError}`;
  return [{ reason: 'unconnectedLinks', name, line: `link ${name} is ${state}${cause}` }];
}

/** In the order in which the reasons were found. */
function byReason(findings: readonly Finding[]): HealthProblem<ClusterReason>[] {
  const groups = new Map<ClusterReason, Finding[]>();
  for (const finding of findings) groups.set(finding.reason, [...(groups.get(finding.reason) ?? []), finding]);
  return [...groups].map(([reason, found]) => ({
    reason,
    count: found.length,
    names: found.map(({ name }) => name).filter((name) => name !== ''),
    detail: found.map(({ line }) => line).join('; '),
  }));
}
