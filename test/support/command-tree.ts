/** The commands as the program's own help tells them, so that none can be forgotten. */
import { parseCommandLine } from '../../src/cli/command-line.js';

export interface Verb {
  /** "topic create" */
  name: string;
  /** What must follow, as the usage has it: "<name>". */
  required: string[];
  /** Long ones: "--partitions". */
  flags: string[];
}

/** All that do something; those that only group others are none. */
export function allVerbs(path: readonly string[] = []): Verb[] {
  const help = helpOf(path);
  const inner = commandsIn(help);
  if (inner.length > 0) return inner.flatMap((word) => allVerbs([...path, word]));
  const usage = /^Usage: conclave (.*)$/m.exec(help)?.[1] ?? '';
  const flags = [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, flag = '']) => flag);
  return [{ name: path.join(' '), required: usage.match(/<[^>]+>/g) ?? [], flags }];
}

/** '' of a command that has its own. */
function helpOf(path: readonly string[]): string {
  let help = '';
  parseCommandLine([...path, '--help'], { stdout: (text) => (help += text), columns: 1_000 });
  return help;
}

const OTHER_PARTS = /^(Options|Arguments|Examples|Exit codes):/;

function commandsIn(help: string): string[] {
  const parts = help.split(/\n\n/).filter((part) => /^[A-Z][^\n]*:\n/.test(part) && !OTHER_PARTS.test(part));
  const words = parts.flatMap((part) => [...part.matchAll(/^ {2}([a-z]+)\b/gm)].map(([, word = '']) => word));
  return words.filter((word) => word !== 'help');
}
