/**
 * What one step of the log in etcd asks its shell to do, in order, and who waits for the answers of etcd. Requests that
 * were sent before the log was joined anew are forgotten: what they came to is found in the log itself.
 */
import type { ErrorValue } from '../../errors.js';
import type { EngineToHost, EngineToStore } from '../engine.js';
import type { KvFailure, Txn, TxnResult } from './kv.js';

export type EtcdLogEffect =
  | { readonly kind: 'request'; readonly id: number; readonly txn: Txn }
  /** Changes of all keys, from this revision on; replaces the watch before it. */
  | { readonly kind: 'watch'; readonly id: number; readonly fromRevision: number }
  | { readonly kind: 'unwatch' }
  /** Nobody waits for it: it only frees space. */
  | { readonly kind: 'compact'; readonly revision: number }
  | { readonly kind: 'toHost'; readonly message: EngineToHost }
  | { readonly kind: 'toStore'; readonly message: EngineToStore }
  | {
      readonly kind: 'log';
      readonly level: 'info' | 'warn';
      readonly text: string;
      readonly fields: Readonly<Record<string, unknown>>;
    }
  /** Nothing can be done here any more. */
  | { readonly kind: 'end'; readonly error: ErrorValue };

interface Waiting {
  readonly answered: (result: TxnResult) => void;
  readonly failed: (failure: KvFailure) => void;
}

export class Outbox {
  #effects: EtcdLogEffect[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #watch = 0;

  take(): EtcdLogEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  add(effect: EtcdLogEffect): void {
    this.#effects.push(effect);
  }

  toHost(message: EngineToHost): void {
    this.add({ kind: 'toHost', message });
  }

  toStore(message: EngineToStore): void {
    this.add({ kind: 'toStore', message });
  }

  request(txn: Txn, waiting: Waiting): void {
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, waiting);
    this.add({ kind: 'request', id: this.#lastId, txn });
  }

  /** Undefined: nobody waits for it any more. */
  takeWaiting(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    return waiting;
  }

  watch(fromRevision: number): void {
    this.#lastId += 1;
    this.#watch = this.#lastId;
    this.add({ kind: 'watch', id: this.#watch, fromRevision });
  }

  isWatch(id: number): boolean {
    return id === this.#watch;
  }

  forgetAll(): void {
    this.#waiting.clear();
    if (this.#watch !== 0) this.add({ kind: 'unwatch' });
    this.#watch = 0;
  }
}
