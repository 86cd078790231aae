#!/usr/bin/env node
/**
 * The `conclave` command: words and signals in, exit code out. Every error ends here as one line on stderr.
 */

import { parseCommandLine } from './command-line.js';
import { describeError, ExitCode, exitCodeOf } from './errors.js';
import { up } from './up.js';

/** npm passes a Ctrl-C on to a process that the terminal has already told; only a later one is a second one. */
const SAME_PRESS_MS = 300;
const SIGNAL_EXIT_CODES = { SIGINT: ExitCode.interrupted, SIGTERM: 143, SIGHUP: 129 } as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const interrupt = new AbortController();
  let interruptedBy: number | undefined;
  let interruptedAtMs = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (interruptedBy !== undefined && performance.now() - interruptedAtMs > SAME_PRESS_MS)
        process.exit(interruptedBy);
      if (interruptedBy !== undefined) return;
      interruptedBy = SIGNAL_EXIT_CODES[signal];
      interruptedAtMs = performance.now();
      if (process.stderr.isTTY) process.stderr.write('\nStopping; Ctrl-C again ends it at once\n');
      interrupt.abort();
    });
  }
  // `conclave up | head`: who no longer reads needs no error message.
  process.stdout.on('error', () => process.exit(ExitCode.failure));

  try {
    const options = parseCommandLine(process.argv.slice(2), {
      stdout: (text) => process.stdout.write(text),
      columns: process.stdout.columns,
    });
    if (!options) return ExitCode.ok;
    const { stdout, stderr, env } = process;
    const exitCode = await up(options, { stdout, stderr, environment: env, interrupt: interrupt.signal });
    return interruptedBy ?? exitCode;
  } catch (error) {
    if (interruptedBy !== undefined) return interruptedBy;
    process.stderr.write(`conclave: ${describeError(error)}\n`);
    return exitCodeOf(error);
  }
}
