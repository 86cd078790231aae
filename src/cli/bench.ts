/**
 * `conclave bench`: the benchmark is a program of its own beside the library, which loads none of it. All words behind
 * the command are its flags, and its exit code is the command's.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { CommandError, ExitCode } from './errors.js';

/** Seen from dist/src/cli. */
const benchmark = fileURLToPath(new URL('../../bench/run.js', import.meta.url));

/** The exit code when it ends by itself or by the interrupt. */
export async function bench(flags: readonly string[], interrupt: AbortSignal, program = benchmark): Promise<number> {
  if (!existsSync(program)) {
    throw new CommandError(`this installation has no benchmark: ${program} is missing`, ExitCode.failure);
  }
  const child = spawn(process.execPath, [program, ...flags], { stdio: 'inherit' });
  const stop = (): void => void child.kill();
  interrupt.addEventListener('abort', stop);
  const [exitCode, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  interrupt.removeEventListener('abort', stop);
  return exitCode ?? 128 + (signal === null ? 0 : constants.signals[signal]);
}
