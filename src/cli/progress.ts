/**
 * What the command says while it works: a spinner on a terminal, silence elsewhere.
 */

import type { Colours, Screen } from './screen.js';

export interface Progress {
  /** What is being done now, for the message of a time-out. */
  readonly step: string;
  begin(step: string): void;
  /** The step is over; `outcome` stays on the screen. */
  end(outcome: string): void;
  /** Removes the spinner, for an error message to take its place. */
  stop(): void;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const CLEAR_LINE = '\r\u001b[2K';

export function createProgress(screen: Screen, colours: Colours): Progress {
  let step = '';
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const spinner = FRAMES[frame++ % FRAMES.length] ?? '';
    screen.write(`${CLEAR_LINE}${colours.cyan(spinner)} ${step}`);
  };
  const stop = (): void => {
    if (!timer) return;
    clearInterval(timer);
    timer = undefined;
    screen.write(CLEAR_LINE);
  };
  return {
    get step() {
      return step;
    },
    begin(text) {
      step = text;
      if (screen.isTTY !== true) return;
      draw();
      timer ??= setInterval(draw, FRAME_MS).unref();
    },
    end(outcome) {
      stop();
      if (screen.isTTY === true) screen.write(`${colours.green('✓')} ${outcome}\n`);
    },
    stop,
  };
}
