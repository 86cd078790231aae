/** JSON that another tool wrote, read member by member: what is out of shape is one `InvalidArgument` that names it. */
import { ClusterError } from '../errors.js';
import { InputReader } from '../metadata/input-reader.js';

/** `read` gets the members of the text's one object. Throws `InvalidArgument`, with `details.line` where JSON ends. */
export function readJson<T>(text: string, read: (input: InputReader) => T): T {
  const input = new InputReader(parseJson(text));
  const value = read(input);
  if (input.problem !== undefined) throw new ClusterError('InvalidArgument', input.problem);
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /at position (\d+)/.exec(message)?.[1];
    const details = position === undefined ? {} : { line: text.slice(0, Number(position)).split('\n').length };
    throw new ClusterError('InvalidArgument', `not valid JSON: ${message}`, details);
  }
}

/** Reports the first name that is there twice. */
export function reportRepeated(input: InputReader, kind: string, names: readonly (string | number)[]): void {
  const seen = new Set<string | number>();
  for (const name of names) {
    if (seen.has(name)) input.report(`${kind} ${name}`, 'listed once', 2);
    seen.add(name);
  }
}
