/**
 * The mutants of the core: a copy of the compiled code in which every mutation that Stryker's instrumenter knows is
 * built in and switched off. Assertions are left out: what they say always holds, so no test can tell one that is never
 * evaluated from one that is.
 */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Instrumenter } from '@stryker-mutator/instrumenter';

const compiled = new URL('../../', import.meta.url);
const copy = new URL('mutation/', compiled);
const core = new URL('src/raft/', copy);

export interface CoreMutant {
  /** Within one run. */
  readonly id: string;
  /** The same for as long as the mutated code stands there: file, mutation, text before and after. */
  readonly name: string;
}

export interface MutatedCore {
  /** Compiled test files of the core in the copy. */
  readonly testFiles: readonly string[];
  readonly mutants: readonly CoreMutant[];
  /** Mutations of assertions, which are not made. */
  readonly leftOut: number;
}

/** Of a call in a syntax tree, as far as it matters here. */
interface CallPath {
  readonly node: { readonly type: string; readonly callee?: { readonly name?: string } };
}

const ASSERTIONS = ['assert', 'must', 'unreachable'];
const SHOWN_LENGTH = 90;

/** Without it the instrumenter would say each file's name. */
const noLogger = new Proxy({} as ConstructorParameters<typeof Instrumenter>[0], { get: () => () => false });

const ignorer = {
  shouldIgnore(path: object): string | undefined {
    const { node } = path as CallPath;
    const isAssertion = node.type === 'CallExpression' && ASSERTIONS.includes(node.callee?.name ?? '');
    return isAssertion ? 'an assertion' : undefined;
  },
};

export async function createMutants(): Promise<MutatedCore> {
  rmSync(copy, { recursive: true, force: true });
  for (const folder of ['src', 'test/raft', 'test/support']) {
    cpSync(new URL(folder, compiled), new URL(folder, copy), { recursive: true });
  }
  const names = readdirSync(core).filter((name) => name.endsWith('.js'));
  const sources = new Map(names.map((name) => [name, readFileSync(new URL(name, core), 'utf8')]));
  const files = Array.from(sources, ([name, content]) => ({ name, content, mutate: true }));
  const options = { plugins: [], excludedMutations: [], ignorers: [ignorer] };
  const { files: instrumented, mutants } = await new Instrumenter(noLogger).instrument(files, options);
  for (const { name, content } of instrumented) writeFileSync(new URL(name, core), content);
  const made = mutants.filter(({ status }) => status !== 'Ignored');
  const nameOf = namer();
  const testFolder = new URL('test/raft/', copy);
  return {
    testFiles: readdirSync(testFolder, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.js'))
      .sort()
      .map((file) => fileURLToPath(new URL(file, testFolder))),
    mutants: made.map((mutant) => {
      const before = textAt(sources.get(mutant.fileName) ?? '', mutant.location);
      return { id: mutant.id, name: nameOf(mutant.fileName, mutant.mutatorName, before, mutant.replacement) };
    }),
    leftOut: mutants.length - made.length,
  };
}

/** Equal names are told apart by their order in the file. */
function namer(): (...parts: readonly string[]) => string {
  const given = new Map<string, number>();
  return (file, mutation, before, after) => {
    const name = `${file} ${mutation}: ${shortened(before)} => ${shortened(after)}`;
    const count = (given.get(name) ?? 0) + 1;
    given.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  };
}

function shortened(text = ''): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= SHOWN_LENGTH ? line : `${line.slice(0, SHOWN_LENGTH)}…`;
}

interface Place {
  readonly line: number;
  readonly column: number;
}

/** Lines count from 0, as the instrumenter has them. */
function textAt(content: string, { start, end }: { start: Place; end: Place }): string {
  const lines = content.split('\n').slice(start.line, end.line + 1);
  const last = lines.length - 1;
  lines[last] = (lines[last] ?? '').slice(0, end.column);
  lines[0] = (lines[0] ?? '').slice(start.column);
  return lines.join('\n');
}
