/**
 * What may be written on the command line: commands, options, their limits and the help. Words in, a `Request` out; it
 * starts nothing. A mistake is one line that proposes the nearest option.
 */

import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { oneLine, usageError } from './errors.js';

export type Request = UpRequest | OfflineRequest | BenchRequest;

export interface UpRequest {
  command: 'up';
  /** Null: as stored, or the default. */
  nodes: number | null;
  brokers: number;
  /** Null: the sample that comes with the package. */
  topics: string | null;
  /** Null: in memory. */
  data: string | null;
  durability: 'fsync' | 'os';
  /** Nodes that are to come back without their files. */
  wipe: number[];
  check: boolean;
  output: OutputFormat;
  timeoutMs: number;
}

/** What is done to a folder that no cluster runs in. */
export type OfflineRequest =
  | { command: 'log dump'; folder: string; node: number | null }
  | { command: 'snapshot inspect'; file: string; output: OutputFormat }
  | { command: 'snapshot save'; file: string; data: string }
  | { command: 'snapshot restore'; file: string; data: string; nodes: number | null }
  | { command: 'recover'; data: string; fromNode: number }
  | { command: 'repair'; data: string };

/** The flags are the benchmark's own. */
export interface BenchRequest {
  command: 'bench';
  flags: string[];
}

export type OutputFormat = 'table' | 'json';

interface Output {
  stdout: (text: string) => void;
  columns: number;
}

const UP_HELP = `
Examples:
  $ conclave up                           three nodes, six brokers, sample topics
  $ conclave up --topics shop.yaml        your own topics
  $ conclave up --data ./cluster          keep it; the next one goes on with it
  $ conclave up --check                   a failover drill; exits 0 when all is well
  $ conclave up --check -o json | jq .failoverMs

A topic file holds Strimzi KafkaTopic resources in YAML: several documents, a List,
or an OpenShift Template. Without --check the cluster stays up until Ctrl-C stops
it; a second Ctrl-C ends it at once. Brokers and topics that --data holds already are
left as they are.

Exit codes:
  0    done                               124  the --timeout passed
  1    failed, or the nodes differ        130  stopped by Ctrl-C
  2    wrong command line or topic file   143  stopped by SIGTERM`;

/** What is asked for, or undefined when help or version was, and is printed. Throws a usage `CommandError`. */
export function parseCommandLine(words: readonly string[], output: Output): Request | undefined {
  if (words.length === 0) throw usageError('a command is missing; try: conclave up');
  let request: Request | undefined;
  const program = new Command('conclave')
    .description('A Raft cluster and its Kafka-like metadata store in one process.')
    .version(packageVersion(), '-V, --version');
  const ask = (asked: Request): void => {
    request = asked;
  };
  for (const command of [upCommand(ask), ...folderCommands(ask), benchCommand(ask)]) program.addCommand(command);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: output.stdout,
      writeErr: () => undefined, // the caller prints the error that is thrown
      getOutHelpWidth: () => output.columns,
    });
  }
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.help') throw usageError(`${words.join(' ')}: a command is missing; try --help`);
    if (error.exitCode !== 0) throw usageError(oneLine(error.message).replace(/^error: /, ''));
  }
  return request;
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function upCommand(ask: (request: UpRequest) => void): Command {
  return new Command('up')
    .description('start a cluster, register brokers on three racks, create topics, stay up')
    .addOption(
      new Option('--nodes <count>', 'Raft nodes (default: 3, or those that --data holds)').argParser(countUpTo(9)),
    )
    .addOption(new Option('--brokers <count>', 'brokers to register').argParser(countUpTo(1_000)).default(6))
    .option('--topics <file>', 'topics to create (default: a sample that comes with conclave)')
    .option('--data <folder>', 'keep the cluster in this folder, or go on with the one that is in it')
    .addOption(
      new Option('--durability <mode>', 'with --data: what a write waits for (default: "fsync")').choices([
        'fsync',
        'os',
      ]),
    )
    .addOption(
      new Option('--wipe <ids>', 'with --data: nodes that start again without their files')
        .argParser(parseIds)
        .default([], 'none'),
    )
    .option('--check', 'kill the leader, write, restart it, compare all nodes, exit')
    .addOption(outputOption())
    .addOption(
      new Option('--timeout <duration>', 'for all work before it stays up: seconds, or 500ms, 30s, 2m')
        .argParser(parseDuration)
        .default(60_000, '60s'),
    )
    .addHelpText('after', UP_HELP)
    .action((options: ParsedUpOptions) => {
      const { nodes = null, topics = null, data = null, durability, check = false, timeout, ...others } = options;
      if (check && nodes !== null) checkSurvivors(nodes);
      if (data === null && durability !== undefined) throw usageError('--durability needs --data');
      if (data === null && options.wipe.length > 0) throw usageError('--wipe needs --data');
      const files = { data, durability: durability ?? 'fsync' };
      ask({ command: 'up', nodes, topics, ...files, check, timeoutMs: timeout, ...others });
    });
}

/** As commander gives them. */
interface ParsedUpOptions extends Pick<UpRequest, 'brokers' | 'wipe' | 'output'> {
  check?: boolean;
  nodes?: number;
  topics?: string;
  data?: string;
  durability?: UpRequest['durability'];
  timeout: number;
}

function folderCommands(ask: (request: OfflineRequest) => void): Command[] {
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

function benchCommand(ask: (request: BenchRequest) => void): Command {
  return new Command('bench')
    .usage('[flags]')
    .argument('[flags...]')
    .description('measure throughput, latency and failover on this machine; conclave bench --help has the flags')
    .allowUnknownOption()
    .helpOption(false)
    .action((flags: string[]) => {
      ask({ command: 'bench', flags });
    });
}

function outputOption(): Option {
  return new Option('-o, --output <format>', 'format of stdout').choices(['table', 'json']).default('table');
}

function dataOption(): Option {
  return new Option('--data <folder>', 'folder of the cluster').makeOptionMandatory();
}

/** Throws a usage `CommandError` when a drill that kills the leader would leave no majority to write through. */
export function checkSurvivors(nodes: number): void {
  if (nodes >= 3) return;
  throw usageError(`--check needs at least 3 nodes, not ${nodes}: it writes while the leader is dead`);
}

function parseId(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be the number of a node.');
}

function parseIds(text: string): number[] {
  return text.split(',').map(parseId);
}

function countUpTo(largest: number): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : NaN;
    if (count >= 1 && count <= largest) return count;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${largest}.`);
  };
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
const LONGEST_TIMEOUT_MS = 2_147_483_647; // a timer of Node holds no more

/** "30" is seconds; units: ms, s, m, h. */
function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  const durationMs = match ? Math.round(Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? NaN)) : NaN;
  if (durationMs >= 1 && durationMs <= LONGEST_TIMEOUT_MS) return durationMs;
  throw new InvalidArgumentError('It must be a time such as 30, 500ms, 30s or 2m.');
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return String(version);
}
