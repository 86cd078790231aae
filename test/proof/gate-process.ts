/**
 * One gate in a process of its own, started by `main.ts`: the address of its module and its options come as
 * arguments, what it says goes back as messages. A gate that throws has not run, which is told as such.
 */
import type { Gate, GateRow } from './gate.js';

/** What the process says; `rows` is the last word. */
export type GateMessage =
  | { readonly kind: 'progress' | 'tell' | 'broken'; readonly line: string }
  | { readonly kind: 'rows'; readonly rows: readonly GateRow[] };

function say(message: GateMessage): void {
  process.send?.(message);
}

const [, , address = '', length] = process.argv;
try {
  const { gate } = (await import(address)) as { readonly gate: Gate };
  const rows = await gate({
    long: length === 'long',
    progress: (line) => say({ kind: 'progress', line }),
    tell: (line) => say({ kind: 'tell', line }),
  });
  say({ kind: 'rows', rows });
} catch (error) {
  say({ kind: 'broken', line: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.disconnect();
