/**
 * Transactions for the tools, which ask etcd one thing after the other: each is tried at every endpoint before it
 * fails, so it may be performed twice, and fails with what callers of the public API are told.
 */
import type { ClusterError } from '../errors.js';
import type { EtcdAccess } from '../engine/etcd-access.js';
import { EtcdClient } from '../engine/etcd-client.js';
import type { KvFailure, Txn, TxnResult } from '../engine/etcd/kv.js';
import { errorOf } from '../engine/etcd/trouble.js';

export interface EtcdKeys {
  readonly prefix: string;
  /** Rejects with a `ClusterError`. */
  txn(txn: Txn): Promise<TxnResult>;
}

/** Rejects `DependencyMissing` without the library, `NoLeader` where etcd does not answer. */
export async function withEtcdKeys<T>(access: EtcdAccess, work: (keys: EtcdKeys) => Promise<T>): Promise<T> {
  const client = await EtcdClient.open(access);
  const attempts = access.endpoints.length + 1;
  try {
    return await work({ prefix: access.prefix, txn: (txn) => tryTxn(client, txn, attempts) });
  } finally {
    client.close();
  }
}

async function tryTxn(client: EtcdClient, txn: Txn, attempts: number): Promise<TxnResult> {
  try {
    return await client.txn(txn);
  } catch (error) {
    const failure = error as KvFailure;
    if (failure.kind === 'unavailable' && attempts > 1) return tryTxn(client, txn, attempts - 1);
    const told: ClusterError = errorOf(failure);
    throw told;
  }
}
