/**
 * `conclave up`: start a cluster, register brokers, create topics, print, then stay up or run the drill. The order of
 * things and what is printed where; parsing, tables, the drill and the live display are files of their own.
 */

import { fileURLToPath } from 'node:url';
import { ClusterError, defaultTopicConfig, startCluster } from '../index.js';
import { drill, elapsedMs, pause } from './check.js';
import type { DrillReport, RecordCounts } from './check.js';
import type { UpOptions } from './command-line.js';
import { CommandError, ExitCode, oneLine } from './errors.js';
import { showUntil } from './live-status.js';
import { createProgress } from './progress.js';
import type { Progress } from './progress.js';
import { coloursFor } from './screen.js';
import type { Screen } from './screen.js';
import { createTopics, registerBrokers } from './provision.js';
import { formatDuration, nodeTable, plural, topicTable } from './tables.js';
import { readTopicFile } from './topic-file.js';
import type { RequestedTopic } from './topic-file.js';
import type { Cluster, ClusterStatus, MetadataStore, Wait } from '../index.js';

/** Seen from dist/src/cli. The compiler copies no YAML, so the package carries the file where it was written. */
const SAMPLE_TOPICS = fileURLToPath(new URL('../../../src/cli/sample-topics.yaml', import.meta.url));

/** Where `up` writes, and what ends it. */
export interface Terminal {
  stdout: Screen;
  stderr: Screen;
  environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  interrupt: AbortSignal;
}

interface Run {
  options: UpOptions;
  terminal: Terminal;
  progress: Progress;
  /** Bounds every call until the cluster stays up. */
  wait: Wait;
}

interface Started {
  cluster: Cluster;
  store: MetadataStore;
  startMs: number;
  createMs: number;
  expected: RecordCounts;
}

/** The exit code when it ends by itself; an interrupt rejects with whatever it broke off. */
export async function up(options: UpOptions, terminal: Terminal): Promise<number> {
  const requested = await readTopicFile(options.topics ?? SAMPLE_TOPICS);
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort();
  }, options.timeoutMs);
  const wait = { timeoutMs: options.timeoutMs, signal: AbortSignal.any([deadline.signal, terminal.interrupt]) };
  const progress = createProgress(terminal.stderr, coloursFor(terminal.stderr, terminal.environment));
  const run = { options, terminal, progress, wait };
  let cluster: Cluster | undefined;
  try {
    progress.begin(`Starting ${plural(options.nodes, 'node')}`);
    const startedAtMs = performance.now();
    cluster = await startCluster({ nodes: options.nodes, startTimeoutMs: options.timeoutMs, signal: wait.signal });
    const started = await prepare(run, cluster, requested, elapsedMs(startedAtMs));
    if (options.check) return await check(run, started);
    await printState(run, started);
    clearTimeout(timer);
    await showUntil(terminal.interrupt, cluster, terminal.stderr, coloursFor(terminal.stderr, terminal.environment));
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof CommandError || !(deadline.signal.aborted || isTimeout(error))) throw error;
    const limit = formatDuration(options.timeoutMs);
    throw new CommandError(`timed out after ${limit}: ${progress.step}`, ExitCode.timeout);
  } finally {
    clearTimeout(timer);
    progress.stop();
    await cluster?.stop();
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'Timeout';
}

async function prepare(run: Run, cluster: Cluster, requested: RequestedTopic[], startMs: number): Promise<Started> {
  const { progress, wait, options } = run;
  const leader = await cluster.waitForLeader(wait);
  progress.end(`${plural(options.nodes, 'node')} up in ${startMs} ms; node ${leader.id} leads`);

  progress.begin(`Registering ${plural(options.brokers, 'broker')} and creating ${plural(requested.length, 'topic')}`);
  const store = cluster.store();
  const createdAtMs = performance.now();
  await registerBrokers(store, options.brokers, wait);
  await createTopics(store, requested, options.brokers, wait);
  const createMs = elapsedMs(createdAtMs);
  const partitions = requested.reduce((sum, topic) => sum + topic.partitions, 0);
  const expected = { brokers: options.brokers, topics: requested.length, partitions };
  const records = [
    plural(options.brokers, 'broker'),
    plural(expected.topics, 'topic'),
    plural(partitions, 'partition'),
  ];
  progress.end(`${records.join(', ')} in ${createMs} ms`);
  return { cluster, store, startMs, createMs, expected };
}

async function printState(run: Run, { cluster, store }: Started): Promise<void> {
  const { stdout, stderr, environment } = run.terminal;
  run.progress.begin('Reading the state');
  const status = await settledStatus(cluster, run.wait);
  const topics = await store.listTopics(run.wait);
  const brokers = await store.listBrokers(run.wait);
  run.progress.stop();
  if (run.options.output === 'json') {
    stdout.write(`${JSON.stringify({ status, brokers, topics })}\n`);
    return;
  }
  if (stderr.isTTY) stderr.write('\n');
  const colours = coloursFor(stdout, environment);
  stdout.write(`${nodeTable(status.nodes, colours)}\n\n${topicTable(topics, defaultTopicConfig(), colours)}\n`);
}

/** Followers learn what is committed with the next heartbeat; a first table in which they lag would raise questions. */
async function settledStatus(cluster: Cluster, wait: Wait): Promise<ClusterStatus> {
  for (;;) {
    const status = await cluster.status();
    const committed = Math.max(...status.nodes.map((node) => node.commitIndex));
    if (status.nodes.every((node) => node.appliedIndex >= committed || node.role === 'stopped')) return status;
    await pause(wait);
  }
}

async function check(run: Run, started: Started): Promise<number> {
  const { options, terminal, progress, wait } = run;
  if (options.output === 'table') await printState(run, started);
  const report = await drill(started, started.expected, wait, progress);
  const summary = {
    nodes: options.nodes,
    startMs: started.startMs,
    createMs: started.createMs,
    ...report,
    nodeVersion: process.version,
  };
  if (options.output === 'json') terminal.stdout.write(`${JSON.stringify(summary)}\n`);
  else terminal.stdout.write(`\n${summaryText(options.nodes, report)}\n`);
  if (report.differences.length === 0) return ExitCode.ok;
  throw new CommandError(`check failed: ${oneLine(report.differences.join('; '))}`, ExitCode.failure);
}

export function summaryText(nodes: number, report: DrillReport): string {
  const killed = `node ${report.leaderBefore}`;
  const successor = `node ${report.leaderAfter}`;
  const records = (['brokers', 'topics', 'partitions'] as const).map((kind) => `${report[kind]} ${kind}`);
  return [
    `failover   ${killed} killed; ${successor} acknowledged a write ${report.failoverMs} ms later`,
    `recovery   ${killed} restarted; all nodes healthy ${report.recoveryMs} ms later`,
    `state      ${records.join(', ')} at log index ${report.appliedIndex}`,
    `hash       ${report.stateHash}`,
    `equal      ${report.equal ? `yes, on all ${nodes} nodes` : 'NO, the nodes differ'}`,
  ].join('\n');
}
