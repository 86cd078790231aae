/**
 * `conclave import`: another tool's file into a data folder, or a cluster that runs. What it holds is read first, and
 * everything that would be refused is told before anything is changed; then the calls are made that were rehearsed.
 */

import { ClusterError, partitionId } from '../index.js';
import type { ClusterMetadata, PartitionInfo, Reassignment, Wait } from '../index.js';
import { CommandError, ExitCode, oneLine } from './errors.js';
import type { ImportRequest } from './folder-commands.js';
import { readImportFile, type Filling, type FillingFile, type ImportFile } from './import-file.js';
import { placeOf, type ImportedStore } from './import-place.js';
import { createProgress } from './progress.js';
import { differencesFrom, fill, missingFrom, refusalText, rehearse, type Refusal } from './provision.js';
import { coloursFor } from './screen.js';
import { formatDuration, plural } from './tables.js';
import type { Terminal } from './terminal.js';

/** All or none of them: the largest call that stays within the size of an operation, whatever the names. */
const REASSIGNMENTS_AT_ONCE = 1_000;

/** What is done, or would be; printed as it is with `-o json`. */
interface Report {
  format: ImportFile['format'];
  dryRun: boolean;
  /** Ids. */
  registered: number[];
  fenced: number[];
  /** Names. */
  created: string[];
  kept: string[];
  /** As "topic:partition". */
  reassigned: string[];
  /** Those of them whose new replicas are not all in sync yet. */
  underWay: string[];
}

interface Plan {
  report: Report;
  /** One line each: what is not as the file says, and stays so. */
  remarks: readonly string[];
  refusals: readonly Refusal[];
  apply(store: ImportedStore, wait: Wait): Promise<void>;
}

/** The exit code. */
export async function importFile(request: ImportRequest, terminal: Terminal): Promise<number> {
  const { stdout, stderr, environment, interrupt } = terminal;
  const progress = createProgress(stderr, coloursFor(stderr, environment));
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const wait = { timeoutMs: request.timeoutMs, signal: AbortSignal.any([deadline, interrupt]) };
  const place = placeOf(request.place, request.timeoutMs, interrupt);
  try {
    progress.begin(`Reading ${request.file} and ${place.name}`);
    const file = await readImportFile(request.file, request.brokerOffset);
    const found = await place.metadata();
    progress.begin('Checking what is to be done');
    const plan = await planOf(file, found, request.dryRun, wait);
    progress.stop();
    for (const remark of plan.remarks) stderr.write(`conclave: ${oneLine(remark)}\n`);
    refuse(plan.refusals, terminal);
    if (!request.dryRun) await place.change(wait, progress, (store) => plan.apply(store, wait));
    stdout.write(`${request.output === 'json' ? JSON.stringify(plan.report) : reportText(plan.report)}\n`);
    return ExitCode.ok;
  } catch (error) {
    if (error instanceof CommandError || interrupt.aborted || !(deadline.aborted || isTimeout(error))) throw error;
    const limit = formatDuration(request.timeoutMs);
    throw new CommandError(`timed out after ${limit}: ${progress.step}`, ExitCode.timeout);
  } finally {
    progress.stop();
  }
}

function isTimeout(error: unknown): boolean {
  return error instanceof ClusterError && error.code === 'Timeout';
}

/** A line for each; throws the last of them. */
function refuse(refusals: readonly Refusal[], { stderr }: Terminal): void {
  const lines = refusals.map(refusalText);
  const last = lines.pop();
  for (const line of lines) stderr.write(`conclave: ${line}\n`);
  if (last !== undefined) throw new CommandError(`${last}; nothing was changed`, ExitCode.failure);
}

async function planOf(file: ImportFile, found: ClusterMetadata, dryRun: boolean, wait: Wait): Promise<Plan> {
  const { format } = file;
  const none = { registered: [], fenced: [], created: [], kept: [], reassigned: [], underWay: [] };
  const report: Report = { format, dryRun, ...none };
  if (file.format === 'reassignment') return reassigning(file.reassignments, found, report);
  return filling(file, found, report, wait);
}

async function filling(file: FillingFile, found: ClusterMetadata, report: Report, wait: Wait): Promise<Plan> {
  const missing: Filling = missingFrom(found, file.filling);
  const brokers = Object.keys(found.brokers).length + missing.brokers.length;
  report.registered = missing.brokers.map(({ id }) => id);
  report.fenced = [...missing.fenced];
  report.created = missing.topics.map(({ name }) => name);
  report.kept = file.filling.topics.map(({ name }) => name).filter((name) => found.topics[name] !== undefined);
  return {
    report,
    remarks: differencesFrom(found, file.filling),
    refusals: await rehearse(found, missing, wait),
    apply: (store) => fill(store, brokers, missing, wait),
  };
}

/** Those that change something. A partition that has its replicas already, or is on its way there, is left alone. */
function reassigning(all: readonly Reassignment[], found: ClusterMetadata, report: Report): Plan {
  const nameOf = ({ topic, partition }: Reassignment): string => partitionId(topic, partition);
  const moves = all.filter((each) => targetOf(found.partitions[nameOf(each)]).join() !== each.replicas.join());
  report.reassigned = moves.map(nameOf);
  report.underWay = moves
    .filter((move) => !move.replicas.every((id) => found.partitions[nameOf(move)]?.isr.includes(id)))
    .map(nameOf);
  return {
    report,
    remarks: [],
    refusals: moves.flatMap((move): Refusal[] => {
      const reason = refusalOf(move, found);
      return reason === null ? [] : [{ what: `partition ${nameOf(move)}`, reason }];
    }),
    async apply(store, wait) {
      for (let first = 0; first < moves.length; first += REASSIGNMENTS_AT_ONCE) {
        await store.alterReassignments(moves.slice(first, first + REASSIGNMENTS_AT_ONCE), wait);
      }
    },
  };
}

/** Where it is to be in the end. */
function targetOf(partition: PartitionInfo | undefined): readonly number[] {
  const { replicas = [], removingReplicas = [] } = partition ?? {};
  return replicas.filter((id) => !removingReplicas.includes(id));
}

function refusalOf({ topic, partition, replicas }: Reassignment, found: ClusterMetadata): ClusterError | null {
  if (found.topics[topic] === undefined) return new ClusterError('TopicNotFound', `topic ${topic} does not exist`);
  if (found.partitions[partitionId(topic, partition)] === undefined) {
    return new ClusterError('PartitionNotFound', `topic ${topic} has no partition ${partition}`);
  }
  if (new Set(replicas).size < replicas.length) {
    return new ClusterError('InvalidAssignment', `replicas ${replicas.join(', ')} are not distinct`);
  }
  const stranger = replicas.find((id) => found.brokers[id] === undefined);
  if (stranger === undefined) return null;
  return new ClusterError('InvalidAssignment', `broker ${stranger} is not registered`);
}

function reportText({ format, dryRun, registered, fenced, created, kept, reassigned, underWay }: Report): string {
  const waiting = underWay.length > 0 ? `, ${underWay.length} of them under way until new replicas are in sync` : '';
  const facts =
    format === 'reassignment'
      ? [`${plural(reassigned.length, 'partition')} reassigned${waiting}`]
      : [
          `${plural(registered.length, 'broker')} registered${fenced.length > 0 ? `, ${fenced.length} fenced` : ''}`,
          `${plural(created.length, 'topic')} created${kept.length > 0 ? `, ${kept.length} kept` : ''}`,
        ];
  return [...facts, ...(dryRun ? ['a dry run: nothing was changed'] : [])].join('\n');
}
