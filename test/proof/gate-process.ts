/**
 * One gate in a process of its own, started by `main.ts`: the address of its module and its options come as
 * arguments, what it says goes back as messages. A gate that throws has not run, which is told as such.
 */
import type { Gate, GateRow } from './gate.js';

/** What the process says; `rows` is the last word. */
export type GateMessage =
  | { readonly kind: 'progress' | 'tell' | 'broken'; readonly line: string }
  | { readonly kind: 'rows'; readonly rows: readonly GateRow[] };

/** Resolves once this message, and so all before it, has left the process. */
function say(message: GateMessage): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

const [, , address = '', length] = process.argv;
try {
  const { gate } = (await import(address)) as { readonly gate: Gate };
  const rows = await gate({
    long: length === 'long',
    progress: (line) => void say({ kind: 'progress', line }),
    tell: (line) => void say({ kind: 'tell', line }),
  });
  await say({ kind: 'rows', rows });
} catch (error) {
  await say({ kind: 'broken', line: error instanceof Error ? (error.stack ?? error.message) : String(error) });
}
process.disconnect();
