/**
 * The project's own files, for tests about the project itself. The root is found through the package's own name, so
 * that it is the same for compiled tests and for sources.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

export const repositoryRoot = new URL('.', import.meta.resolve('conclave/package.json'));

/** Text of a file below the root; undefined when there is none. */
export function readProjectFile(path: string): string | undefined {
  const url = new URL(path, repositoryRoot);
  return existsSync(url) ? readFileSync(url, 'utf8') : undefined;
}

/** Paths of all that is under version control; undefined where git or its repository is missing. */
export function listTrackedFiles(): string[] | undefined {
  const { status, stdout } = spawnSync('git', ['ls-files'], { cwd: repositoryRoot, encoding: 'utf8' });
  return status === 0 ? stdout.trim().split('\n') : undefined;
}

/** Paths of all sources and documents, relative to the root: what people wrote, nothing installed or built. */
export function listProjectFiles(): string[] {
  const below = (folder: string): string[] =>
    readdirSync(new URL(`${folder}/`, repositoryRoot), { recursive: true, encoding: 'utf8' }).map(
      (path) => `${folder}/${path}`,
    );
  const top = readdirSync(repositoryRoot, { encoding: 'utf8' });
  const sources = ['src', 'actors', 'test', 'bench'].filter((folder) => top.includes(folder)).flatMap(below);
  return [...top, ...sources].filter((path) => /\.(ts|js|cjs|md)$/.test(path)).sort();
}
