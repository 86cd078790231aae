/**
 * The commands for a data folder in which no cluster runs, and for files of other tools: what they print. What they do
 * is the public API's. Data goes to stdout; a repair that cannot be made whole, and whatever else fails, is told on
 * stderr.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { dumpLog, inspectSnapshot, recover, repair, restoreSnapshot, saveSnapshot, startCluster } from '../index.js';
import type { LostEntries, RepairReport, SnapshotInspection } from '../index.js';
import { countsOf } from './check.js';
import { CommandError, ExitCode } from './errors.js';
import { exportText } from './export.js';
import type { OfflineRequest } from './folder-commands.js';
import { WITHOUT_HEARTBEATS } from './heartbeats.js';
import { importFile } from './import.js';
import { migrate } from './migrate.js';
import type { OutputFormat } from './options.js';
import { createProgress } from './progress.js';
import { coloursFor } from './screen.js';
import { countsText, formatBytes, plural, topicTable } from './tables.js';
import type { Terminal } from './terminal.js';

const CHUNK_LENGTH = 1 << 16;

/** The exit code. */
export async function workOffline(request: OfflineRequest, terminal: Terminal): Promise<number> {
  const print = (line: string): void => {
    terminal.stdout.write(`${line}\n`);
  };
  switch (request.command) {
    case 'log dump':
      dump(request.folder, request.node, terminal);
      return ExitCode.ok;
    case 'snapshot inspect':
      print(inspectionText(await inspectSnapshot(request.file), request.output, terminal));
      return ExitCode.ok;
    case 'snapshot save': {
      await takeSnapshot(request.data, terminal);
      const { index } = await saveSnapshot(request.data, request.file);
      print(`${request.file} holds the state up to entry ${index}`);
      return ExitCode.ok;
    }
    case 'snapshot restore': {
      const { file, data, nodes } = request;
      const { clusterId, index } = await restoreSnapshot(file, data, nodes === null ? {} : { nodes });
      print(
        `${data} holds cluster ${clusterId} with the state up to entry ${index}; start it: conclave up --data ${data}`,
      );
      return ExitCode.ok;
    }
    case 'recover': {
      const { data, fromNode } = request;
      const { clusterId, keptIndex } = await recover(data, { fromNode, acceptDataLoss: true });
      print(`kept: everything up to entry ${keptIndex}, as node ${fromNode} had it; the cluster is ${clusterId} now`);
      print(`the folders as they were are beside: ${data}/node-*.old`);
      return ExitCode.ok;
    }
    case 'import':
      return importFile(request, terminal);
    case 'export':
      print(await exportText(request, terminal.interrupt));
      return ExitCode.ok;
    case 'migrate':
      return migrate(request, terminal);
    case 'repair':
      return repairText(await repair(request.data), request.data, print);
  }
}

function dump(folder: string, node: number | null, { stdout }: Terminal): void {
  let text = '';
  for (const line of dumpLog(folder, node === null ? {} : { node })) {
    text += `${JSON.stringify(line)}\n`;
    if (text.length < CHUNK_LENGTH) continue;
    stdout.write(text);
    text = '';
  }
  stdout.write(text);
}

/** The newest state is in the log; the cluster itself makes a snapshot of it. */
async function takeSnapshot(dataDir: string, terminal: Terminal): Promise<void> {
  // A start would make one.
  if (!existsSync(join(dataDir, 'cluster.json'))) {
    throw new CommandError(`${dataDir} holds no cluster`, ExitCode.failure);
  }
  const progress = createProgress(terminal.stderr, coloursFor(terminal.stderr, terminal.environment));
  progress.begin(`Taking a snapshot of ${dataDir}`);
  try {
    const cluster = await startCluster({ ...WITHOUT_HEARTBEATS, dataDir, signal: terminal.interrupt });
    try {
      const leader = await cluster.waitForLeader();
      await leader.takeSnapshot();
    } finally {
      await cluster.stop();
    }
  } finally {
    progress.stop();
  }
}

function inspectionText(inspection: SnapshotInspection, output: OutputFormat, terminal: Terminal): string {
  if (output === 'json') return JSON.stringify(inspection);
  const { state, voters, learners } = inspection;
  const facts: [string, string][] = [
    ['file', inspection.file],
    ['cluster', inspection.clusterId],
    ['node', `${inspection.node}, incarnation ${inspection.incarnation}`],
    ['entries', `up to ${inspection.index}, term ${inspection.term}`],
    ['voters', voters.join(', ')],
    ...(learners.length === 0 ? [] : [['learners', learners.join(', ')] as [string, string]]),
    ['content', formatBytes(inspection.contentBytes)],
    ['known', `${plural(inspection.sessions, 'session')}, ${plural(inspection.requestIds, 'request id')}`],
    ['state', state === null ? 'of a state machine of your own' : countsText(countsOf(state))],
  ];
  const lines = facts.map(([name, value]) => `${name.padEnd(10)} ${value}`);
  if (state === null || Object.keys(state.topics).length === 0) return lines.join('\n');
  const topics = topicTable(Object.values(state.topics), coloursFor(terminal.stdout, terminal.environment));
  return `${lines.join('\n')}\n\n${topics}`;
}

function repairText({ nodes, lastIndex, lost }: RepairReport, data: string, print: (line: string) => void): number {
  for (const { node, state, damages } of nodes) {
    print(`node ${node} ${state}`);
    for (const { file, offset, reason } of damages) print(`  ${file} at offset ${offset}: ${reason}`);
  }
  if (lost.length > 0) {
    const advice = `nothing was changed; conclave recover --data ${data} keeps what one node has`;
    throw new CommandError(`lost: ${lost.map(lostText).join(', ')}; ${advice}`, ExitCode.failure);
  }
  const repaired = nodes.filter(({ state }) => state === 'repaired').length;
  print(
    repaired === 0
      ? `nothing to repair: all is there up to entry ${lastIndex}`
      : `${plural(repaired, 'node')} repaired: all is there up to entry ${lastIndex}; what was there is in node-*.old`,
  );
  return ExitCode.ok;
}

function lostText({ from, to }: LostEntries): string {
  if (to === null) return `whatever followed entry ${from - 1}`;
  return from === to ? `entry ${from}` : `entries ${from} to ${to}`;
}
