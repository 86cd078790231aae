/**
 * The form of a trace: comments, commands, a line of four dashes, and what the commands gave, up to an empty line. What
 * a trace would be if its outputs were those of now is the same text where nothing has changed.
 */

const OUTPUT_FOLLOWS = '----';

/** The trace with its outputs made anew; `perform` gives a command's lines. */
export function retrace(trace: string, perform: (command: string) => readonly string[]): string {
  const text: string[] = [];
  const lines = trace.split('\n');
  let commands: string[] = [];
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    text.push(line);
    if (line === OUTPUT_FOLLOWS) {
      const output = commands.flatMap((command) => perform(command));
      text.push(...(output.length === 0 ? ['ok'] : output));
      commands = [];
      while (lines[0] !== undefined && lines[0] !== '') lines.shift();
    } else if (line !== '' && !line.startsWith('#')) {
      commands.push(line);
    }
  }
  if (commands.length > 0) throw new Error(`no ${OUTPUT_FOLLOWS} behind: ${commands.join('; ')}`);
  return text.join('\n');
}

/** What a trace is about: its first line. */
export function titleOf(trace: string): string {
  return (trace.split('\n')[0] ?? '').replace(/^# */, '');
}
