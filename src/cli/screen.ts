/**
 * Something to write to, a terminal or not, and whether it gets colour: NO_COLOR (no-color.org) above FORCE_COLOR above
 * "is it a terminal".
 */

import picocolors from 'picocolors';

/** The part of a `tty.WriteStream` in use here; `isTTY` is absent or false for a file or a pipe. */
export interface Screen {
  isTTY?: boolean;
  rows?: number;
  columns?: number;
  write(text: string): unknown;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
}

export type Colours = ReturnType<typeof picocolors.createColors>;

export function coloursFor(screen: Screen, environment: NodeJS.ProcessEnv): Colours {
  return picocolors.createColors(wantsColour(screen, environment));
}

/** What is redrawn in place cannot share a screen with log lines. */
export function withPlainText(screen: Screen): Screen {
  return { write: (text) => screen.write(text) };
}

function wantsColour(screen: Screen, environment: NodeJS.ProcessEnv): boolean {
  if (environment['NO_COLOR']) return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  return screen.isTTY === true && environment['TERM'] !== 'dumb';
}
