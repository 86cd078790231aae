/**
 * How the command fails: exit codes, the one error it throws, and the one line it prints for any error.
 * A stack trace never reaches the user; what the public API rejects with (`ClusterError`) is told by code and message.
 */

import { ClusterError } from '../errors.js';

export const ExitCode = { ok: 0, failure: 1, usage: 2, unhealthy: 10, timeout: 124, interrupted: 130 } as const;

/** Ends the command with this one line on stderr and this exit code. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command line or the topic file is wrong; nothing has been started. */
export function usageError(message: string): CommandError {
  return new CommandError(message, ExitCode.usage);
}

export function exitCodeOf(error: unknown): number {
  return error instanceof CommandError ? error.exitCode : ExitCode.failure;
}

/** One line, whatever was thrown. */
export function describeError(error: unknown): string {
  if (error instanceof CommandError) return oneLine(error.message);
  if (error instanceof ClusterError) return oneLine(`${error.code}: ${error.message}`);
  if (error instanceof Error) return oneLine(`${error.name}: ${error.message}`);
  return oneLine(String(error));
}

export function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, ' ');
}
