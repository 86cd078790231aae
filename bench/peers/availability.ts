/**
 * Is a peer there to be measured with? Its program on the PATH, its client among the installed packages; where not,
 * one line that says how to get it. Neither is needed to run Conclave or the rest of the benchmark.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Figure } from '../figure.js';

/** Debian puts servers where the PATH of most users does not lead. */
const serverFolders = ['/usr/local/sbin', '/usr/sbin'];

/** The path of an executable file, or null. */
export function findProgram(name: string, searchPath = process.env['PATH'] ?? ''): string | null {
  const folders = [...searchPath.split(delimiter).filter((folder) => folder !== ''), ...serverFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutableFile) ?? null;
}

function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What the import gives, or null when the package is not installed; any other failure is the package's own. */
export async function importInstalled<T>(load: () => Promise<T>): Promise<T | null> {
  try {
    return await load();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

/** Stands in for all figures of a peer. */
export function notInstalled(peer: string, howToGetIt: string): Figure {
  return { name: peer, value: Number.NaN, unit: 'ops/s', note: `not installed: ${howToGetIt}` };
}
