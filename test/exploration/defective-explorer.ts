/** A temporary copy of the compiled core and of the explorer with one defect planted. */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PlantedDefect } from './planted-defects.js';
import type { search } from './search.js';

const COPIED = ['src/assert.js', 'src/errors.js', 'src/random.js', 'src/raft', 'src/simulation', 'test/exploration'];
const compiled = fileURLToPath(new URL('../../', import.meta.url));

/** How often the defect's text occurs in the compiled file; exactly once is right. */
export function occurrences({ file, text }: PlantedDefect): number {
  return readFileSync(join(compiled, 'src/raft', `${file}.js`), 'utf8').split(text).length - 1;
}

/** The folder exists only during `use`. */
export async function withDefect<T>(defect: PlantedDefect, use: (planted: typeof search) => T): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-explored-defect-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const name of COPIED) {
      cpSync(join(compiled, name), join(folder, name), {
        recursive: true,
        filter: (path) => !/\.(map|d\.ts)$/.test(path),
      });
    }
    const path = join(folder, 'src/raft', `${defect.file}.js`);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(defect.text, () => defect.replacement),
    );
    const planted = (await import(pathToFileURL(join(folder, 'test/exploration/search.js')).href)) as {
      search: typeof search;
    };
    return use(planted.search);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
