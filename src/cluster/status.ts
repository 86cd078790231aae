/**
 * What a cluster says of itself, and the judgement whether it is healthy: pure, from what the host has gathered.
 */
import type { ErrorCode } from '../errors.js';

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

export interface ClusterStatus {
  leader: number | null;
  term: number;
  /** A leader exists, every member is up, unpaused, a voter and within the lag bound, every link connected. */
  healthy: boolean;
  /** One readable line each; empty when healthy. */
  problems: string[];
  nodes: NodeStatus[];
  links: LinkStatus[];
}

/** Entries that a healthy node may be behind the leader's commit index in what it has applied. */
const MAX_LAG_ENTRIES = 1_000;

/** `failures`: why stopped nodes ended, in words. */
export function judge(
  leader: { readonly id: number; readonly term: number } | null,
  nodes: NodeStatus[],
  links: LinkStatus[],
  failures: ReadonlyMap<number, string>,
): ClusterStatus {
  const term = Math.max(0, ...nodes.map((node) => node.term));
  const problems: string[] = [];
  if (leader === null) problems.push('no leader');
  const committed = Math.max(0, ...nodes.map((node) => node.commitIndex));
  for (const node of nodes) problems.push(...nodeProblems(node, committed, failures.get(node.id)));
  for (const link of links) {
    if (link.state === 'connected') continue;
    const reason = link.lastError === undefined ? '' : `: ${link.lastError}`;
    problems.push(`link ${link.ends[0]}-${link.ends[1]} is ${link.state}${reason}`);
  }
  return { leader: leader?.id ?? null, term, healthy: problems.length === 0, problems, nodes, links };
}

function nodeProblems(node: NodeStatus, committed: number, failure = 'it was stopped'): string[] {
  if (node.role === 'stopped') return [`node ${node.id} is stopped: ${failure}`];
  const problems: string[] = [];
  if (node.paused) problems.push(`node ${node.id} is paused`);
  if (!node.voter) problems.push(`node ${node.id} is not a voter yet`);
  const lag = committed - node.appliedIndex;
  if (lag > MAX_LAG_ENTRIES) problems.push(`node ${node.id} is ${lag} entries behind`);
  return problems;
}
