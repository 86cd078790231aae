/**
 * A plugin for Rollup: what it bundles was compiled, and the maps beside it lead on to the TypeScript. Coverage of
 * threads, and the stack traces that tests print, name the lines that somebody wrote.
 */
import { existsSync, readFileSync } from 'node:fs';

interface SourceMapsPlugin {
  readonly name: string;
  load(path: string): { code: string; map: object } | null;
}

export default function sourceMaps(): SourceMapsPlugin {
  return {
    name: 'source-maps',
    load(path) {
      if (!existsSync(`${path}.map`)) return null;
      return { code: readFileSync(path, 'utf8'), map: JSON.parse(readFileSync(`${path}.map`, 'utf8')) as object };
    },
  };
}
