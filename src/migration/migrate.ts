/**
 * Moves a whole state, with the sessions and request ids that make writes exactly once, between the data folder of an
 * embedded cluster that does not run and a prefix of etcd. Where it came from stays as it was; where it goes must be
 * empty, and holds all of it or nothing. What is told of the target is read back from there.
 */
import { ClusterError } from '../errors.js';
import type { ClusterMetadata } from '../metadata/model.js';
import { saveContent } from '../offline/copy-snapshot.js';
import { checkNodes, DEFAULT_NODES, emptyFolder, makeCluster } from '../offline/make-cluster.js';
import { withStoredCluster } from '../offline/stored-cluster.js';
import { readStoredState } from '../offline/stored-state.js';
import type { ReplicatedState } from '../state-machine/exactly-once.js';
import { decodeSnapshot } from '../state-machine/replicated-snapshot.js';
import { resolveAccess, type ConnectOptions } from '../engine/connect-options.js';
import { importState } from './import-state.js';
import { withEtcdKeys } from './etcd-keys.js';
import { readStateInEtcd } from './state-in-etcd.js';

/** Where in etcd, and as whom: as for `connectStore`. */
export type EtcdPlace = Pick<
  ConnectOptions,
  'endpoints' | 'prefix' | 'username' | 'password' | 'caFile' | 'certFile' | 'keyFile'
>;

/** What one side holds. */
export interface MigratedState {
  /** The last entry that it covers. */
  index: number;
  /** Of the metadata, the sessions and the request ids: as in `dump`. */
  stateHash: string;
  brokers: number;
  topics: number;
  partitions: number;
  /** Clients whose writes are known, and request ids of users' own. */
  sessions: number;
  requestIds: number;
}

export interface MigrateReport {
  source: MigratedState;
  /** As it was read back. */
  target: MigratedState;
  /** Index and hash of both are the same. */
  equal: boolean;
  /** A process that still used the prefix it came from: what it writes after this is not in the target. */
  controller: string | null;
}

/**
 * Rejects `InvalidArgument` (no cluster, nothing in it yet, one with a state machine of your own; a prefix that is not
 * empty), `DataDirInUse`, `CorruptLog`, `StorageFailed`; `NoLeader` where etcd does not answer, `DependencyMissing`.
 */
export async function migrateToEtcd(dataDir: string, to: EtcdPlace): Promise<MigrateReport> {
  const access = resolveAccess({ ...to });
  return withStoredCluster(dataDir, (cluster) =>
    withEtcdKeys(access, async (etcd) => {
      const source = held(readStoredState(cluster).state);
      if (source.told.index === 0) throw invalid(`${cluster.dataDir}: no entry was written there yet`);
      await importState(etcd, { ...source.place, content: source.content });
      const { state } = await readStateInEtcd(etcd);
      return report(source.told, held(state).told, null);
    }),
  );
}

/**
 * The folder then holds a new cluster of `nodes`, 3 unless told. Rejects `InvalidArgument` (nothing below the prefix; a
 * folder that holds a cluster), `CorruptLog`, `DataDirInUse`, `StorageFailed`; `NoLeader`, `DependencyMissing`.
 */
export async function migrateFromEtcd(
  from: EtcdPlace,
  dataDir: string,
  { nodes = DEFAULT_NODES }: { nodes?: number } = {},
): Promise<MigrateReport> {
  const access = resolveAccess({ ...from });
  checkNodes(nodes);
  emptyFolder(dataDir);
  return withEtcdKeys(access, async (etcd) => {
    const { head, controller, state } = await readStateInEtcd(etcd);
    if (head.index === 0) throw invalid(`there is no log below the prefix ${etcd.prefix}`);
    const { place, content, told } = held(state);
    makeCluster(
      dataDir,
      { nodes, stateMachine: null },
      {
        ...place,
        save: (disk, folder, header) => {
          saveContent(disk, folder, header, [content]);
        },
      },
    );
    const target = await withStoredCluster(dataDir, (cluster) => held(readStoredState(cluster).state).told);
    return report(told, target, controller);
  });
}

interface Held {
  readonly place: { readonly index: number; readonly term: number };
  /** As in a snapshot. */
  readonly content: Uint8Array;
  readonly told: MigratedState;
}

function held(state: ReplicatedState): Held {
  const captured = state.capture();
  const { index, term } = captured.description;
  const content = Buffer.concat([...captured.serialize()]);
  const { sessions, requestIds } = decodeSnapshot(content);
  const { brokers, topics, partitions } = state.dump() as ClusterMetadata;
  const told = {
    index,
    stateHash: state.digest(),
    brokers: Object.keys(brokers).length,
    topics: Object.keys(topics).length,
    partitions: Object.keys(partitions).length,
    sessions: sessions.sessions.length,
    requestIds: requestIds.length,
  };
  return { place: { index, term }, content, told };
}

function report(source: MigratedState, target: MigratedState, controller: string | null): MigrateReport {
  const equal = source.index === target.index && source.stateHash === target.stateHash;
  return { source, target, equal, controller };
}

function invalid(message: string): ClusterError {
  return new ClusterError('InvalidArgument', message);
}
