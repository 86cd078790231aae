/** Starts one gate as a process, under a watchdog, and hands on what it says. */
import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { GateMessage } from './gate-process.js';
import type { GateOptions, GateRow } from './gate.js';

export interface GateRun extends GateOptions {
  /** Of its file, `NAME-gate.ts`. */
  readonly name: string;
  /** After so long it is ended. */
  readonly limitMs: number;
}

const live = new Set<ChildProcess>();

/** Ends whatever gate still runs, with all that it started. */
export function killGates(): void {
  for (const child of live) killGroup(child);
}

/** The gate's rows; a single one that says why when it ended without any. */
export async function runGate({ name, limitMs, long, progress, tell }: GateRun): Promise<readonly GateRow[]> {
  const program = fileURLToPath(new URL('gate-process.js', import.meta.url));
  const gate = new URL(`${name}-gate.js`, import.meta.url).href;
  // A process group of its own, so that whatever the gate starts ends with it; what it prints is not the table's.
  const child = fork(program, [gate, long ? 'long' : 'short'], {
    detached: true,
    execArgv: ['--enable-source-maps'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  });
  live.add(child);
  const rows: GateRow[] = [];
  let problem = `ended within ${limitMs / 60_000} minutes without a result`;
  child.on('message', (message: GateMessage) => {
    if (message.kind === 'rows') rows.push(...message.rows);
    else if (message.kind === 'progress') progress(message.line);
    else tell(message.line);
    if (message.kind === 'broken') problem = message.line.split('\n')[0] ?? '';
  });
  await new Promise((resolve) => {
    child.on('error', resolve).on('close', resolve);
  });
  killGroup(child);
  live.delete(child);
  if (rows.length > 0) return rows;
  return [{ gate: name, goal: 'runs to its end', reached: problem, anchor: '', passed: false }];
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // the group has ended already
  }
}
