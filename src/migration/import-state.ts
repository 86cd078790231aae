/**
 * Brings a state into an empty prefix of etcd, as if a log had been written there and trimmed behind a snapshot. The
 * snapshot's chunks come first, under the claim of whoever brings them; one transaction then makes all of it a log, or
 * nothing: it finds no log there, and its own claim.
 */
import { randomUUID } from 'node:crypto';
import { must } from '../assert.js';
import { ClusterError } from '../errors.js';
import type { EtcdKeys } from './etcd-keys.js';
import { get, put, unconditional, type KvOperation, type Txn } from '../engine/etcd/kv.js';
import { afterAll, chunkKey, encodeHead, encodeJson, encodeSnapshotRecord, keys } from '../engine/etcd/layout.js';

const CHUNK_BYTES = 512 * 1024;
/** Behind every key. */
const END = '\u{10ffff}';

export interface ImportedState {
  /** Of the last entry that it covers; above 0. */
  readonly index: number;
  readonly term: number;
  readonly content: Uint8Array;
}

type Comparison = Txn['compare'][number];

const absent = (key: string): Comparison => ({ key, value: null });
const noLog: readonly Comparison[] = [absent(keys.head), absent(keys.snapshot)];
/** Chunks that nothing names were left by one that broke off. */
const forgetChunks: KvOperation = { kind: 'delete', key: keys.chunks, to: afterAll(keys.chunks) };

/** Rejects `InvalidArgument` where the prefix is not empty, or is not any more. */
export async function importState(etcd: EtcdKeys, state: ImportedState): Promise<void> {
  await demandEmpty(etcd);
  const name = `import ${randomUUID()}`;
  const claim = encodeJson({ name });
  const claimed: Comparison = { key: keys.import, value: claim };
  const then = [put(keys.import, claim), forgetChunks];
  if (!(await etcd.txn({ compare: noLog, then, else: [] })).succeeded) throw taken(etcd);
  try {
    await putWhole(etcd, state, { name, claimed });
  } catch (error) {
    const forget: KvOperation[] = [{ kind: 'delete', key: keys.import }, forgetChunks];
    // What is then left is nobody's, and the next import removes it.
    await etcd.txn({ compare: [...noLog, claimed], then: forget, else: [] }).catch(() => undefined);
    throw error;
  }
}

async function demandEmpty(etcd: EtcdKeys): Promise<void> {
  const ranges = [
    get('', { to: keys.import, limit: 1 }),
    get(afterAll(keys.import), { to: keys.chunks, limit: 1 }),
    get(afterAll(keys.chunks), { to: END, limit: 1 }),
  ];
  const { found } = await etcd.txn(unconditional(...ranges));
  const [first] = found.flat();
  if (first === undefined) return;
  throw new ClusterError('InvalidArgument', `the prefix ${etcd.prefix} is not empty: it holds ${first.key}`);
}

/** `name`: no other import has the same, so that the end of the log tells whose it is. */
async function putWhole(
  etcd: EtcdKeys,
  { index, term, content }: ImportedState,
  { name, claimed }: Own,
): Promise<void> {
  const parts = Array.from({ length: Math.ceil(content.length / CHUNK_BYTES) }, (_, part) =>
    content.subarray(part * CHUNK_BYTES, (part + 1) * CHUNK_BYTES),
  );
  for (const [chunk, bytes] of parts.entries()) {
    const then = [put(chunkKey({ index, name }, chunk), bytes)];
    if (!(await etcd.txn({ compare: [claimed], then, else: [] })).succeeded) throw taken(etcd);
  }
  const snapshot = encodeSnapshotRecord({ index, term, name, chunks: parts.length, bytes: content.length });
  const head = must(encodeHead({ index, term, batch: name }), 'a state has entries');
  const { succeeded, found } = await etcd.txn({
    compare: [...noLog, claimed],
    then: [put(keys.head, head), put(keys.snapshot, snapshot), { kind: 'delete', key: keys.import }],
    else: [get(keys.head)],
  });
  const there = found[0]?.[0]?.value;
  // It may have been performed, and its answer lost.
  if (!succeeded && (there === undefined || Buffer.compare(there, head) !== 0)) throw taken(etcd);
}

interface Own {
  readonly name: string;
  readonly claimed: Comparison;
}

function taken({ prefix }: EtcdKeys): ClusterError {
  return new ClusterError('InvalidArgument', `another process has begun to use the prefix ${prefix}`);
}
