/**
 * What may be written on the command line: commands, options, their limits and the help. Words in, a `Request` out; it
 * starts nothing. A mistake is one line that proposes the nearest option.
 */

import { Command, CommanderError, Option } from 'commander';
import { brokerCommands } from './broker-commands.js';
import { clusterCommands } from './cluster-commands.js';
import { completionCommand, type CompletionRequest } from './completion.js';
import { oneLine, usageError } from './errors.js';
import { fileCommands, folderCommands, type OfflineRequest } from './folder-commands.js';
import { groupCommands } from './group-commands.js';
import { linkCommands } from './link-commands.js';
import { nodeCommands } from './node-commands.js';
import {
  countUpTo,
  offsetOption,
  outputOption,
  parseIds,
  parseListenAddress,
  timeoutOption,
  type ListenAddress,
  type OutputFormat,
} from './options.js';
import { partitionCommands } from './partition-commands.js';
import { checkServing } from './serving.js';
import { topicCommands } from './topic-commands.js';
import { remoteRequest, type AskRemote, type RemoteRequest } from './verbs.js';
import { packageVersion } from './version.js';

export type Request = UpRequest | RemoteRequest | OfflineRequest | ProgramRequest | CompletionRequest;

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
  /** Null: the default, or any free port if that is taken. */
  listen: ListenAddress | null;
  token: string | null;
  readOnly: boolean;
  output: OutputFormat;
  /** Null: nothing is logged. */
  logLevel: LogLevel | null;
  timeoutMs: number;
}

/** Programs of their own; so are their flags. */
export interface ProgramRequest {
  command: 'bench' | 'simulate';
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
  $ conclave up --listen 127.0.0.1:0      serve it on any free port
  $ conclave up --check                   a failover drill; exits 0 when all is well
  $ conclave up --check -o json | jq .failoverMs

A topic file holds Strimzi KafkaTopic resources in YAML (several documents, a List,
or an OpenShift Template), or what kcat -L -J prints, brokers included. Without --check
the cluster stays up until Ctrl-C stops it; a second Ctrl-C ends it at once. Brokers
and topics that --data holds already are left as they are. While it is up it serves HTTP
(see the README); an address that other machines reach needs a --token.

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
  const groups = {
    'A cluster here:': [upCommand(ask)],
    'A cluster that runs:': remoteCommands(ask),
    'A cluster at rest:': [...folderCommands(ask), ...fileCommands(ask)],
    'Beside it:': [...programCommands(ask), completionCommand(ask)],
  };
  for (const [heading, commands] of Object.entries(groups)) {
    for (const command of commands) program.addCommand(command.helpGroup(heading));
  }
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

/** Those that ask a cluster that runs. */
function remoteCommands(ask: (request: RemoteRequest) => void): Command[] {
  const askRemote: AskRemote = (options, work) => {
    ask(remoteRequest(options, work));
  };
  const nouns = [topicCommands, partitionCommands, brokerCommands, groupCommands, nodeCommands, linkCommands];
  return [...clusterCommands(askRemote), ...nouns.map((commands) => commands(askRemote))];
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
    .addOption(
      new Option('--listen <address>', 'where to serve HTTP (default: 127.0.0.1:7400)').argParser(parseListenAddress),
    )
    .addOption(new Option('--token <token>', 'what every request must bring').env('CONCLAVE_TOKEN'))
    .option('--read-only', 'serve looks, and no changes')
    .option('--check', 'kill the leader, write, restart it, compare all nodes, exit')
    .addOption(outputOption())
    .addOption(new Option('--log-level <level>', 'log to stderr what nodes and links do').choices(LOG_LEVELS))
    .addOption(timeoutOption('for all work before it stays up'))
    .addHelpText('after', UP_HELP)
    .action((options: ParsedUpOptions) => {
      checkUpOptions(options);
      const { nodes = null, brokers = null, topics = null, data = null, check = false, timeout, ...others } = options;
      const { durability = 'fsync', listen = null, token = null, readOnly = false, logLevel = null } = options;
      const serving = { listen, token, readOnly };
      ask({
        command: 'up',
        ...others,
        ...serving,
        nodes,
        brokers,
        topics,
        data,
        durability,
        check,
        logLevel,
        timeoutMs: timeout,
      });
    });
}

function checkUpOptions(options: ParsedUpOptions): void {
  const { check, nodes, data, durability, wipe } = options;
  if (check === true && nodes !== undefined) checkSurvivors(nodes);
  if (data === undefined && durability !== undefined) throw usageError('--durability needs --data');
  if (data === undefined && wipe.length > 0) throw usageError('--wipe needs --data');
  checkServing(options);
}

/** As commander gives them. */
interface ParsedUpOptions extends Pick<UpRequest, 'brokerOffset' | 'wipe' | 'output'> {
  check?: boolean;
  nodes?: number;
  brokers?: number;
  topics?: string;
  data?: string;
  durability?: UpRequest['durability'];
  listen?: ListenAddress;
  token?: string;
  readOnly?: boolean;
  logLevel?: LogLevel;
  timeout: number;
}

function programCommands(ask: (request: ProgramRequest) => void): Command[] {
  const programs = {
    bench: 'measure throughput, latency and failover on this machine',
    simulate: 'run many clusters under faults in simulated time, or replay one',
  };
  return (['bench', 'simulate'] as const).map((command) =>
    new Command(command)
      .usage('[flags]')
      .argument('[flags...]')
      .description(`${programs[command]}; conclave ${command} --help has the flags`)
      .allowUnknownOption()
      .helpOption(false)
      .action((flags: string[]) => {
        ask({ command, flags });
      }),
  );
}

/** Throws a usage `CommandError` when a drill that kills the leader would leave no majority to write through. */
export function checkSurvivors(nodes: number): void {
  if (nodes >= 3) return;
  throw usageError(`--check needs at least 3 nodes, not ${nodes}: it writes while the leader is dead`);
}
