/** One run of mutation testing: mutants drawn and tried, survivors compared with those that are explained. */
import { drawInteger, type Random } from '../../src/random.js';
import { readProjectFile } from '../support/repository.js';
import { createMutants } from './mutants.js';
import { findSurvivors } from './try-mutants.js';

export interface MutationOptions {
  /** How many mutants, evenly over all files; Infinity: all. */
  readonly sample: number;
  readonly random: Random;
  /** Part of the names of the files whose mutants are tried. */
  readonly files?: string;
}

export interface MutationReport {
  readonly tried: number;
  readonly killed: number;
  /** Percent. */
  readonly score: number;
  readonly of: number;
  readonly leftOut: number;
  readonly explained: readonly string[];
  /** Listed, and not looked into yet: a suite may be missing. */
  readonly open: readonly string[];
  readonly unexplained: readonly string[];
  /** Explained, and noticed now, or gone. Only after a run of all mutants. */
  readonly outdated: readonly string[];
}

export async function runMutation(
  { sample, random, files = '' }: MutationOptions,
  progress: (line: string) => void,
): Promise<MutationReport> {
  const core = await createMutants();
  const candidates = core.mutants.filter(({ name }) => name.includes(files));
  const drawn = sample >= candidates.length ? candidates : shuffled(candidates, random).slice(0, sample);
  const survivors = await findSurvivors(core, drawn, (count) => {
    progress(`${count} of ${drawn.length} mutants tried`);
  });
  const known = readExplanations(readProjectFile('test/mutation/survivors.txt') ?? '');
  const names = survivors.map(({ name }) => name);
  const killed = drawn.length - names.length;
  return {
    tried: drawn.length,
    killed,
    score: (100 * killed) / drawn.length,
    of: core.mutants.length,
    leftOut: core.leftOut,
    explained: names.filter((name) => known.has(name) && known.get(name) !== OPEN),
    open: names.filter((name) => known.get(name) === OPEN),
    unexplained: names.filter((name) => !known.has(name)),
    outdated: drawn.length < core.mutants.length ? [] : [...known.keys()].filter((name) => !names.includes(name)),
  };
}

/** Instead of a reason. */
const OPEN = 'open';

/** A name, and below it, indented, why nothing can notice that mutant. One without a reason is not explained. */
function readExplanations(text: string): Map<string, string> {
  const explanations = new Map<string, string>();
  let name = '';
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('  ')) explanations.set(name, `${explanations.get(name) ?? ''} ${line.trim()}`.trim());
    else name = line;
  }
  return explanations;
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const list = [...items];
  for (let last = list.length - 1; last > 0; last -= 1) {
    const other = drawInteger(random, 0, last + 1);
    [list[last], list[other]] = [list[other] as T, list[last] as T];
  }
  return list;
}
