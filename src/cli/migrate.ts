/** `conclave migrate`: moves a state to etcd or back, and prints both ends side by side. */

import { migrateFromEtcd, migrateToEtcd } from '../index.js';
import type { EtcdPlace, MigratedState, MigrateReport } from '../index.js';
import { CommandError, ExitCode } from './errors.js';
import { readPlace, withAdvice } from './etcd-options.js';
import type { MigrateRequest } from './migrate-command.js';
import { createProgress } from './progress.js';
import { coloursFor } from './screen.js';
import { countsText, plural, table } from './tables.js';
import type { Terminal } from './terminal.js';

/** The exit code. */
export async function migrate(request: MigrateRequest, { stdout, stderr, environment }: Terminal): Promise<number> {
  const { data, output, direction } = request;
  const place = await readPlace(request.etcd);
  const etcd = `etcd ${place.prefix}`;
  const [source, target] = direction === 'to etcd' ? [data, etcd] : [etcd, data];
  const progress = createProgress(stderr, coloursFor(stderr, environment));
  progress.begin(`Moving the state of ${source} to ${target}`);
  // As in `actors/etcd-log.ts`: here etcd is asked from this thread.
  process.noDeprecation = true;
  let report: MigrateReport;
  try {
    report = await move(request, place);
  } catch (error) {
    throw withAdvice(error, place);
  } finally {
    progress.stop();
  }
  if (report.controller !== null) {
    const advice = `what it writes behind entry ${report.source.index} is not in ${target}`;
    stderr.write(`conclave: a process leads at ${source}, or has ended without a word; ${advice}\n`);
  }
  if (output === 'json') stdout.write(`${JSON.stringify(report)}\n`);
  else stdout.write(`${sidesText(report, source, target, coloursFor(stdout, environment))}\n`);
  if (report.equal) return ExitCode.ok;
  throw new CommandError(`${target} does not hold what ${source} holds`, ExitCode.failure);
}

function move({ direction, data, nodes }: MigrateRequest, place: EtcdPlace): Promise<MigrateReport> {
  if (direction === 'to etcd') return migrateToEtcd(data, place);
  return migrateFromEtcd(place, data, nodes === null ? {} : { nodes });
}

type Colours = Parameters<typeof table>[2];

function sidesText({ source, target }: MigrateReport, from: string, to: string, colours: Colours): string {
  const { sessions, requestIds } = target;
  const known = `${plural(sessions, 'session')}, ${plural(requestIds, 'request id')}`;
  const row = (side: string, name: string, { index, stateHash }: MigratedState): string[] => {
    return [side, name, String(index), stateHash];
  };
  const rows = [row('from', from, source), row('to', to, target)];
  const headings = [[''], ['PLACE'], ['ENTRY', 'right'], ['STATE HASH']] as const;
  return `${countsText(target)}; ${known}\n\n${table(headings, rows, colours)}`;
}
