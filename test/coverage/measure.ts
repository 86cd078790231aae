/**
 * Runs tests under V8's own coverage, threads included, and sums by folder what they executed of the TypeScript. What
 * a suite that fails has executed counts for nothing.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../support/repository.js';

const root = fileURLToPath(repositoryRoot);
const runner = join(root, 'dist/test/run.js');
const reporter = join(root, 'node_modules/c8/bin/c8.js');

const CORE = 'src/raft';
const CORE_LIMITS = { lines: 100, branches: 98 };
const LIMITS = { lines: 90, branches: 0 };

interface Counts {
  total: number;
  covered: number;
}

export interface FolderCoverage {
  readonly folder: string;
  /** Percent. */
  readonly lines: number;
  readonly branches: number;
  readonly passed: boolean;
}

export interface CoverageReport {
  readonly testsPassed: boolean;
  /** The last lines of the runner's. */
  readonly tests: string;
  readonly folders: readonly FolderCoverage[];
}

/** `core`: the suites of the core alone, and what they cover of it. */
export function measureCoverage({ core }: { readonly core: boolean }): CoverageReport {
  const folder = mkdtempSync(join(tmpdir(), 'conclave-coverage-'));
  try {
    const raw = join(folder, 'raw');
    const env = { ...process.env, NODE_V8_COVERAGE: raw };
    const parts = core ? ['test/raft/'] : [];
    const { status, stdout } = spawnSync(process.execPath, [runner, ...parts], { env, encoding: 'utf8', cwd: root });
    // What runs is named, and not its sources: asked after the maps, c8 takes every line of a bundle for executed.
    const included = core ? [`dist/${CORE}/**`] : ['dist/src/**', 'dist/threads/**'];
    const options = ['--temp-directory', raw, '--reports-dir', folder, '--reporter', 'json-summary'];
    const filters = included.flatMap((pattern) => ['--include', pattern]);
    const { NODE_V8_COVERAGE: _, ...plain } = process.env;
    spawnSync(process.execPath, [reporter, 'report', ...options, ...filters], { cwd: root, env: plain });
    const summary = readFileSync(join(folder, 'coverage-summary.json'), 'utf8');
    const tests = stdout.trim().split('\n').slice(-1).join('\n');
    return { testsPassed: status === 0, tests, folders: sumByFolder(summary) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Summary = Readonly<Record<string, { readonly lines: Counts; readonly branches: Counts }>>;

function sumByFolder(summary: string): FolderCoverage[] {
  const sums = new Map<string, { lines: Counts; branches: Counts }>();
  for (const [path, { lines, branches }] of Object.entries(JSON.parse(summary) as Summary)) {
    const folder = dirname(relative(root, path));
    if (!/^(src|actors)(\/|$)/.test(folder)) continue;
    const sum = sums.get(folder) ?? { lines: { total: 0, covered: 0 }, branches: { total: 0, covered: 0 } };
    sums.set(folder, { lines: added(sum.lines, lines), branches: added(sum.branches, branches) });
  }
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([folder, sum]) => judged(folder, sum));
}

function added(a: Counts, b: Counts): Counts {
  return { total: a.total + b.total, covered: a.covered + b.covered };
}

function judged(folder: string, sum: { readonly lines: Counts; readonly branches: Counts }): FolderCoverage {
  const percent = ({ total, covered }: Counts): number => (total === 0 ? 100 : (100 * covered) / total);
  const [lines, branches] = [percent(sum.lines), percent(sum.branches)];
  const limits = folder === CORE ? CORE_LIMITS : LIMITS;
  return { folder, lines, branches, passed: lines >= limits.lines && branches >= limits.branches };
}
