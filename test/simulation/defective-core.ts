/** A temporary copy of the compiled code and of what looks for defects, with one defect planted. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { assert } from '../../src/assert.js';
import type { Found, search, Search } from './detectors/search.js';
import type { SeededDefect } from './seeded-defect.js';

/** Whom the defects are in, and whom the detectors import. */
const COPIED = [
  'src/assert.js',
  'src/errors.js',
  'src/random.js',
  'src/messages.js',
  'src/raft',
  'src/storage',
  'src/state-machine',
  'src/simulation',
  'src/metadata',
  'src/controller',
  'src/client',
  'src/engine',
  'src/metrics',
  'src/transport',
  'test/simulation/detectors',
  'test/simulation/every-disk-call.js',
  'test/simulation/recovered-node.js',
  'test/simulation/storage-run.js',
  'test/raft/support/network.js',
  'test/metadata',
];
const MAXIMUM_SEEDS = 1000;
const compiled = fileURLToPath(new URL('../../', import.meta.url));

/** How often the defect's text occurs in the compiled file; exactly once is right. */
export function occurrences({ file, text }: SeededDefect): number {
  return readFileSync(join(compiled, 'src', `${file}.js`), 'utf8').split(text).length - 1;
}

/** Null: not within 1,000 seeds. The copy exists only during the search. */
export async function searchDefect(defect: SeededDefect): Promise<Found | null> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-defect-'));
  try {
    copyInto(folder);
    plant(join(folder, 'src', `${defect.file}.js`), defect);
    const url = pathToFileURL(join(folder, 'test/simulation/detectors/search.js'));
    const copy = (await import(url.href)) as { readonly search: typeof search };
    const { detector = 'simulation', nodes, durability } = defect;
    return await copy.search({ detector, maximumSeeds: MAXIMUM_SEEDS, nodes, durability } satisfies Search);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copyInto(folder: string): void {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  symlinkSync(join(compiled, '..', 'node_modules'), join(folder, 'node_modules'));
  for (const name of COPIED) {
    cpSync(join(compiled, name), join(folder, name), {
      recursive: true,
      filter: (path) => !/\.(map|d\.ts)$/.test(path),
    });
  }
}

function plant(path: string, { text, replacement, name }: SeededDefect): void {
  const sound = readFileSync(path, 'utf8');
  const defective = sound.replace(text, () => replacement);
  assert(defective !== sound, `the code no longer reads as the defect "${name}" expects`);
  writeFileSync(path, defective);
}
