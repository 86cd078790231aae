#!/usr/bin/env node
/**
 * The `conclave` command: words and signals in, exit code out. Every error ends here as one line on stderr.
 */

import { endWithReader } from '../closed-output.js';
import { parseCommandLine, type Request } from './command-line.js';
import { describeError, ExitCode, exitCodeOf } from './errors.js';
import { createInterrupts } from './interrupts.js';
import type { Terminal } from './terminal.js';

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
    // Once a screen of its own, if any, is left.
    if (process.stderr.isTTY) setImmediate(() => process.stderr.write('\nStopping; Ctrl-C again ends it at once\n'));
  });
  endWithReader('conclave');
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

/** What only some commands need is loaded by them: a cluster is ten times the size of a question about one. */
async function answer(request: Request, terminal: Terminal): Promise<number> {
  switch (request.command) {
    case 'up': {
      const { up } = await import('./up.js');
      return up(request, terminal);
    }
    case 'up etcd': {
      const { upOnEtcd } = await import('./up-etcd.js');
      return upOnEtcd(request, terminal);
    }
    case 'remote': {
      const { workRemote } = await import('./work-remote.js');
      return workRemote(request, terminal);
    }
    case 'bench':
    case 'simulate': {
      const { programs, runProgram } = await import('./programs.js');
      return runProgram(programs[request.command], request.flags, terminal.interrupt);
    }
    case 'completion':
      terminal.stdout.write(request.script);
      return ExitCode.ok;
    default: {
      const { workOffline } = await import('./offline.js');
      return workOffline(request, terminal);
    }
  }
}
