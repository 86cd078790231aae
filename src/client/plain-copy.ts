/**
 * A copy of a caller's argument as plain JSON data, each member read once: what is checked is then what is sent.
 * Refuses what JSON would bend (NaN, BigInt, cycles) and, before any text is built, what would be too large as JSON.
 * Functions and symbols are left out as JSON does.
 */
import { ClusterError } from '../errors.js';
import { clientLimits } from './limits.js';
import { invalid } from './options.js';

/** Throws `InvalidArgument`, `TooLarge`, or whatever a getter of the caller throws. */
export function plainCopy(value: unknown): unknown {
  return new Copier().copy(value, 0);
}

class Copier {
  /** A lower bound of what is left of the operation's bytes. */
  #bytesLeft: number = clientLimits.maxOperationBytes;

  copy(value: unknown, depth: number): unknown {
    switch (typeof value) {
      case 'string':
        this.#spend(value.length);
        return value;
      case 'number':
        if (!Number.isFinite(value)) throw invalid(`${value} is not a number that can be stored`);
        this.#spend(1);
        return value;
      case 'boolean':
        this.#spend(1);
        return value;
      case 'bigint':
        throw invalid('a BigInt cannot be stored');
      case 'object':
        return value === null ? null : this.#copyObject(value, depth);
      default:
        return undefined;
    }
  }

  #copyObject(value: object, depth: number): unknown {
    if (depth === clientLimits.maxArgumentDepth) throw invalid('an argument is cyclic or nested too deeply');
    this.#spend(2);
    if (Array.isArray(value)) {
      this.#spend(value.length);
      return Array.from(value, (element: unknown) => this.copy(element, depth + 1));
    }
    const copy: Record<string, unknown> = {};
    for (const name of Object.keys(value)) {
      this.#spend(name.length);
      const member = this.copy((value as Record<string, unknown>)[name], depth + 1);
      if (member !== undefined) define(copy, name, member);
    }
    return copy;
  }

  #spend(bytes: number): void {
    this.#bytesLeft -= bytes;
    if (this.#bytesLeft < 0) throw tooLarge();
  }
}

/** Assignment would set the prototype for '__proto__', which is a name like any other. */
function define(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') {
    Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
  } else {
    record[name] = value;
  }
}

export function tooLarge(): ClusterError {
  return new ClusterError('TooLarge', `at most ${clientLimits.maxOperationBytes} bytes in one operation or request`);
}
