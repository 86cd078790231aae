/**
 * Repair: different records are damaged on different nodes, each is intact on another. The damaged logs are made anew
 * from the intact records of all, or nothing is changed and what is lost is told. A repaired node keeps its identity
 * and forgets its vote; its term is one that it cannot have voted in for an entry that is left.
 */
import { configurationsIn } from '../raft/configuration.js';
import type { LogPlace } from '../raft/log.js';
import type { Configuration } from '../raft/messages.js';
import { ClusterError } from '../errors.js';
import { makeNewFolder, nodeFolder, takeNewFolders } from '../storage/data-folder.js';
import { createLogFiles } from '../storage/log-files.js';
import { verifiedSnapshot, type FoundSnapshot } from '../storage/snapshot-files.js';
import type { StorageIdentity } from '../storage/storage.js';
import { copySnapshot } from './copy-snapshot.js';
import { mergeLogs, type MergedLog } from './merge-logs.js';
import { readStoredNode, withStoredCluster, type StoredCluster } from './stored-cluster.js';
import { readSurvivingLog, type SurvivingLog } from './surviving-log.js';

export interface RepairReport {
  nodes: RepairedNode[];
  /** Where the logs of the cluster end now; as far as they could be read when something is lost. */
  lastIndex: number;
  /** Empty: everything that was acknowledged is there. Otherwise nothing was changed. */
  lost: LostEntries[];
}

export interface RepairedNode {
  node: number;
  /** `missing`: it has no files; the next start fills it from the leader. */
  state: 'intact' | 'damaged' | 'repaired' | 'missing';
  /** What is damaged, by file and offset. */
  damages: { file: string; offset: number; reason: string }[];
}

/** Entries that may have been acknowledged and that no node has intact. */
export interface LostEntries {
  from: number;
  /** Null: how many there were cannot be told. */
  to: number | null;
}

/** Rejects `InvalidArgument` (no cluster), `DataDirInUse`, `CorruptLog` (`cluster.json`), `StorageFailed`. */
export async function repair(dataDir: string): Promise<RepairReport> {
  return withStoredCluster(dataDir, repairCluster);
}

interface Survey {
  readonly id: number;
  /** Why it would refuse to start; null when it would not. */
  readonly refusal: ClusterError | null;
  readonly log: SurvivingLog;
  readonly snapshot: FoundSnapshot | null;
}

function repairCluster(cluster: StoredCluster): RepairReport {
  const surveys = cluster.file.nodes.map((id) => survey(cluster, id));
  const snapshot = newest(surveys);
  const logs = surveys.map(({ log }) => log);
  const merged = mergeLogs(logs, snapshot?.description ?? { index: 0, term: 0 });
  const configuration = configurationOf(merged, snapshot?.description.configuration ?? cluster.file.bootstrap);
  const lost = lostEntries(merged, surveys, configuration);
  const damaged = surveys.filter(({ refusal }) => refusal !== null);
  const identities = damaged.flatMap((each) => identityOf(each, cluster.file.clusterId, configuration) ?? []);
  if (lost.length === 0) {
    const term = 1 + Math.max(...logs.map((log) => log.term));
    for (const identity of identities) rebuild(cluster, identity, { merged, snapshot, term });
    takeNewFolders(cluster.disk, cluster.dataDir, cluster.file);
  }
  const repaired = new Set(lost.length === 0 ? identities.map(({ member }) => member.id) : []);
  return {
    nodes: surveys.map((each) => reportOf(each, repaired.has(each.id))),
    lastIndex: merged.last.index,
    lost,
  };
}

function survey(cluster: StoredCluster, id: number): Survey {
  const { disk, dataDir, file } = cluster;
  const folder = nodeFolder(dataDir, id);
  const node = orRefusal(() => readStoredNode(cluster, id));
  if (node === null) return { id, refusal: null, log: NOTHING, snapshot: null };
  const log = readSurvivingLog(disk, folder);
  if (!(node instanceof ClusterError)) return { id, refusal: null, log, snapshot: node.snapshot };
  if (log.identity !== null && log.identity.clusterId !== file.clusterId) {
    return { id, refusal: node, log: NOTHING, snapshot: null };
  }
  return { id, refusal: node, log, snapshot: intactSnapshot(cluster, folder) };
}

/** That of a damaged node, when it is whole and of this cluster. */
function intactSnapshot({ disk, file }: StoredCluster, folder: string): FoundSnapshot | null {
  const found = orRefusal(() => verifiedSnapshot(disk, folder, null));
  return found instanceof ClusterError || found?.identity.clusterId !== file.clusterId ? null : found;
}

const NOTHING: SurvivingLog = { identity: null, term: 0, stretches: [], end: null, damages: [] };

function orRefusal<T>(read: () => T): T | ClusterError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ClusterError && error.code === 'CorruptLog') return error;
    throw error;
  }
}

function newest(surveys: readonly Survey[]): FoundSnapshot | null {
  let best: FoundSnapshot | null = null;
  for (const { snapshot } of surveys) {
    if (snapshot !== null && snapshot.description.index > (best?.description.index ?? 0)) best = snapshot;
  }
  return best;
}

/** The last that the log brings. */
function configurationOf({ entries, base }: MergedLog, before: Configuration): Configuration {
  const placed = entries.flatMap(configurationsIn).filter(({ index }) => index > base.index);
  return placed.at(-1)?.configuration ?? before;
}

/** What a majority may have held, so that it may have been acknowledged; with fewer it cannot have been. */
function lostEntries(
  { last, end, gaps }: MergedLog,
  surveys: readonly Survey[],
  { voters }: Configuration,
): LostEntries[] {
  const majority = Math.floor(voters.length / 2) + 1;
  const mayHold = (index: number): boolean => {
    const holders = surveys.filter(({ id, log }) => {
      if (!voters.some((voter) => voter.id === id)) return false;
      // What stands behind the end of the best log was never committed (leader completeness, paper 5.4.3).
      return log.end === null || (log.end.index >= index && index <= end.index);
    });
    return holders.length >= majority;
  };
  if (!mayHold(last.index + 1)) return [];
  const lost: LostEntries[] = gaps.map(({ from, to }) => ({ from, to }));
  if (mayHold(end.index + 1)) lost.push({ from: end.index + 1, to: null });
  return lost;
}

/** Null: nothing tells who it was. */
function identityOf(
  { id, log }: Survey,
  clusterId: string,
  { voters, learners }: Configuration,
): StorageIdentity | null {
  if (log.identity?.clusterId === clusterId && log.identity.member.id === id) return log.identity;
  const member = [...voters, ...learners].find((each) => each.id === id);
  return member === undefined ? null : { clusterId, member };
}

interface Restored {
  readonly merged: MergedLog;
  readonly snapshot: FoundSnapshot | null;
  readonly term: number;
}

function rebuild(cluster: StoredCluster, identity: StorageIdentity, { merged, snapshot, term }: Restored): void {
  const { disk, dataDir } = cluster;
  const base: LogPlace = { index: merged.base.index, term: merged.base.term };
  makeNewFolder(disk, dataDir, identity, (folder) => {
    if (snapshot !== null) copySnapshot(disk, snapshot.path, folder, { identity, description: snapshot.description });
    const { entries } = merged;
    createLogFiles({ disk, folder, identity, durability: 'fsync' }, { term, vote: null, base, entries });
  });
}

function reportOf({ id, refusal, log }: Survey, repaired: boolean): RepairedNode {
  const damages = log.damages.map(({ file, offset, reason }) => ({ file, offset, reason }));
  if (refusal === null) return { node: id, state: log.identity === null ? 'missing' : 'intact', damages: [] };
  const { file, offset, reason } = refusal.details as { file: string; offset: number; reason: string };
  const seen = damages.some((damage) => damage.file === file && damage.offset === offset);
  return {
    node: id,
    state: repaired ? 'repaired' : 'damaged',
    damages: seen ? damages : [{ file, offset, reason }, ...damages],
  };
}
