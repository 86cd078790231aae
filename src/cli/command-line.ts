/**
 * What may be written on the command line: commands, options, their limits and the help. Words in, a `Request` out; it
 * starts nothing. A mistake is one line that proposes the nearest option.
 */

import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { oneLine, usageError } from './errors.js';
import { fileCommands, folderCommands, type OfflineRequest } from './folder-commands.js';
import { countUpTo, offsetOption, outputOption, parseIds, timeoutOption, type OutputFormat } from './options.js';

export type Request = UpRequest | OfflineRequest | BenchRequest;

export interface UpRequest {
  command: 'up';
  /** Null: as stored, or the default. */
  nodes: number | null;
  /** Null: those that the topic file names, or the default. */
  brokers: number | null;
  /** Null: the sample that comes with the package. */
  topics: string | null;
  /** Added to every broker id of the topic file. */
  brokerOffset: number;
  /** Null: in memory. */
  data: string | null;
  durability: 'fsync' | 'os';
  /** Nodes that are to come back without their files. */
  wipe: number[];
  check: boolean;
  output: OutputFormat;
  /** Null: nothing is logged. */
  logLevel: LogLevel | null;
  timeoutMs: number;
}

/** The flags are the benchmark's own. */
export interface BenchRequest {
  command: 'bench';
  flags: string[];
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

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

A topic file holds Strimzi KafkaTopic resources in YAML (several documents, a List,
or an OpenShift Template), or what kcat -L -J prints, brokers included. Without --check
the cluster stays up until Ctrl-C stops it; a second Ctrl-C ends it at once. Brokers
and topics that --data holds already are left as they are.

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
  for (const command of [upCommand(ask), ...folderCommands(ask), ...fileCommands(ask), benchCommand(ask)])
    program.addCommand(command);
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
    .addOption(
      new Option('--brokers <count>', 'brokers to register (default: 6, or those of the topic file)').argParser(
        countUpTo(1_000),
      ),
    )
    .option('--topics <file>', 'topics to create (default: a sample that comes with conclave)')
    .addOption(offsetOption('of the topic file'))
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
    .addOption(new Option('--log-level <level>', 'log to stderr what nodes and links do').choices(LOG_LEVELS))
    .addOption(timeoutOption('for all work before it stays up'))
    .addHelpText('after', UP_HELP)
    .action((options: ParsedUpOptions) => {
      checkUpOptions(options);
      const { nodes = null, brokers = null, topics = null, data = null, check = false, timeout, ...others } = options;
      const { durability = 'fsync', logLevel = null } = options;
      ask({ command: 'up', ...others, nodes, brokers, topics, data, durability, check, logLevel, timeoutMs: timeout });
    });
}

function checkUpOptions({ check, nodes, data, durability, wipe }: ParsedUpOptions): void {
  if (check === true && nodes !== undefined) checkSurvivors(nodes);
  if (data === undefined && durability !== undefined) throw usageError('--durability needs --data');
  if (data === undefined && wipe.length > 0) throw usageError('--wipe needs --data');
}

/** As commander gives them. */
interface ParsedUpOptions extends Pick<UpRequest, 'brokerOffset' | 'wipe' | 'output'> {
  check?: boolean;
  nodes?: number;
  brokers?: number;
  topics?: string;
  data?: string;
  durability?: UpRequest['durability'];
  logLevel?: LogLevel;
  timeout: number;
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

/** Throws a usage `CommandError` when a drill that kills the leader would leave no majority to write through. */
export function checkSurvivors(nodes: number): void {
  if (nodes >= 3) return;
  throw usageError(`--check needs at least 3 nodes, not ${nodes}: it writes while the leader is dead`);
}

function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined;
  return String(version);
}
