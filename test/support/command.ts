/** Runs the compiled `conclave` command as a process of its own, under a deadline. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as assert from 'uvu/assert';
import { eventually, withDeadline } from './deadline.js';

export const mainFile = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface CommandResult {
  exitCode: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

export interface RunningCommand {
  child: ChildProcess;
  /** Waits until stdout and stderr so far satisfy the condition. */
  waitForOutput(what: string, condition: (stdout: string, stderr: string) => boolean): Promise<void>;
  /** Rejects, and kills the process, when it has not ended after the deadline. */
  ended: Promise<CommandResult>;
}

export function startCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  deadlineMs = 60_000,
): RunningCommand {
  const { FORCE_COLOR: _force, NO_COLOR: _no, ...inherited } = process.env;
  const child = spawn(process.execPath, [mainFile, ...words], {
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const closed = new Promise<CommandResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode, signal, stdout, stderr });
    });
  });
  const ended = withDeadline(`conclave ${words.join(' ')}`, deadlineMs, closed).finally(() => child.kill('SIGKILL'));
  ended.catch(() => undefined); // reported where it is awaited
  return {
    child,
    async waitForOutput(what, condition) {
      await eventually(() => condition(stdout, stderr) || child.exitCode !== null, what, deadlineMs);
      if (!condition(stdout, stderr)) throw new Error(`ended before ${what}: ${stdout}${stderr}`);
    },
    ended,
  };
}

export function runCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return startCommand(words, environment).ended;
}

/** What a command prints that has nothing to complain of. */
export async function printed(...words: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await runCommand(words);
  assert.equal([exitCode, stderr], [0, ''], words.join(' '));
  return stdout;
}
