/**
 * Log lines of a cluster on stderr: as they come, in JSON, or on a terminal for people to read. Formatting is these few
 * lines; pino-pretty would bring thirteen packages for them.
 */
import type { Colours, Screen } from './screen.js';

/** Of pino's levels, by number: below each one the one before. */
const LEVELS = { 10: 'TRACE', 20: 'DEBUG', 30: 'INFO', 40: 'WARN', 50: 'ERROR', 60: 'FATAL' };

/** Writes one line of pino's at a time. */
export function logWriter(screen: Screen, colours: Colours): (line: string) => void {
  const format = screen.isTTY === true ? (line: string) => readable(line, colours) : (line: string) => line;
  return (line) => {
    screen.write(format(line));
  };
}

function readable(line: string, colours: Colours): string {
  const { level, time, pid: _pid, hostname: _host, message, ...details } = JSON.parse(line) as Record<string, unknown>;
  const name = LEVELS[level as keyof typeof LEVELS].padEnd(5);
  const coloured = Number(level) >= 50 ? colours.red(name) : Number(level) >= 40 ? colours.yellow(name) : name;
  const clock = new Date(time as number).toISOString().slice(11, 23);
  const pairs = Object.entries(details).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
  return `${colours.dim(clock)} ${coloured} ${String(message)} ${colours.dim(pairs.join(' '))}\n`;
}
