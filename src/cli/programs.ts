/**
 * `conclave bench` and `conclave simulate`: programs of their own beside the library, which loads none of them. All
 * words behind the command are their flags, and their exit code is the command's.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CommandError, ExitCode } from './errors.js';

/** Seen from dist/src/cli. */
export const programs = {
  bench: fileURLToPath(new URL('../../bench/run.js', import.meta.url)),
  simulate: fileURLToPath(new URL('../simulation/command/main.js', import.meta.url)),
} as const;

/** The exit code when it ends by itself or by the interrupt. */
export async function runProgram(program: string, flags: readonly string[], interrupt: AbortSignal): Promise<number> {
  if (!existsSync(program)) {
    throw new CommandError(`this installation lacks a program: ${program} is missing`, ExitCode.failure);
  }
  const child = spawn(process.execPath, [program, ...flags], { stdio: 'inherit' });
  const stop = (): void => void child.kill();
  interrupt.addEventListener('abort', stop);
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  interrupt.removeEventListener('abort', stop);
  return exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
