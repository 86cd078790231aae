/**
 * `conclave up`: start a cluster or go on with a stored one, register brokers, create topics, print, then stay up or
 * run the drill. The order of things and what is printed where; parsing, tables, the drill and the live display are
 * files of their own.
 */

import { ClusterError, startCluster } from '../index.js';
import { countsOf, drill, elapsedMs, pause } from './check.js';
import type { DrillReport } from './check.js';
import { CommandError, ExitCode, oneLine } from './errors.js';
import { Heartbeats } from './heartbeats.js';
import type { Filling } from './import-file.js';
import { showUntil } from './live-status.js';
import { logWriter } from './log-lines.js';
import { createProgress } from './progress.js';
import type { Progress } from './progress.js';
import { coloursFor, withPlainText } from './screen.js';
import { serve } from './serving.js';
import { checkFilling, differencesFrom, fill, isOwn, missingFrom } from './provision.js';
import type { Terminal } from './terminal.js';
import { countsText, formatDuration, nodeTable, plural, topicTable } from './tables.js';
import type { RecordCounts } from './tables.js';
import { checkSurvivors, type UpRequest } from './up-command.js';
import { fillingOf, isSample } from './up-filling.js';
import { packageVersion } from './version.js';
import type { Cluster, ClusterOptions, ClusterStatus, LogSink, MetadataStore, Wait } from '../index.js';
import type { Service } from '../service/service.js';

const DEFAULT_NODES = 3;
interface Run {
  options: UpRequest;
  terminal: Terminal;
  progress: Progress;
  /** Bounds every call until the cluster stays up. */
  wait: Wait;
  heartbeats: Heartbeats;
}

interface Started {
  cluster: Cluster;
  store: MetadataStore;
  startMs: number;
  createMs: number;
  /** What an earlier run had left; null without --data. */
  recovered: RecordCounts | null;
  expected: RecordCounts;
}

/** The exit code when it ends by itself; an interrupt rejects with whatever it broke off. */
export async function up(options: UpRequest, onTerminal: Terminal): Promise<number> {
  const log = logWriter(onTerminal.stderr, coloursFor(onTerminal.stderr, onTerminal.environment));
  const stderr = options.logLevel === null ? onTerminal.stderr : withPlainText(onTerminal.stderr);
  const terminal = { ...onTerminal, stderr };
  const requested = await fillingOf(options);
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort();
  }, options.timeoutMs);
  const wait = { timeoutMs: options.timeoutMs, signal: AbortSignal.any([deadline.signal, terminal.interrupt]) };
  const progress = createProgress(terminal.stderr, coloursFor(terminal.stderr, terminal.environment));
  const heartbeats = new Heartbeats();
  const run = { options, terminal, progress, wait, heartbeats };
  let cluster: Cluster | undefined;
  let service: Service | undefined;
  try {
    progress.begin(startingText(options));
    const startedAtMs = performance.now();
    cluster = await startCluster(clusterOptions(options, log, wait.signal));
    const startMs = elapsedMs(startedAtMs);
    const nodes = cluster.nodeIds.length;
    if (options.check) checkSurvivors(nodes);
    const leader = await cluster.waitForLeader(wait);
    progress.end(`${plural(nodes, 'node')} up in ${startMs} ms; node ${leader.id} leads`);
    await mend(run, cluster);
    const started = await prepare(run, cluster, requested, startMs);
    if (options.check) return await check(run, started);
    service = await serve(cluster, { ...options, version: packageVersion() }, terminal.stderr);
    await printState(run, started, service.url);
    clearTimeout(timer);
    const shown = { cluster, store: started.store, url: service.url };
    await showUntil(terminal.interrupt, shown, terminal.stderr, coloursFor(terminal.stderr, terminal.environment));
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof CommandError || !(deadline.signal.aborted || isTimeout(error))) throw error;
    const limit = formatDuration(options.timeoutMs);
    throw new CommandError(
      `timed out after ${limit}: ${[progress.step, ...(await troubleOf(cluster))].join('; ')}`,
      ExitCode.timeout,
    );
  } finally {
    clearTimeout(timer);
    progress.stop();
    await service?.close();
    await heartbeats.end();
    await cluster?.stop();
  }
}

function startingText({ nodes, data }: UpRequest): string {
  if (data !== null) return `Starting the nodes of ${data}`;
  return `Starting ${plural(nodes ?? DEFAULT_NODES, 'node')}`;
}

function clusterOptions(options: UpRequest, log: LogSink['write'], signal: AbortSignal): ClusterOptions {
  const { nodes, data, durability, logLevel, timeoutMs } = options;
  return {
    ...(logLevel === null ? {} : { logger: { level: logLevel, write: log } }),
    ...(nodes === null ? {} : { nodes }),
    ...(data === null ? {} : { dataDir: data, durability }),
    startTimeoutMs: timeoutMs,
    signal,
  };
}

/** What may be why; what all of it is would be too much for a line. */
async function troubleOf(cluster: Cluster | undefined): Promise<string[]> {
  const problems = (await cluster?.status().catch(() => undefined))?.problems ?? [];
  return problems.filter((problem) => problem.startsWith('node ')).slice(0, 1);
}

function isTimeout(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'Timeout';
}

/** Wipes what is to be wiped; tells of every other node that its files keep down. */
async function mend({ options, terminal, progress, wait }: Run, cluster: Cluster): Promise<void> {
  for (const id of options.wipe) {
    progress.begin(`Wiping node ${id}`);
    await cluster.node(id).restart({ ...wait, wipe: true });
    progress.end(`Node ${id} was wiped and is being filled from the leader`);
  }
  const { nodes, problems } = await cluster.status();
  for (const { id, role, stopReason } of nodes) {
    if (role !== 'stopped') continue;
    const problem = problems.find((line) => line.startsWith(`node ${id} `)) ?? `node ${id} is stopped`;
    const advice = stopReason === 'CorruptLog' ? `${problem}; --wipe ${id} fills it anew from the others` : problem;
    if (options.check) throw new CommandError(advice, ExitCode.failure);
    terminal.stderr.write(`conclave: ${oneLine(advice)}\n`);
  }
}

async function prepare(run: Run, cluster: Cluster, requested: Filling, startMs: number): Promise<Started> {
  const { progress, wait, options, terminal } = run;
  progress.begin('Reading the state');
  const store = cluster.store();
  const found = await store.metadata(wait);
  const recovered = countsOf(found);
  const isWanted = options.topics !== null || isSample(found, requested);
  const filling = { ...requested, topics: isWanted ? requested.topics : [] };
  for (const line of differencesFrom(found, filling)) terminal.stderr.write(`conclave: ${line}\n`);
  if (recovered.brokers > 0) progress.end(`${countsText(recovered)} found`);

  const missing = missingFrom(found, filling);
  const brokers = recovered.brokers + missing.brokers.length;
  progress.begin(
    `Registering ${plural(missing.brokers.length, 'broker')} and creating ${plural(missing.topics.length, 'topic')}`,
  );
  await checkFilling(found, missing, wait);
  const createdAtMs = performance.now();
  await fill(store, brokers, missing, wait);
  run.heartbeats.begin(store, (await store.listBrokers(wait)).filter(isOwn));
  const createMs = elapsedMs(createdAtMs);
  const created = missing.topics.reduce((sum, topic) => sum + topic.partitions, 0);
  const expected = {
    brokers,
    topics: recovered.topics + missing.topics.length,
    partitions: recovered.partitions + created,
  };
  progress.end(`${countsText(expected)} in ${createMs} ms`);
  return { cluster, store, startMs, createMs, recovered: options.data === null ? null : recovered, expected };
}

/** `url`: where it is served; null where it is not. */
async function printState(run: Run, { cluster, store }: Started, url: string | null): Promise<void> {
  const { stdout, stderr, environment } = run.terminal;
  run.progress.begin('Reading the state');
  const status = await settledStatus(cluster, run.wait);
  const topics = await store.listTopics(run.wait);
  const brokers = await store.listBrokers(run.wait);
  run.progress.stop();
  if (run.options.output === 'json') {
    stdout.write(`${JSON.stringify({ url, status, brokers, topics })}\n`);
    return;
  }
  if (stderr.isTTY) stderr.write('\n');
  const colours = coloursFor(stdout, environment);
  stdout.write(`${nodeTable(status.nodes, colours)}\n\n${topicTable(topics, colours)}\n`);
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
  if (options.output === 'table') await printState(run, started, null);
  const report = await drill(started, started.expected, wait, progress);
  const nodes = started.cluster.nodeIds.length;
  const { startMs, createMs, recovered } = started;
  const summary = {
    nodes,
    startMs,
    createMs,
    ...(recovered === null ? {} : { recovered }),
    ...report,
    nodeVersion: process.version,
  };
  if (options.output === 'json') terminal.stdout.write(`${JSON.stringify(summary)}\n`);
  else terminal.stdout.write(`\n${summaryText(nodes, report)}\n`);
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
