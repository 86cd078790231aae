/**
 * The package as a user gets it: packed from what is built, and installed by npm into an empty folder. Packing builds
 * nothing, since the tests run from what it would build anew.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { repositoryRoot } from './repository.js';

export interface InstalledPackage {
  /** With a package.json of its own, and node_modules. */
  folder: string;
  tarball: string;
  /** Paths in the package. */
  files: readonly string[];
  remove(): void;
}

export interface Output {
  stdout: string;
  stderr: string;
}

const deadline = { timeout: 90_000, killSignal: 'SIGKILL', maxBuffer: 1 << 26 } as const;
const execute = promisify(execFile);

/** Rejects with the output where the program fails. */
export async function runProgram(folder: string, program: string, words: readonly string[]): Promise<Output> {
  const { FORCE_COLOR: _force, NODE_OPTIONS: _options, ...environment } = process.env;
  try {
    return await execute(program, words, { ...deadline, cwd: folder, env: environment });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & Partial<Output>;
    throw new Error(`${message.split('\n', 1)[0] ?? ''}\n${stdout}${stderr}`, { cause: error });
  }
}

export async function installPackage(): Promise<InstalledPackage> {
  const root = fileURLToPath(repositoryRoot);
  const folder = mkdtempSync(join(tmpdir(), 'conclave-package-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const packing = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder];
    const { stdout } = await runProgram(root, 'npm', packing);
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    const tarball = join(folder, packed.filename);
    writeFileSync(join(folder, 'package.json'), '{ "private": true }');
    await runProgram(folder, 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
    return { folder, tarball, files: packed.files.map(({ path }) => path), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
