/**
 * One test file as a process of its own, under a watchdog. Its verdict is read from uvu's totals and the exit code,
 * never from the exit code alone: uvu exits 0 when a file forgets `run()`, and when a `before` hook throws.
 */
import { spawn } from 'node:child_process';

export interface TestReport {
  passed: number;
  failed: number;
  skipped: number;
  elapsedMs: number;
  output: string;
  /** Why the file failed as a whole, where no single test says it. */
  problem?: string;
}

type Totals = Pick<TestReport, 'passed' | 'failed' | 'skipped'>;

interface Ending {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  timedOut: boolean;
}

const liveGroups = new Set<number>();

/** Ends every test process that still runs, with all that it started. */
export function killTestProcesses(): void {
  for (const group of liveGroups) killGroup(group);
}

export async function runTestFile(file: string, timeoutMs: number): Promise<TestReport> {
  const startedAt = performance.now();
  const { output, ending } = await execute(file, timeoutMs);
  const totals = readTotals(output);
  const problem = findProblem(totals, ending, timeoutMs);
  const report = { ...totals, output, elapsedMs: Math.round(performance.now() - startedAt) };
  if (problem === undefined) return report;
  return { ...report, failed: Math.max(totals.failed, 1), problem };
}

function execute(file: string, timeoutMs: number): Promise<{ output: string; ending: Ending }> {
  const { FORCE_COLOR: _, ...environment } = process.env;
  return new Promise((resolve, reject) => {
    // A process group of its own, so that whatever the file starts ends with it.
    const child = spawn(process.execPath, ['--enable-source-maps', file], {
      detached: true,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.on('error', reject);
    const group = child.pid;
    if (group === undefined) return;
    liveGroups.add(group);

    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    let timedOut = false;
    const watchdog = setTimeout(() => {
      timedOut = true;
      killGroup(group);
    }, timeoutMs);
    child.on('exit', () => {
      clearTimeout(watchdog);
      killGroup(group); // a process left behind would hold the pipes open for ever
      liveGroups.delete(group);
    });
    child.on('close', (exitCode, signal) => {
      resolve({ output: Buffer.concat(chunks).toString(), ending: { exitCode, signal, timedOut } });
    });
  });
}

function killGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL');
  } catch {
    // the group has ended already
  }
}

/** Sums uvu's closing lines; a file that awaits between two `run()`s prints them twice. */
function readTotals(output: string): Totals {
  const sum = (label: string): number => {
    const lines = output.matchAll(new RegExp(`^  ${label}: +(\\d+)$`, 'gm'));
    return [...lines].reduce((total, line) => total + Number(line[1]), 0);
  };
  const passed = sum('Passed');
  return { passed, failed: sum('Total') - passed, skipped: sum('Skipped') };
}

/** Of `ClusterError`, say, `details` are no text; what uvu then throws it swallows, with all tests that follow. */
const SILENT_FAILURE = 'uvu stopped without a word: at a hook that threw, or an error that it cannot print';

function findProblem(totals: Totals, ending: Ending, timeoutMs: number): string | undefined {
  const finished = totals.passed + totals.failed + totals.skipped > 0;
  if (ending.timedOut) {
    const state = finished ? 'its tests are done, but a thread, port or timer is left' : 'a test does not settle';
    return `killed after ${timeoutMs / 1000} s: ${state}`;
  }
  if (ending.signal !== null) return `ended by ${ending.signal}`;
  if (totals.failed > 0) return ending.exitCode === 0 ? SILENT_FAILURE : undefined;
  if (ending.exitCode !== 0) return `exit code ${ending.exitCode ?? 'none'}`;
  return finished ? undefined : 'reported no test: does it call run()?';
}
