/**
 * etcd as far as the log uses it, in memory: keys with the history of their changes, transactions, ranges, compaction.
 * No time, no network, no faults but the quota: those are in `connection.ts`.
 */
import type { KeyChange, KeyValue, KvFailure, KvOperation, Txn, TxnResult } from '../../../../src/engine/etcd/kv.js';

export interface Revision {
  readonly revision: number;
  readonly changes: readonly KeyChange[];
}

/** What is written, as it happens. */
export type WriteWitness = (changes: readonly KeyChange[]) => void;

const NO_SPACE: KvFailure = { kind: 'noSpace', message: 'etcdserver: mvcc: database space exceeded' };

export class EtcdModel {
  readonly #values = new Map<string, Uint8Array>();
  /** In order. */
  #keys: string[] = [];
  readonly #history: Revision[] = [];
  #revision = 1;
  #compacted = 0;
  readonly #witness: WriteWitness;
  /** Its quota is used up. */
  isFull = false;

  constructor(witness: WriteWitness) {
    this.#witness = witness;
  }

  get revision(): number {
    return this.#revision;
  }

  /**
   * `slips`: past the check at the door, by others that filled it at that moment; etcd then performs a transaction and
   * tells that it has no space all the same.
   */
  perform(txn: Txn, slips: boolean): TxnResult | KvFailure {
    const puts = [...txn.then, ...txn.else].some(({ kind }) => kind === 'put');
    const isRefused = this.isFull && puts;
    if (isRefused && !slips) return NO_SPACE;
    const result = this.#perform(txn);
    return isRefused ? NO_SPACE : result;
  }

  /** Null: part of it is compacted. */
  changesFrom(revision: number): readonly Revision[] | null {
    if (revision <= this.#compacted) return null;
    const from = this.#history.findIndex((each) => each.revision >= revision);
    return from < 0 ? [] : this.#history.slice(from);
  }

  compact(revision: number): void {
    if (revision <= this.#revision) this.#compacted = Math.max(this.#compacted, revision);
  }

  #perform({ compare, then, else: otherwise }: Txn): TxnResult {
    const succeeded = compare.every(({ key, value }) => isSame(this.#values.get(key), value));
    const changes: KeyChange[] = [];
    const found: KeyValue[][] = [];
    for (const operation of succeeded ? then : otherwise) {
      if (operation.kind === 'get') found.push(this.#range(operation));
      else changes.push(...this.#change(operation));
    }
    if (changes.length > 0) {
      this.#revision += 1;
      this.#history.push({ revision: this.#revision, changes });
      this.#witness(changes);
    }
    return { succeeded, revision: this.#revision, found };
  }

  #change(operation: Exclude<KvOperation, { kind: 'get' }>): KeyChange[] {
    const { key } = operation;
    if (operation.kind === 'put') {
      if (!this.#values.has(key)) this.#keys.splice(this.#placeOf(key), 0, key);
      this.#values.set(key, operation.value);
      return [{ key, value: operation.value }];
    }
    const gone = this.#keysIn(key, operation.to);
    if (gone.length === 0) return [];
    this.#keys.splice(this.#placeOf(key), gone.length);
    for (const each of gone) this.#values.delete(each);
    return gone.map((each) => ({ key: each, value: null }));
  }

  #range({ key, to, limit }: Extract<KvOperation, { kind: 'get' }>): KeyValue[] {
    const within = this.#keysIn(key, to).slice(0, limit);
    return within.map((each) => ({ key: each, value: this.#values.get(each) ?? new Uint8Array() }));
  }

  #keysIn(key: string, to: string | undefined): string[] {
    if (to === undefined) return this.#values.has(key) ? [key] : [];
    return this.#keys.slice(this.#placeOf(key), Math.max(this.#placeOf(key), this.#placeOf(to)));
  }

  /** Of the first key that is not before it. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#keys[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function isSame(stored: Uint8Array | undefined, expected: Uint8Array | null): boolean {
  if (stored === undefined || expected === null) return stored === undefined && expected === null;
  return Buffer.compare(stored, expected) === 0;
}
