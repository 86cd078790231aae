/**
 * A state machine that keeps every command it executes, in order: what was executed twice shows. Its answers are plain
 * data of every kind.
 */
import { canonicalJson } from '../../../src/state-machine/canonical-json.js';
import { digestOf } from '../../../src/state-machine/digest.js';
import type { ApplyContext, HostedStateMachine } from '../../../src/state-machine/state-machine.js';

/** A command is its name and, behind a zero, whatever makes it longer. */
const LONGEST_NAME = 40;

export function encodeCommand(name: string, paddingBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(`${name}\0`);
  const bytes = new Uint8Array(text.length + paddingBytes);
  bytes.set(text);
  return bytes;
}

const answers: readonly ((count: number) => unknown)[] = [
  (count) => count,
  (count) => ({ count, nothing: undefined, list: [Number.NaN, -0, null] }),
  (count) => new Uint8Array([count & 0xff, 1]),
  (count) => [BigInt(count), String(count)],
];

export class Recorder implements HostedStateMachine {
  executed: string[] = [];
  /** Where each was executed in this life. */
  readonly indexes = new Map<string, number>();

  begin(): void {
    // Nothing is kept back within a batch.
  }

  apply(command: Uint8Array, { index }: ApplyContext): unknown {
    const [name = ''] = new TextDecoder().decode(command.subarray(0, LONGEST_NAME)).split('\0');
    this.executed.push(name);
    this.indexes.set(name, index);
    const count = this.executed.length;
    return answers[count % answers.length]?.(count);
  }

  end(): void {
    // See `begin`.
  }

  query(): unknown {
    return this.executed.length;
  }

  capture(): { serialize(): Iterable<Uint8Array> } {
    const bytes = new TextEncoder().encode(canonicalJson(this.executed));
    return { serialize: () => [bytes] };
  }

  restore(snapshot: Uint8Array): void {
    this.executed = JSON.parse(new TextDecoder().decode(snapshot)) as string[];
  }

  dump(): unknown {
    return this.executed;
  }

  digest(): string {
    return digestOf([canonicalJson(this.executed)]);
  }
}
