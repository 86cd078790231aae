#!/usr/bin/env node
/**
 * The `conclave` command: words and signals in, exit code out. Every error ends here as one line on stderr.
 */

import { bench } from './bench.js';
import { parseCommandLine, type Request } from './command-line.js';
import { describeError, ExitCode, exitCodeOf } from './errors.js';
import { createInterrupts } from './interrupts.js';
import { workOffline } from './offline.js';
import type { Terminal } from './terminal.js';
import { up } from './up.js';

process.exitCode = await main();

async function main(): Promise<number> {
  const interrupts = createInterrupts(
    () => performance.now(),
    (exitCode) => process.exit(exitCode),
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      interrupts.receive(signal);
    });
  }
  interrupts.signal.addEventListener('abort', () => {
    if (process.stderr.isTTY) process.stderr.write('\nStopping; Ctrl-C again ends it at once\n');
  });
  // `conclave up | head`: who no longer reads needs no error message.
  process.stdout.on('error', () => process.exit(ExitCode.failure));

  try {
    const request = parseCommandLine(process.argv.slice(2), {
      stdout: (text) => process.stdout.write(text),
      columns: process.stdout.columns,
    });
    if (!request) return ExitCode.ok;
    const { stdout, stderr, env } = process;
    const terminal = { stdout, stderr, environment: env, interrupt: interrupts.signal };
    const exitCode = await answer(request, terminal);
    return interrupts.exitCode ?? exitCode;
  } catch (error) {
    if (interrupts.exitCode !== undefined) return interrupts.exitCode;
    process.stderr.write(`conclave: ${describeError(error)}\n`);
    return exitCodeOf(error);
  }
}

function answer(request: Request, terminal: Terminal): Promise<number> {
  switch (request.command) {
    case 'up':
      return up(request, terminal);
    case 'bench':
      return bench(request.flags, terminal.interrupt);
    default:
      return workOffline(request, terminal);
  }
}
