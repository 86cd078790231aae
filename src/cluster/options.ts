/**
 * What a cluster is started with: the public options, their defaults and their checks, all in one place.
 */
import { resolve } from 'node:path';
import { integer, invalid, loggerOption, MAX_DELAY_MS, MAX_ENTRIES, signalOption } from '../client/start-options.js';
import type { HostLogger, LogLevel, LogSink } from '../runtime/logger.js';
import type { FileDurability } from '../storage/storage.js';

export interface ClusterOptions {
  /** Voters, 1..9; default 3; absent with an existing `dataDir`: as stored. */
  nodes?: number;
  /**
   * Node n lives in `<dataDir>/node-<n>/`. Absent: nothing on disk. An existing folder is recovered; `nodes` or
   * `stateMachine` that contradict it: `InvalidArgument`; every other option may change between runs.
   */
  dataDir?: string;
  /**
   * Default 'fsync' with a `dataDir`, else 'memory'. 'os' survives the process, not the machine. 'memory' with a
   * `dataDir`, or the others without: `InvalidArgument`.
   */
  durability?: 'memory' | 'os' | 'fsync';
  /** Default 300; each node draws from [t, 2t). */
  electionTimeoutMs?: number;
  /** Default 50. */
  heartbeatIntervalMs?: number;
  /** Default 10_000. */
  startTimeoutMs?: number;
  /** Default deadline of every call of store and node; 5_000. */
  proposalTimeoutMs?: number;
  /** A broker that has sent heartbeats and is silent for so long is fenced; default 9_000. */
  brokerSessionTimeoutMs?: number;
  /** Snapshot after this many applied entries; default 10_000. */
  snapshotEntries?: number;
  /** Kept behind a snapshot for slow followers; default 5_000. */
  trailingEntries?: number;
  /**
   * Module whose default export (may be async) creates a `StateMachine`; default: the metadata one. Its export `name`
   * is its stored identity, which a `dataDir` needs.
   */
  stateMachine?: URL;
  /** Drives jitter, faults and placement only; identities and request ids never come from it. */
  seed?: number;
  /** A pino logger; or a level: lines of JSON to stdout, or to a sink. Default 'silent'. */
  logger?: HostLogger | LogLevel | LogSink;
  /** Aborts the start; afterwards has no effect. */
  signal?: AbortSignal;
}

export interface FileOptions {
  /** Absolute. */
  readonly dataDir: string;
  readonly durability: FileDurability;
}

export interface ResolvedOptions {
  /** Null: as stored, or the default. */
  readonly nodes: number | null;
  /** Null: nothing on disk. */
  readonly files: FileOptions | null;
  readonly electionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly startTimeoutMs: number;
  readonly proposalTimeoutMs: number;
  readonly brokerSessionTimeoutMs: number;
  readonly snapshotEntries: number;
  readonly trailingEntries: number;
  readonly stateMachine: string | null;
  readonly seed: number;
  readonly logger: HostLogger | LogLevel | LogSink;
  readonly signal: AbortSignal | null;
}

export const MAX_NODES = 9;
export const DEFAULT_NODES = 3;
const MAX_SEED = 0xffff_ffff;

export function resolveOptions(given: unknown): ResolvedOptions {
  if (given !== undefined && (typeof given !== 'object' || given === null)) throw invalid('options must be an object');
  const options = readOptions(given ?? {});
  const electionTimeoutMs = integer(options.electionTimeoutMs, 'electionTimeoutMs', 300, [10, MAX_DELAY_MS / 4]);
  const heartbeatIntervalMs = integer(options.heartbeatIntervalMs, 'heartbeatIntervalMs', 50, [1, MAX_DELAY_MS / 4]);
  if (heartbeatIntervalMs * 2 > electionTimeoutMs) {
    throw invalid(
      `heartbeatIntervalMs (${heartbeatIntervalMs}) must be at most half of electionTimeoutMs (${electionTimeoutMs})`,
    );
  }
  return {
    nodes: options.nodes === undefined ? null : integer(options.nodes, 'nodes', DEFAULT_NODES, [1, MAX_NODES]),
    files: fileOptions(options.dataDir, options.durability),
    electionTimeoutMs,
    heartbeatIntervalMs,
    startTimeoutMs: integer(options.startTimeoutMs, 'startTimeoutMs', 10_000, [1, MAX_DELAY_MS]),
    proposalTimeoutMs: integer(options.proposalTimeoutMs, 'proposalTimeoutMs', 5_000, [1, MAX_DELAY_MS]),
    brokerSessionTimeoutMs: integer(options.brokerSessionTimeoutMs, 'brokerSessionTimeoutMs', 9_000, [
      50,
      MAX_DELAY_MS,
    ]),
    snapshotEntries: integer(options.snapshotEntries, 'snapshotEntries', 10_000, [1, MAX_ENTRIES]),
    trailingEntries: integer(options.trailingEntries, 'trailingEntries', 5_000, [0, MAX_ENTRIES]),
    stateMachine: moduleUrl(options.stateMachine),
    seed: integer(options.seed, 'seed', Math.floor(Math.random() * MAX_SEED), [0, MAX_SEED]),
    logger: loggerOption(options.logger),
    signal: signalOption(options.signal) ?? null,
  };
}

/** A copy read once, so that a getter cannot answer differently later. */
function readOptions(given: object): Record<keyof ClusterOptions, unknown> {
  try {
    return { ...given } as Record<keyof ClusterOptions, unknown>;
  } catch (error) {
    throw invalid(`options cannot be read: ${String(error)}`);
  }
}

function fileOptions(dataDir: unknown, durability: unknown): FileOptions | null {
  if (dataDir === undefined) {
    if (durability === undefined || durability === 'memory') return null;
    throw invalid("durability: only 'memory' is possible without a dataDir");
  }
  if (typeof dataDir !== 'string' || dataDir === '' || dataDir.includes('\0')) {
    throw invalid('dataDir must be the path of a folder');
  }
  if (durability !== undefined && durability !== 'os' && durability !== 'fsync') {
    throw invalid("durability: with a dataDir 'fsync' or 'os'");
  }
  return { dataDir: resolve(dataDir), durability: durability ?? 'fsync' };
}

function moduleUrl(value: unknown): string | null {
  if (value === undefined) return null;
  if (!(value instanceof URL)) throw invalid('stateMachine must be a URL of a module');
  return value.href;
}
