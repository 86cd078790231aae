/**
 * Ways to draw on a terminal again and again: a block in the place of the one before, and the whole screen. A frame is
 * one write, so that none is seen half drawn; nothing is cleared before it is drawn over. What is drawn is not known
 * here.
 */

import type { Screen } from './screen.js';

const SINGLE_LINES = '\u001b[?7l'; // what is too long is cut by the terminal, not wrapped
const WRAPPED_LINES = '\u001b[?7h';
const OTHER_SCREEN = '\u001b[?1049h\u001b[?25l'; // without a cursor
const FORMER_SCREEN = '\u001b[?25h\u001b[?1049l';

export interface FullScreen {
  draw(lines: readonly string[]): void;
  /** The terminal is as it was before the first frame, until the next one. */
  leave(): void;
  /** The terminal is as it was before the first frame; nothing is drawn any more. */
  close(): void;
}

export function openFullScreen(screen: Screen): FullScreen {
  let state: 'new' | 'open' | 'closed' = 'new';
  const leave = (): void => {
    if (state !== 'open') return;
    screen.write(FORMER_SCREEN);
    state = 'new';
  };
  return {
    draw(lines) {
      if (state === 'closed') return;
      const opening = state === 'new' ? OTHER_SCREEN : '';
      state = 'open';
      const frame = lines.map((line) => `${line}\u001b[K`).join('\n');
      screen.write(`${opening}${SINGLE_LINES}\u001b[H${frame}\u001b[J${WRAPPED_LINES}`);
    },
    leave,
    close() {
      leave();
      state = 'closed';
    },
  };
}

/** Redraws a block in place of the one before. Nothing wraps or reaches the last row, or going back up would miss. */
export function blockPainter(screen: Screen): (lines: readonly string[]) => void {
  let height = 0;
  return (lines) => {
    const visible = lines.slice(0, Math.max(1, (screen.rows ?? 24) - 1));
    const back = height > 0 ? `\u001b[${height}A\r` : '';
    screen.write(`${back}${SINGLE_LINES}\u001b[J${visible.join('\n')}\n${WRAPPED_LINES}`);
    height = visible.length;
  };
}
