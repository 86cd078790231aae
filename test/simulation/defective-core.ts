/** A temporary copy of the compiled core and simulator with one defect planted, loaded beside the sound one. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { SimulationOptions, SimulationResult } from '../../src/simulation/simulation.js';
import type { SeededDefect } from './seeded-defects.js';

interface Simulator {
  readonly simulate: (options: SimulationOptions) => SimulationResult;
}

const COPIED = ['assert.js', 'random.js', 'raft', 'simulation'];
const compiledSources = fileURLToPath(new URL('../../src/', import.meta.url));

/** How often the defect's text occurs in the compiled file; exactly once is right. */
export function occurrences({ file, text }: SeededDefect): number {
  return readFileSync(join(compiledSources, 'raft', `${file}.js`), 'utf8').split(text).length - 1;
}

/** The folder exists only during `use`. */
export async function withDefect<T>(defect: SeededDefect, use: (simulator: Simulator) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-defect-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const name of COPIED) {
      cpSync(join(compiledSources, name), join(folder, name), {
        recursive: true,
        filter: (path) => !/\.(map|d\.ts)$/.test(path),
      });
    }
    const path = join(folder, 'raft', `${defect.file}.js`);
    const { text, replacement } = defect;
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(text, () => replacement),
    );
    return use((await import(pathToFileURL(join(folder, 'simulation/simulation.js')).href)) as Simulator);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
