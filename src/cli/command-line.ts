/**
 * What may be written on the command line: commands, options, their limits and the help. Words in, `UpOptions` out; it
 * starts nothing. A mistake is one line that proposes the nearest option.
 */

import { readFileSync } from 'node:fs';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { oneLine, usageError } from './errors.js';

export interface UpOptions {
  nodes: number;
  brokers: number;
  /** Absent: the sample that comes with the package. */
  topics?: string;
  check: boolean;
  output: 'table' | 'json';
  timeoutMs: number;
}

/** As commander gives them. */
interface ParsedOptions extends Omit<UpOptions, 'check' | 'timeoutMs'> {
  check?: boolean;
  timeout: number;
}

interface Output {
  stdout: (text: string) => void;
  columns: number;
}

const UP_HELP = `
Examples:
  $ conclave up                           three nodes, six brokers, sample topics
  $ conclave up --topics shop.yaml        your own topics
  $ conclave up --check                   a failover drill; exits 0 when all is well
  $ conclave up --check -o json | jq .failoverMs

A topic file holds Strimzi KafkaTopic resources in YAML: several documents, a List,
or an OpenShift Template. Without --check the cluster stays up until Ctrl-C stops
it; a second Ctrl-C ends it at once.

Exit codes:
  0    done                               124  the --timeout passed
  1    failed, or the nodes differ        130  stopped by Ctrl-C
  2    wrong command line or topic file   143  stopped by SIGTERM`;

/** The options of `up`, or undefined when help or version was asked for and printed. Throws a usage `CommandError`. */
export function parseCommandLine(words: readonly string[], output: Output): UpOptions | undefined {
  if (words.length === 0) throw usageError('a command is missing; try: conclave up');
  let chosen: UpOptions | undefined;
  const program = new Command('conclave')
    .description('A Raft cluster and its Kafka-like metadata store in one process.')
    .version(packageVersion(), '-V, --version');
  const up = upCommand().action((options: ParsedOptions) => {
    const { timeout, check = false, ...others } = options;
    chosen = { ...others, check, timeoutMs: timeout };
  });
  program.addCommand(up);
  for (const command of [program, up]) {
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
    if (error.exitCode !== 0) throw usageError(oneLine(error.message).replace(/^error: /, ''));
  }
  checkMajority(chosen);
  return chosen;
}

function upCommand(): Command {
  return new Command('up')
    .description('start a cluster, register brokers on three racks, create topics, stay up')
    .addOption(new Option('--nodes <count>', 'Raft nodes').argParser(countUpTo(9)).default(3))
    .addOption(new Option('--brokers <count>', 'brokers to register').argParser(countUpTo(1_000)).default(6))
    .option('--topics <file>', 'topics to create (default: a sample that comes with conclave)')
    .option('--check', 'kill the leader, write, restart it, compare all nodes, exit')
    .addOption(new Option('-o, --output <format>', 'format of stdout').choices(['table', 'json']).default('table'))
    .addOption(
      new Option('--timeout <duration>', 'for all work before it stays up: seconds, or 500ms, 30s, 2m')
        .argParser(parseDuration)
        .default(60_000, '60s'),
    )
    .addHelpText('after', UP_HELP);
}

function checkMajority(options: UpOptions | undefined): void {
  if (!options?.check || options.nodes >= 3) return;
  throw usageError(
    '--check needs at least 3 nodes: it kills the leader, and without disks fewer cannot go on after that',
  );
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
