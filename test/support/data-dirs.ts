/** Data folders for tests: made anew, removed again, damaged and looked into. */
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs a test body on a folder of its own, which is removed whatever happens. */
export async function withDataDir<T>(body: (dataDir: string) => Promise<T>): Promise<T> {
  const dataDir = fs.mkdtempSync(join(tmpdir(), 'conclave-data-'));
  try {
    return await body(dataDir);
  } finally {
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Overwrites what stands at the beginning of a node's log. Answers the file's path. */
export function damageLog(dataDir: string, id: number): string {
  const path = join(dataDir, `node-${id}`, 'log-00000001');
  const file = fs.openSync(path, 'r+');
  fs.writeSync(file, new Uint8Array(64).fill(0xff), 0, 64, 0);
  fs.closeSync(file);
  return path;
}

/** Names of the nodes' folders. */
export function nodeFolders(dataDir: string): string[] {
  return fs.readdirSync(dataDir).filter((name) => name.startsWith('node-'));
}

export function incarnationOf(dataDir: string, id: number): string {
  const text = fs.readFileSync(join(dataDir, `node-${id}`, 'identity.json'), 'utf8');
  return (JSON.parse(text) as { incarnation: string }).incarnation;
}

/** Files below the folder that this process has open, sorted; none where the platform does not tell. */
export function openFilesIn(dataDir: string): string[] {
  if (!fs.existsSync('/proc/self/fd')) return [];
  return fs
    .readdirSync('/proc/self/fd')
    .map((descriptor) => linkOf(`/proc/self/fd/${descriptor}`))
    .filter((path) => path.startsWith(dataDir))
    .sort();
}

/** Nothing for what was closed meanwhile. */
function linkOf(path: string): string {
  try {
    return fs.readlinkSync(path);
  } catch {
    return '';
  }
}
