/**
 * The state that a log in etcd holds, read without taking part in it: the newest snapshot and the entries behind it, up
 * to where the log ended at one moment. Those who write it go on meanwhile.
 */
import { ClusterError } from '../errors.js';
import { createMetadataMachine } from '../metadata/metadata-state-machine.js';
import { createReplicatedState, type ReplicatedState } from '../state-machine/exactly-once.js';
import type { EtcdKeys } from './etcd-keys.js';
import type { KeyValue, KvOperation } from '../engine/etcd/kv.js';
import { get, unconditional } from '../engine/etcd/kv.js';
import {
  afterAll,
  chunkKey,
  decodeBatch,
  decodeController,
  decodeHead,
  decodeSnapshotRecord,
  keys,
  logKey,
  noMembers,
  UnreadableLog,
  type Head,
  type SnapshotRecord,
} from '../engine/etcd/layout.js';

export interface StateInEtcd {
  /** Where the log ended; its index is 0 where there is none. */
  readonly head: Head;
  /** A process that led when it was looked at, and had not said that it leaves; null: there was none. */
  readonly controller: string | null;
  readonly state: ReplicatedState;
}

const BATCHES_PER_LOOK = 32;
/** Each time the log may have been trimmed away from under the reader. */
const ATTEMPTS = 5;

/** Rejects `NoLeader` where etcd does not answer, `CorruptLog` where something else is below the prefix. */
export async function readStateInEtcd(etcd: EtcdKeys): Promise<StateInEtcd> {
  try {
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      const read = await tryToRead(etcd);
      if (read !== null) return read;
    }
  } catch (error) {
    if (error instanceof UnreadableLog) throw corrupt(error.message);
    throw error;
  }
  throw corrupt('entries are missing between its snapshot and its end');
}

function corrupt(message: string): ClusterError {
  return new ClusterError('CorruptLog', `the log in etcd: ${message}`);
}

/** Null: a newer snapshot has taken the place of what was being read. */
async function tryToRead(etcd: EtcdKeys): Promise<StateInEtcd | null> {
  const [heads, snapshots, controllers] = await find(etcd, get(keys.head), get(keys.snapshot), get(keys.controller));
  const head = decodeHead(heads);
  const snapshot = decodeSnapshotRecord(snapshots);
  const state = createReplicatedState(createMetadataMachine(), noMembers);
  if (snapshot !== null) {
    const bytes = await readChunks(etcd, snapshot);
    if (bytes === null) return null;
    if (!state.restore(bytes, { ...snapshot, configuration: noMembers })) {
      throw new UnreadableLog(`the snapshot at ${snapshot.index} is not a state of this state machine`);
    }
  }
  if (!(await applyUpTo(etcd, state, head.index))) return null;
  return { head, controller: controllerIn(controllers), state };
}

function controllerIn(found: readonly KeyValue[] | undefined): string | null {
  const [stored] = found ?? [];
  const record = stored === undefined ? null : decodeController(stored);
  return record === null || record.resigned ? null : record.writer;
}

async function readChunks(etcd: EtcdKeys, snapshot: SnapshotRecord): Promise<Uint8Array | null> {
  const { index, chunks, bytes } = snapshot;
  const parts: Uint8Array[] = [];
  for (let chunk = 0; chunk < chunks; chunk += 1) {
    const [found = []] = await find(etcd, get(chunkKey(snapshot, chunk)));
    const [stored] = found;
    if (stored === undefined) return null;
    parts.push(stored.value);
  }
  const content = Buffer.concat(parts);
  if (content.length === bytes) return content;
  throw new UnreadableLog(`the snapshot at ${index} has ${content.length} bytes, not ${bytes}`);
}

/** False: entries are missing. */
async function applyUpTo(etcd: EtcdKeys, state: ReplicatedState, last: number): Promise<boolean> {
  while (state.appliedIndex < last) {
    const next = state.appliedIndex + 1;
    const [found = []] = await find(etcd, get(logKey(next), { to: afterAll(keys.log), limit: BATCHES_PER_LOOK }));
    const batches = found.map(decodeBatch).filter(({ firstIndex }) => firstIndex <= last);
    for (const batch of batches) {
      if (batch.firstIndex !== state.appliedIndex + 1) return false;
      state.applyRuns([batch]);
    }
    if (batches.length === 0) return false;
  }
  return true;
}

async function find(etcd: EtcdKeys, ...gets: KvOperation[]): Promise<readonly (readonly KeyValue[])[]> {
  return (await etcd.txn(unconditional(...gets))).found;
}
