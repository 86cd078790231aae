/**
 * What a gate of the proof is: a goal that a machine can miss. A file `*-gate.ts` of this folder exports one, as
 * `gate`; `npm run proof` runs each in a process of its own, which may use both cores, and prints their rows as one
 * table.
 */

/** One line of the table. */
export interface GateRow {
  /** Which goal: `G1`. */
  readonly gate: string;
  /** `at least 5,000 seeds and 100 M events, no violation`. */
  readonly goal: string;
  /** What this run came to, in the words of the goal. */
  readonly reached: string;
  /** The best that an established system states for the same kind of work, with its name. */
  readonly anchor: string;
  readonly passed: boolean;
  /** Not passed, and nothing was wrong: the time was up before the count was reached. Told, and no failure. */
  readonly isShort?: boolean;
}

export interface GateOptions {
  /** The long run's goals instead of those of every change. */
  readonly long: boolean;
  /** One short line on how far it is; each call replaces the last. */
  readonly progress: (line: string) => void;
  /** A whole line for whoever looks for the cause: a failing seed with the command that replays it. */
  readonly tell: (line: string) => void;
}

export type Gate = (options: GateOptions) => Promise<readonly GateRow[]>;
