/**
 * What the lock file and the installed packages say of each direct dependency, to compare with the README's table.
 * Packages built for one platform (`os` or `cpu` in the lock file) are left out of counts and sizes, which would
 * otherwise differ from machine to machine.
 */
import { readdirSync, statSync } from 'node:fs';
import { must } from '../../src/assert.js';
import { readProjectFile, repositoryRoot } from './repository.js';

export interface DependencyFacts {
  name: string;
  licence: string;
  /** Of the package and all that it brings. */
  size: string;
  /** How many further packages it brings. */
  brings: number;
}

interface LockedPackage {
  license?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  hasInstallScript?: boolean;
  os?: readonly string[];
  cpu?: readonly string[];
}
type Lock = Readonly<Record<string, LockedPackage>>;

export function readLock(): Lock {
  const text = must(readProjectFile('package-lock.json'), 'the lock file is part of the repository');
  return (JSON.parse(text) as { packages: Lock }).packages;
}

export function readDependencyFacts(lock: Lock): DependencyFacts[] {
  const root = must(lock[''], 'a lock file describes its own project');
  return Object.keys({ ...root.dependencies, ...root.devDependencies }).map((name) => {
    const reached = reach(lock, `node_modules/${name}`);
    const bytes = reached.map((path) => folderBytes(new URL(`${path}/`, repositoryRoot)));
    return {
      name,
      licence: lock[`node_modules/${name}`]?.license ?? 'none',
      size: formatSize(bytes.reduce((total, size) => total + size, 0)),
      brings: reached.length - 1,
    };
  });
}

/** Installed packages with a script that npm would run on install, by the lock file and by their own package.json. */
export function findInstallScripts(lock: Lock): string[] {
  const runsScript = (path: string): boolean => {
    const text = readProjectFile(`${path}/package.json`);
    if (text === undefined) return false; // optional, for another platform
    const { scripts } = JSON.parse(text) as { scripts?: Record<string, string> };
    return scripts !== undefined && ['preinstall', 'install', 'postinstall'].some((name) => name in scripts);
  };
  return Object.keys(lock).filter((path) => path !== '' && (lock[path]?.hasInstallScript === true || runsScript(path)));
}

/** Paths of a locked package and of all that it needs, itself first. */
function reach(lock: Lock, start: string): string[] {
  const reached = new Set([start]);
  for (const path of reached) {
    const { dependencies, optionalDependencies } = must(lock[path], `${path} is locked`);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const found = resolve(lock, path, name);
      const locked = found === undefined ? undefined : lock[found];
      if (found !== undefined && locked?.os === undefined && locked?.cpu === undefined) reached.add(found);
    }
  }
  return [...reached];
}

/** Where Node finds `name` from the package at `path`: in the nearest node_modules above it. */
function resolve(lock: Lock, path: string, name: string): string | undefined {
  for (let at = path; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const candidate = at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`;
    if (candidate in lock) return candidate;
    if (at === '') return undefined;
  }
}

function folderBytes(folder: URL): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue; // packages of their own
    const url = new URL(encodeURIComponent(entry.name), folder);
    bytes += entry.isDirectory() ? folderBytes(new URL(`${url.href}/`)) : statSync(url).size;
  }
  return bytes;
}

function formatSize(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Rows of the README's table whose first cell is a package name in backticks, cells by lower-case column title. */
export function readDependencyTable(markdown: string): Map<string, Record<string, string>> {
  const cells = (line: string): string[] =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
  const lines = markdown.split('\n');
  const top = lines.findIndex((line) => /^\| *Package *\|/.test(line));
  const titles = cells(lines[top] ?? '').map((title) => title.toLowerCase());
  const rows = new Map<string, Record<string, string>>();
  for (const line of top === -1 ? [] : lines.slice(top + 2)) {
    if (!line.startsWith('|')) break;
    const row = Object.fromEntries(cells(line).map((cell, column) => [titles[column] ?? '', cell]));
    rows.set((row['package'] ?? '').replaceAll('`', ''), row);
  }
  return rows;
}

/** What the table says otherwise than the facts; one line a difference. */
export function compareTable(table: Map<string, Record<string, string>>, facts: readonly DependencyFacts[]): string[] {
  const unknown = [...table.keys()].filter((name) => !facts.some((fact) => fact.name === name));
  const differences = facts.flatMap(({ name, ...fact }) => {
    const row = table.get(name);
    if (row === undefined) return [`${name}: no row`];
    const expected = { ...fact, 'install scripts': 'none' };
    const wrong = Object.entries(expected)
      .filter(([title, value]) => row[title] !== String(value))
      .map(([title, value]) => `${name}: ${title} is ${value}, not ${row[title] ?? 'absent'}`);
    const empty = ['job', 'rejected'].filter((title) => !row[title]).map((title) => `${name}: no ${title}`);
    return [...wrong, ...empty];
  });
  return [...unknown.map((name) => `${name}: not a dependency`), ...differences];
}
