/**
 * What may be written on the command line: which commands there are. Words in, a `Request` out; it starts nothing. A
 * mistake is one line that proposes the nearest option.
 */

import { Command, CommanderError } from 'commander';
import { brokerCommands } from './broker-commands.js';
import { clusterCommands } from './cluster-commands.js';
import { completionCommand, type CompletionRequest } from './completion.js';
import { oneLine, usageError } from './errors.js';
import { fileCommands, folderCommands, type OfflineRequest } from './folder-commands.js';
import { groupCommands } from './group-commands.js';
import { linkCommands } from './link-commands.js';
import { migrateCommand } from './migrate-command.js';
import { nodeCommands } from './node-commands.js';
import { partitionCommands } from './partition-commands.js';
import { topicCommands } from './topic-commands.js';
import { upCommand, type UpEtcdRequest, type UpRequest } from './up-command.js';
import { remoteRequest, type AskRemote, type RemoteRequest } from './verbs.js';
import { packageVersion } from './version.js';

export type Request = UpRequest | UpEtcdRequest | RemoteRequest | OfflineRequest | ProgramRequest | CompletionRequest;

/** Programs of their own; so are their flags. */
export interface ProgramRequest {
  command: 'bench' | 'simulate';
  flags: string[];
}

interface Output {
  stdout: (text: string) => void;
  columns: number;
}

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
    'A cluster at rest:': [...folderCommands(ask), migrateCommand(ask)],
    'Files of other tools:': fileCommands(ask),
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
