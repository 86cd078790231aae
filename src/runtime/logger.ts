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

/** The caller's own logger, or one at a level that writes JSON lines to stdout; null for silence. */
export async function openHostLogger(option: HostLogger | LogLevel): Promise<HostLogger | null> {
  if (typeof option === 'object') return option;
  if (option === 'silent') return null;
  const { pino } = await import('pino');
  return pino({ level: option });
}

/** Writes what an actor posts, under the actor's name. */
export function forwardRecords(logger: HostLogger, actor: string, life: number, port: MessagePort): void {
  const child = logger.child({ actor, life });
  port.on('message', (record: LogRecord) => {
    child[record.level](record.details, record.message);
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
