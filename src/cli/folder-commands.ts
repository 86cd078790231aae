/**
 * The commands for a data folder in which no cluster runs, and those that take and give other tools' files, which also
 * work with a cluster that runs: their arguments and options. `offline.ts` does what they ask.
 */

import { Command, Option } from 'commander';
import { must } from '../assert.js';
import { usageError } from './errors.js';
import type { PlaceRequest } from './import-place.js';
import type { MigrateRequest } from './migrate-command.js';
import {
  countUpTo,
  dataOption,
  offsetOption,
  outputOption,
  parseId,
  timeoutOption,
  type OutputFormat,
} from './options.js';
import { givenToken, tokenOption, urlOption } from './verbs.js';
import type { FileFormat, KafkaTopicOptions } from '../index.js';

/** What is done to a folder that no cluster runs in. */
export type OfflineRequest =
  | { command: 'log dump'; folder: string; node: number | null }
  | { command: 'snapshot inspect'; file: string; output: OutputFormat }
  | { command: 'snapshot save'; file: string; data: string }
  | { command: 'snapshot restore'; file: string; data: string; nodes: number | null }
  | { command: 'recover'; data: string; fromNode: number }
  | { command: 'repair'; data: string }
  | ImportRequest
  | ExportRequest
  | MigrateRequest;

export interface ImportRequest {
  command: 'import';
  place: PlaceRequest;
  file: string;
  /** Added to every broker id of the file. */
  brokerOffset: number;
  dryRun: boolean;
  output: OutputFormat;
  timeoutMs: number;
}

export interface ExportRequest {
  command: 'export';
  place: PlaceRequest;
  format: FileFormat;
  /** Added to every broker id. */
  brokerOffset: number;
  /** Of the resources of 'strimzi'. */
  resources: KafkaTopicOptions;
}

const IMPORT_HELP = `
Examples:
  $ conclave import topics.yaml                          Strimzi KafkaTopic resources, into the cluster at --url
  $ conclave import ./cluster topics.yaml                into a folder in which none runs
  $ kcat -b broker:9092 -L -J > kafka.json; conclave import ./cluster kafka.json
  $ conclave import moves.json --dry-run                 of kafka-reassign-partitions
  $ conclave export ./cluster --format kcat | conclave up --topics /dev/stdin

Brokers and topics that are there already are left as they are. A reassignment is begun,
and done once its new replicas are in sync. All is checked before anything is changed:
what is refused is told line by line, and nothing is done. Broker ids begin at 1 here:
for a Kafka cluster with a broker 0 add --broker-offset 1.`;

/** What looks into a folder, saves, restores and mends it. */
export function folderCommands(ask: (request: OfflineRequest) => void): Command[] {
  const log = new Command('log').description('look into the log of a data folder');
  log
    .command('dump <folder>')
    .description('print the entries of a data folder, or of one node in it, as JSON lines; changes nothing')
    .addOption(new Option('--node <id>', 'this node only').argParser(parseId))
    .action((folder: string, { node = null }: { node?: number | null }) => {
      ask({ command: 'log dump', folder, node });
    });

  const snapshot = new Command('snapshot').description('snapshots as files: copy one, look into it, start from it');
  snapshot
    .command('inspect <file>')
    .description('tell what is in a snapshot; changes nothing')
    .addOption(outputOption())
    .action((file: string, { output }: { output: OutputFormat }) => {
      ask({ command: 'snapshot inspect', file, output });
    });
  snapshot
    .command('save <file>')
    .description('write the state of a data folder to a file: its cluster is started, takes a snapshot, and stops')
    .addOption(dataOption())
    .action((file: string, { data }: { data: string }) => {
      ask({ command: 'snapshot save', file, data });
    });
  snapshot
    .command('restore <file>')
    .description('make a new cluster, with a new id, that starts with the state of a snapshot')
    .addOption(dataOption())
    .addOption(new Option('--nodes <count>', 'Raft nodes (default: 3)').argParser(countUpTo(9)))
    .action((file: string, { data, nodes = null }: { data: string; nodes?: number | null }) => {
      ask({ command: 'snapshot restore', file, data, nodes });
    });

  const recover = new Command('recover')
    .description('when a majority of the disks is lost: a new cluster from what one node has')
    .addOption(dataOption())
    .addOption(new Option('--from-node <id>', 'the node whose log is kept').argParser(parseId).makeOptionMandatory())
    .addOption(new Option('--accept-data-loss', 'what other nodes had beyond it is given up, acknowledged or not'))
    .action(({ data, fromNode, acceptDataLoss }: { data: string; fromNode: number; acceptDataLoss?: true }) => {
      if (acceptDataLoss !== true) {
        throw usageError(`recover gives up what node ${fromNode} has not; if so be it, add --accept-data-loss`);
      }
      ask({ command: 'recover', data, fromNode });
    });

  const repair = new Command('repair')
    .argument('<folder>')
    .description('rebuild damaged logs from the intact records of all nodes, or tell what is lost and change nothing')
    .action((data: string) => {
      ask({ command: 'repair', data });
    });
  return [log, snapshot, recover, repair];
}

/** What brings other tools' files in, and gives out such files. */
export function fileCommands(ask: (request: OfflineRequest) => void): Command[] {
  const importing = new Command('import')
    .usage('[options] [folder] <file>')
    .argument('<file...>', 'the file; before it a data folder, if not into a cluster that runs')
    .description("bring in another tool's file: topics (Strimzi), a cluster (kcat), a reassignment")
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(offsetOption('of the file'))
    .option('--dry-run', 'tell what would be done, and change nothing')
    .addOption(outputOption())
    .addOption(timeoutOption('for all of it'))
    .addHelpText('after', IMPORT_HELP)
    .action((words: readonly string[], options: ParsedImportOptions, command: Command) => {
      const { dryRun = false, timeout: timeoutMs, brokerOffset, output } = options;
      if (words.length > 2) throw usageError('too many arguments for import: a folder and a file at most');
      const place = placeFor(words.length === 2 ? words[0] : undefined, options, command);
      const file = must(words.at(-1), 'a file');
      ask({ command: 'import', place, file, dryRun, timeoutMs, brokerOffset, output });
    });

  const exporting = new Command('export')
    .argument('[folder]', 'of a cluster at rest; without it, the cluster that runs')
    .description('print what a cluster holds as another tool writes it; changes nothing')
    .addOption(urlOption())
    .addOption(tokenOption())
    .addOption(
      new Option('--format <format>', 'whose format')
        .choices(['kcat', 'strimzi', 'reassignment'])
        .makeOptionMandatory(),
    )
    .addOption(offsetOption('of the cluster'))
    .option('--strimzi-cluster <name>', 'with strimzi: the Kafka resource whose topics these are to be')
    .addOption(
      new Option('--api-version <version>', 'with strimzi: v1beta2 for Strimzi before 0.49')
        .choices(['v1', 'v1beta2'])
        .default('v1'),
    )
    .action((data: string | undefined, options: ParsedExportOptions, command: Command) => {
      const place = placeFor(data, options, command);
      const { format, brokerOffset, strimziCluster: cluster, apiVersion } = options;
      const resources = { apiVersion, ...(cluster === undefined ? {} : { cluster }) };
      ask({ command: 'export', place, format, brokerOffset, resources });
    });
  return [importing, exporting];
}

/** A folder is at rest; an address in the environment is for those who name none. */
function placeFor(data: string | undefined, { url, token }: ParsedPlace, command: Command): PlaceRequest {
  if (data === undefined) return { url, token: givenToken(token) };
  if (command.getOptionValueSource('url') !== 'cli') return { data };
  throw usageError(`a folder or --url, not both: no cluster runs in ${data} while its files are used`);
}

/** As commander gives them. */
interface ParsedPlace {
  url: string;
  token?: string;
}

interface ParsedImportOptions extends ParsedPlace, Pick<ImportRequest, 'brokerOffset' | 'output'> {
  dryRun?: true;
  timeout: number;
}

interface ParsedExportOptions extends ParsedPlace, Pick<ExportRequest, 'format' | 'brokerOffset'> {
  strimziCluster?: string;
  apiVersion: 'v1' | 'v1beta2';
}
