/** `conclave up`: its options, which of them go together, and its help. Words in, a request out. */

import { Command, Option } from 'commander';
import { usageError } from './errors.js';
import { addEtcdOptions, etcdTarget, givenEtcdFlag, type EtcdTarget, type ParsedEtcdOptions } from './etcd-options.js';
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
import { checkServing } from './serving.js';

/** Whatever orders the entries. */
export interface UpWork {
  /** Null: those that the topic file names, or the default. */
  brokers: number | null;
  /** Null: the sample that comes with the package. */
  topics: string | null;
  /** Added to every broker id of the topic file. */
  brokerOffset: number;
  /** Null: the default, or any free port if that is taken. */
  listen: ListenAddress | null;
  token: string | null;
  readOnly: boolean;
  output: OutputFormat;
  /** Null: nothing is logged. */
  logLevel: LogLevel | null;
  timeoutMs: number;
}

/** With Raft nodes in this process. */
export interface UpRequest extends UpWork {
  command: 'up';
  /** Null: as stored, or the default. */
  nodes: number | null;
  /** Null: in memory. */
  data: string | null;
  durability: 'fsync' | 'os';
  /** Nodes that are to come back without their files. */
  wipe: number[];
  check: boolean;
}

/** On a log in etcd. */
export interface UpEtcdRequest extends UpWork {
  command: 'up etcd';
  etcd: EtcdTarget;
}

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
type LogLevel = (typeof LOG_LEVELS)[number];

const UP_HELP = `
Examples:
  $ conclave up                           three nodes, six brokers, sample topics
  $ conclave up --topics shop.yaml        your own topics
  $ conclave up --data ./cluster          keep it; the next one goes on with it
  $ conclave up --listen 127.0.0.1:0      serve it on any free port
  $ conclave up --engine etcd             the same store on the log of an etcd cluster
  $ conclave up --check                   a failover drill; exits 0 when all is well
  $ conclave up --check -o json | jq .failoverMs

A topic file holds Strimzi KafkaTopic resources in YAML (several documents, a List,
or an OpenShift Template), or what kcat -L -J prints, brokers included. Without --check
the cluster stays up until Ctrl-C stops it; a second Ctrl-C ends it at once. Brokers
and topics that --data holds already are left as they are. While it is up it serves HTTP
(see the README); an address that other machines reach needs a --token. With --engine etcd
every process with the same --prefix has the same store; what is there already stays.

Exit codes:
  0    done                               124  the --timeout passed
  1    failed, or the nodes differ        130  stopped by Ctrl-C
  2    wrong command line or topic file   143  stopped by SIGTERM`;

export function upCommand(ask: (request: UpRequest | UpEtcdRequest) => void): Command {
  const command = new Command('up')
    .description('start a cluster, register brokers on three racks, create topics, stay up')
    .addOption(
      new Option('--engine <engine>', 'what orders the entries: Raft nodes here, or an etcd cluster')
        .choices(['embedded', 'etcd'])
        .default('embedded'),
    );
  addEmbeddedOptions(addWorkOptions(command));
  return addEtcdOptions(command, 'with --engine etcd')
    .addHelpText('after', UP_HELP)
    .action((options: ParsedUpOptions) => {
      checkServing(options);
      ask(options.engine === 'etcd' ? etcdRequest(options) : embeddedRequest(options));
    });
}

function addWorkOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--brokers <count>', 'brokers to register (default: 6, or those of the topic file)').argParser(
        countUpTo(1_000),
      ),
    )
    .option('--topics <file>', 'topics to create (default: a sample that comes with conclave)')
    .addOption(offsetOption('of the topic file'))
    .addOption(
      new Option('--listen <address>', 'where to serve HTTP (default: 127.0.0.1:7400)').argParser(parseListenAddress),
    )
    .addOption(new Option('--token <token>', 'what every request must bring').env('CONCLAVE_TOKEN'))
    .option('--read-only', 'serve looks, and no changes')
    .addOption(outputOption())
    .addOption(new Option('--log-level <level>', 'log to stderr what threads do').choices(LOG_LEVELS))
    .addOption(timeoutOption('for all work before it stays up'));
}

function addEmbeddedOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--nodes <count>', 'Raft nodes (default: 3, or those that --data holds)').argParser(countUpTo(9)),
    )
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
    .option('--check', 'kill the leader, write, restart it, compare all nodes, exit');
}

function embeddedRequest(options: ParsedUpOptions): UpRequest {
  const { nodes = null, data = null, durability = 'fsync', wipe, check = false } = options;
  const foreign = givenEtcdFlag(options);
  if (foreign !== undefined) throw usageError(`${foreign} needs --engine etcd`);
  if (check && nodes !== null) checkSurvivors(nodes);
  if (data === null && options.durability !== undefined) throw usageError('--durability needs --data');
  if (data === null && wipe.length > 0) throw usageError('--wipe needs --data');
  return { command: 'up', ...workOf(options), nodes, data, durability, wipe, check };
}

function etcdRequest(options: ParsedUpOptions): UpEtcdRequest {
  const foreign = EMBEDDED_FLAGS.find((flag) => {
    const given = options[flag];
    return given !== undefined && !(Array.isArray(given) && given.length === 0);
  });
  if (foreign !== undefined) {
    throw usageError(`--${foreign} does not go with --engine etcd: it is for Raft nodes of this process`);
  }
  return { command: 'up etcd', ...workOf(options), etcd: etcdTarget(options) };
}

const EMBEDDED_FLAGS = ['nodes', 'data', 'durability', 'wipe', 'check'] as const;

function workOf(options: ParsedUpOptions): UpWork {
  const { brokers = null, topics = null, brokerOffset, output, timeout: timeoutMs } = options;
  const { listen = null, token = null, readOnly = false, logLevel = null } = options;
  return { brokers, topics, brokerOffset, listen, token, readOnly, output, logLevel, timeoutMs };
}

/** As commander gives them. */
interface ParsedUpOptions extends Pick<UpRequest, 'brokerOffset' | 'wipe' | 'output'>, ParsedEtcdOptions {
  engine: 'embedded' | 'etcd';
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

/** Throws a usage `CommandError` when a drill that kills the leader would leave no majority to write through. */
export function checkSurvivors(nodes: number): void {
  if (nodes >= 3) return;
  throw usageError(`--check needs at least 3 nodes, not ${nodes}: it writes while the leader is dead`);
}
