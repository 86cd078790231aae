/** Where the command writes, and what ends it. Types only. */
import type { Screen } from './screen.js';

export interface Terminal {
  stdout: Screen;
  stderr: Screen;
  environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C. */
  interrupt: AbortSignal;
}
