/** A temporary copy of the compiled core, storage and simulator with one defect planted, beside the sound one. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SimulationOptions, SimulationResult } from '../../src/simulation/simulation.js';
import type { crashAtEveryCall } from './every-disk-call.js';
import type { SeededDefect } from './seeded-defects.js';

interface Defective {
  readonly simulate: (options: SimulationOptions) => SimulationResult;
  readonly crashAtEveryCall: typeof crashAtEveryCall;
}

const COPIED = [
  'src/assert.js',
  'src/errors.js',
  'src/random.js',
  'src/raft',
  'src/storage',
  'src/simulation',
  'test/simulation/every-disk-call.js',
  'test/simulation/recovered-node.js',
  'test/simulation/storage-run.js',
];
const compiled = fileURLToPath(new URL('../../', import.meta.url));

/** How often the defect's text occurs in the compiled file; exactly once is right. */
export function occurrences({ file, text }: SeededDefect): number {
  return readFileSync(join(compiled, 'src', `${file}.js`), 'utf8').split(text).length - 1;
}

/** The folder exists only during `use`. */
export async function withDefect<T>(defect: SeededDefect, use: (defective: Defective) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-defect-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const name of COPIED) {
      cpSync(join(compiled, name), join(folder, name), {
        recursive: true,
        filter: (path) => !/\.(map|d\.ts)$/.test(path),
      });
    }
    const path = join(folder, 'src', `${defect.file}.js`);
    const { text, replacement } = defect;
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(text, () => replacement),
    );
    const load = async (path: string): Promise<unknown> => import(pathToFileURL(join(folder, path)).href);
    const simulation = (await load('src/simulation/simulation.js')) as Pick<Defective, 'simulate'>;
    const crashes = (await load('test/simulation/every-disk-call.js')) as Pick<Defective, 'crashAtEveryCall'>;
    return use({ ...simulation, ...crashes });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
