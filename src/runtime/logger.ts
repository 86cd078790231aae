/**
 * Log lines of actors, written by the host's one pino: a thread posts plain records, since a pino transport would add
 * a thread a logger, and lines buffered in a thread die with it. The only user of pino; imported only when something
 * is to be logged, since its import costs 80 ms.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Logger, LevelWithSilent } from 'pino';

export type HostLogger = Logger;
export type LogLevel = LevelWithSilent;

interface LogRecord {
  readonly level: Exclude<LogLevel, 'silent'>;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** Where lines go from this level on, instead of stdout. */
export interface LogSink {
  level: LogLevel;
  /** One line of JSON and its end. */
  write(line: string): void;
}

/** The caller's own logger, or one that writes JSON lines to a sink or to stdout; null for silence. */
export async function openHostLogger(option: HostLogger | LogLevel | LogSink): Promise<HostLogger | null> {
  if (typeof option === 'object' && 'child' in option) return option;
  const level = typeof option === 'object' ? option.level : option;
  if (level === 'silent') return null;
  const { pino } = await import('pino');
  const settings = { level, messageKey: 'message' };
  return typeof option === 'object' ? pino(settings, option) : pino(settings);
}

/** Writes what an actor posts, under the names of the actor. */
export function forwardRecords(logger: HostLogger, port: MessagePort): void {
  port.on('message', (record: LogRecord) => {
    logger[record.level](record.details, record.message);
  });
}

/** What an actor logs with: state changes and faults, never anything on the path of an operation. */
export type ActorLog = (
  level: LogRecord['level'],
  message: string,
  details?: Readonly<Record<string, unknown>>,
) => void;

export function createActorLog(port: MessagePort | undefined): ActorLog {
  if (port === undefined) return () => undefined;
  return (level, message, details = {}) => {
    port.postMessage({ level, message, details } satisfies LogRecord);
  };
}
