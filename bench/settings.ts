/** What may be written behind `npm run bench --` and `conclave bench`: words in, settings out; it measures nothing. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';

export interface Settings {
  /** Null: all, or those of a quick run. */
  readonly only: readonly string[] | null;
  readonly quick: boolean;
  readonly json: string | null;
  readonly compare: string | null;
  readonly thresholdPercent: number;
  readonly charts: string | null;
}

/** `worse`: with --compare, than the threshold allows; without, than a goal; or a question failed. */
export const ExitCode = { ok: 0, worse: 1, usage: 2 } as const;

const defaultThresholdPercent = 20;

const help = (questions: readonly string[]): string => `
Questions:
  ${questions.join(', ')}

Examples:
  $ conclave bench --quick                          the goals, in less than a minute
  $ conclave bench --json before.json               everything, in less than ten
  $ conclave bench --compare before.json            what has changed since
  $ conclave bench --only clients,failover          these questions alone
  $ conclave bench --charts charts                  and SVG charts of what was measured

Each figure is measured on this machine alone with what it is compared with, in turns.
Programs to compare with (etcd, nats-server) are used where they are installed.

Exit codes:
  0    done: without --compare every goal is reached
  1    with --compare: a figure is worse by more than the threshold; without: a goal is missed;
       or a question ended in an error
  2    wrong command line, or a file that cannot be read or written`;

/** Undefined when help was asked for, and is printed. Throws a `TypeError` of one line. */
export function parseSettings(
  words: readonly string[],
  questions: readonly string[],
  print: (text: string) => void,
): Settings | undefined {
  const command = new Command('conclave bench')
    .description('Measures clusters on this machine, and what they are held against.')
    .option('--quick', 'only what has a goal, and in short', false)
    .addOption(new Option('--only <questions>', 'these questions, comma-separated').argParser(listOf(questions)))
    .option('--json <file>', 'write all figures, with machine and settings, to this file')
    .option('--compare <file>', 'print what has changed since the run that wrote this file')
    .addOption(
      new Option('--threshold <percent>', 'how much worse than the file a figure may be')
        .argParser(parsePercent)
        .default(defaultThresholdPercent),
    )
    .option('--charts <folder>', 'draw SVG charts into this folder')
    .addHelpText('after', help(questions))
    .exitOverride()
    .configureOutput({ writeOut: print, writeErr: () => undefined });
  try {
    command.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    throw new TypeError(error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' '));
  }
  const options = command.opts<ParsedOptions>();
  const { quick, threshold, only = null, json = null, compare = null, charts = null } = options;
  return { quick, only, json, compare, thresholdPercent: threshold, charts };
}

interface ParsedOptions {
  readonly quick: boolean;
  readonly threshold: number;
  readonly only?: string[];
  readonly json?: string;
  readonly compare?: string;
  readonly charts?: string;
}

function listOf(questions: readonly string[]): (text: string, before?: readonly string[]) => string[] {
  return (text, before = []) => {
    const names = text.split(',').map((name) => name.trim());
    const unknown = names.find((name) => !questions.includes(name));
    if (unknown === undefined) return [...before, ...names];
    throw new InvalidArgumentError(`'${unknown}' is no question; there are ${questions.join(', ')}.`);
  };
}

function parsePercent(text: string): number {
  const percent = /^\d+(\.\d+)?$/.test(text) ? Number(text) : NaN;
  if (percent >= 0) return percent;
  throw new InvalidArgumentError('It must be a number of percent, such as 20.');
}
