/**
 * What the log asks of etcd, as plain data: transactions and one watch, over keys below the prefix of one log.
 * `etcd-client.ts` performs them. Values are bytes, keys are text that sorts in byte order.
 */

export interface KeyValue {
  readonly key: string;
  readonly value: Uint8Array;
}

/** `to`: exclusive end of a range of keys. */
export type KvOperation =
  | { readonly kind: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly kind: 'get'; readonly key: string; readonly to?: string; readonly limit?: number }
  | { readonly kind: 'delete'; readonly key: string; readonly to?: string };

/** Atomic and linearizable, reads too. */
export interface Txn {
  /** All must hold for `then`; `value` null: the key is absent. */
  readonly compare: readonly { readonly key: string; readonly value: Uint8Array | null }[];
  readonly then: readonly KvOperation[];
  readonly else: readonly KvOperation[];
}

export interface TxnResult {
  readonly succeeded: boolean;
  /** Of the whole store, when this was performed. */
  readonly revision: number;
  /** What each `get` of the branch taken has found, in order. */
  readonly found: readonly (readonly KeyValue[])[];
}

/**
 * unavailable: no answer, so a transaction may have been performed, or may yet be. noSpace: etcd has raised its quota
 * alarm; while others fill it, a transaction may have been performed all the same, but no longer will be. The others
 * were not performed: refused: this user or request never will be served; compacted: the watch begins before what etcd
 * still knows.
 */
export interface KvFailure {
  readonly kind: 'unavailable' | 'noSpace' | 'refused' | 'compacted';
  readonly message: string;
}

/** A change of one key; `value` null: it was deleted. */
export interface KeyChange {
  readonly key: string;
  readonly value: Uint8Array | null;
}

export function get(key: string, range: { readonly to?: string; readonly limit?: number } = {}): KvOperation {
  return { kind: 'get', key, ...range };
}

export function put(key: string, value: Uint8Array): KvOperation {
  return { kind: 'put', key, value };
}

/** These, whatever the keys hold. */
export function unconditional(...operations: readonly KvOperation[]): Txn {
  return { compare: [], then: operations, else: [] };
}
