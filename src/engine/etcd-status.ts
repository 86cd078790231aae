/** What a store in etcd says of itself, and the judgement whether it is healthy: pure, from what was gathered. */
import type { HealthProblem, MetadataHealth } from '../metadata/health.js';
import type { EtcdHealth } from './etcd-client.js';
import type { EtcdLogReport } from './etcd-messages.js';

/**
 * Why such a store is not healthy. `noEngine`: etcd does not answer, or refuses writes; `notJoined`: this process does
 * not follow the log yet; `noController`: no process leads; `alarms`: etcd has raised some, whose names these are.
 */
export type EtcdReason = 'noEngine' | 'notJoined' | 'noController' | 'alarms';

/** What is known of a store in etcd, from this process. */
export interface EtcdStatus extends EtcdReport {
  readonly engine: 'etcd';
  /** This process follows the log, some process leads, and etcd takes writes and has raised no alarm. */
  readonly healthy: boolean;
  /** One readable line each; empty when healthy. */
  readonly problems: readonly string[];
  /** The same by kind, at most one for each reason. */
  readonly reasons: readonly HealthProblem<EtcdReason>[];
  /** Of what this process has applied; null: it does not tell. */
  readonly metadata: MetadataHealth | null;
}

export interface EtcdReport extends EtcdLogReport {
  /** All that were given; `endpoint` is the one in use. */
  readonly endpoints: readonly string[];
  readonly prefix: string;
  /** What this process has applied. */
  readonly appliedIndex: number;
  readonly etcd: EtcdHealth | { readonly unknown: string };
}

export function judgeStore(report: EtcdReport, metadata: MetadataHealth | null): EtcdStatus {
  const reasons = reasonsOf(report);
  const problems = reasons.map(({ detail }) => detail);
  return { engine: 'etcd', ...report, healthy: reasons.length === 0, problems, reasons, metadata };
}

function reasonsOf({ problem, joined, controller, etcd }: EtcdReport): HealthProblem<EtcdReason>[] {
  const reasons: HealthProblem<EtcdReason>[] = [];
  const find = (reason: EtcdReason, detail: string, names: string[] = []): void => {
    reasons.push({ reason, count: Math.max(1, names.length), names, detail });
  };
  if (problem !== null) find('noEngine', problem.message);
  else if (!joined) find('notJoined', 'the log in etcd is being joined');
  if (joined && controller === null) find('noController', 'no process leads');
  const alarms = 'alarms' in etcd ? [...etcd.alarms] : [];
  if (alarms.length > 0) find('alarms', `etcd has raised ${alarms.join(', ')}`, alarms);
  return reasons;
}
