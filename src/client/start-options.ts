/** How options of a start are read, whatever it is that starts: each throws `InvalidArgument`. */
import { ClusterError } from '../errors.js';
import type { HostLogger, LogLevel, LogSink } from '../runtime/logger.js';

/** `setTimeout` takes no longer delay. */
export const MAX_DELAY_MS = 2_147_483_647;
export const MAX_ENTRIES = 1_000_000_000;
const LOG_LEVELS: ReadonlySet<string> = new Set(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']);

export function integer(
  value: unknown,
  name: string,
  fallback: number,
  [least, most]: readonly [number, number],
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${name} must be a whole number from ${least} to ${Math.floor(most)}`);
  }
  return value;
}

export function loggerOption(value: unknown): HostLogger | LogLevel | LogSink {
  if (value === undefined) return 'silent';
  if (isLogLevel(value)) return value;
  if (typeof value === 'object' && value !== null) {
    if ('child' in value) return value as HostLogger;
    const { level, write } = value as Record<keyof LogSink, unknown>;
    if (isLogLevel(level) && typeof write === 'function') return value as LogSink;
  }
  throw invalid(`logger must be a pino logger, a sink { level, write }, or one of ${[...LOG_LEVELS].join(', ')}`);
}

function isLogLevel(value: unknown): value is LogLevel {
  return typeof value === 'string' && LOG_LEVELS.has(value);
}

export function signalOption(value: unknown): AbortSignal | undefined {
  if (value === undefined || value instanceof AbortSignal) return value;
  throw invalid('signal must be an AbortSignal');
}

export function invalid(message: string): ClusterError {
  return new ClusterError('InvalidArgument', message);
}
