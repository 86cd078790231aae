/**
 * One run: a real cluster, clients, a nemesis that draws faults until enough have fired, and at the end every check
 * there is: both checkers, equal states, and violations planted into what was recorded. The seed decides what is
 * called and what is done to the cluster; threads and time decide how they meet.
 */
import { ClusterError, startCluster, type Cluster } from '../../src/index.js';
import { createRandom, drawChance, drawInteger } from '../../src/random.js';
import { must } from '../../src/assert.js';
import { equalState } from '../support/clusters.js';
import { eventually, withDeadline } from '../support/deadline.js';
import { Clients } from './clients.js';
import { begin, faultKinds, losesLog, type ActiveFault, type FaultKind, type Scene } from './nemesis.js';
import { createWorkload } from './workload.js';
import type { HistoryOperation } from './history.js';
import type { MetadataCall } from './metadata-model.js';

export interface RunOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly operations: number;
  /** Null: in memory. */
  readonly dataDir: string | null;
  readonly log?: (line: string) => void;
}

export interface RecordedRun {
  readonly history: HistoryOperation<MetadataCall>[];
  /** Of the faults that fired. */
  readonly fired: readonly FaultKind[];
  readonly unknownOutcomes: number;
  readonly violations: readonly string[];
}

export const FAULTS_A_RUN = 5;
const ELECTION_TIMEOUT_MS = 150;
const HEARTBEAT_INTERVAL_MS = 30;
const SNAPSHOT_ENTRIES = 300;
const TRAILING_ENTRIES = 50;
const HEALTHY_TIMEOUT_MS = 30_000;
const RUN_TIMEOUT_MS = 120_000;
/** Of those planned, some do not fire: a cluster may refuse a change of members while it has no quorum. */
const MAX_EPISODES = 4 * FAULTS_A_RUN;
/** Around a fault, also of those beyond the number planned. */
const LEAST_CALLS = 40;
/** While a fault is on, so many attempts without an answer are enough to see. */
const UNANSWERED_ENOUGH = 6;

export async function recordRun(options: RunOptions): Promise<RecordedRun> {
  const { seed, nodes, dataDir } = options;
  const cluster = await startCluster({
    nodes,
    seed,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
    snapshotEntries: SNAPSHOT_ENTRIES,
    trailingEntries: TRAILING_ENTRIES,
    startTimeoutMs: HEALTHY_TIMEOUT_MS,
    proposalTimeoutMs: HEALTHY_TIMEOUT_MS,
    ...(dataDir === null ? {} : { dataDir, durability: 'os' }),
  });
  try {
    return await withDeadline(`run of seed ${seed}`, RUN_TIMEOUT_MS, exercise(cluster, options));
  } finally {
    await cluster.stop();
  }
}

async function exercise(cluster: Cluster, options: RunOptions): Promise<RecordedRun> {
  const { seed, operations, dataDir, log = () => undefined } = options;
  const random = createRandom(seed);
  const clients = new Clients(cluster, createWorkload(createRandom(seed + 1)), `run-${seed}`);
  await clients.prepare();
  const scene: Scene = {
    cluster,
    random,
    durable: dataDir !== null,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    busy: new Set(),
    leader: null,
  };
  const fired = await doHarm(scene, clients, { operations, log });
  await clients.stop();
  await makeWhole(cluster);
  await clients.conclude();
  const violations = [...clients.violations];
  await withDeadline('equal states', HEALTHY_TIMEOUT_MS, equalState(cluster)).catch((error: unknown) => {
    violations.push(error instanceof Error ? error.message : String(error));
  });
  return { history: clients.history, fired, unknownOutcomes: clients.unknownOutcomes, violations };
}

interface Harm {
  readonly operations: number;
  readonly log: (line: string) => void;
}

/** Faults with calls under way before, during and after each; all calls together are at least as many as asked for. */
export async function doHarm(scene: Scene, clients: Clients, { operations, log }: Harm): Promise<FaultKind[]> {
  const fired: FaultKind[] = [];
  const share = Math.ceil(operations / (2 * FAULTS_A_RUN + 1));
  let left = operations;
  const grant = async (): Promise<void> => {
    const calls = Math.max(Math.min(share, left), LEAST_CALLS);
    left -= calls;
    clients.grant(calls);
    await clients.flow(Math.floor(calls / 3), UNANSWERED_ENOUGH);
  };
  await grant();
  for (let episode = 0; episode < MAX_EPISODES && fired.length < FAULTS_A_RUN; episode += 1) {
    const kinds = drawEpisode(scene);
    const needsHealth = kinds.some((kind) => losesLog(kind, scene.durable));
    if (needsHealth) await makeWhole(scene.cluster);
    await grant();
    const faults: { kind: FaultKind; fault: ActiveFault }[] = [];
    for (const kind of kinds) {
      const fault = await begin(kind, scene).catch((error: unknown) => complain(kind, error, log));
      if (fault !== null) faults.push({ kind, fault });
    }
    await clients.flow(Math.floor(share / 3), UNANSWERED_ENOUGH);
    await holdOn(scene);
    for (const { kind, fault } of faults) {
      const did = await fault.fired();
      if (did) fired.push(kind);
      log(`${kind} ${fault.target}${did ? '' : ': nothing came of it'}`);
    }
    await grant();
    for (const { kind, fault } of faults) await fault.end().catch((error: unknown) => complain(kind, error, log));
    if (needsHealth) await makeWhole(scene.cluster);
  }
  clients.grant(Math.max(0, left));
  return fired;
}

/** One fault, in larger clusters also two on different nodes at once. */
function drawEpisode({ random, durable, cluster }: Scene): FaultKind[] {
  // A change that timed out may have left two: to take a log from one of them would be the end of the cluster.
  const isSmall = cluster.nodeIds.length < 3;
  const kinds = faultKinds(durable).filter((kind) => !isSmall || !(losesLog(kind, durable) || kind === 'removeNode'));
  const draw = (from: readonly FaultKind[]): FaultKind => must(from[drawInteger(random, 0, from.length)], 'a kind');
  const first = draw(kinds);
  if (cluster.nodeIds.length < 5 || !drawChance(random, 0.4)) return [first];
  const second = draw(kinds.filter((kind) => !losesLog(kind, durable) && kind !== 'killAll' && kind !== first));
  return first === 'killAll' || first === 'killMajority' || second === 'killMajority' ? [first] : [first, second];
}

/** For up to two election time-outs, so that some faults are over before anybody has noticed. */
async function holdOn({ random, electionTimeoutMs }: Scene): Promise<void> {
  const lengthMs = Math.max(0, drawInteger(random, -electionTimeoutMs, 2 * electionTimeoutMs));
  const until = performance.now() + lengthMs;
  await eventually(() => performance.now() >= until, 'the end of a fault');
}

/** A cluster may refuse what is asked of it at such a time. */
function complain(kind: FaultKind, error: unknown, log: (line: string) => void): null {
  if (!(error instanceof ClusterError)) throw error;
  log(`${kind}: ${error.code}, ${error.message}`);
  return null;
}

/** Every node up, every link healed, every member a voter. */
export async function makeWhole(cluster: Cluster): Promise<void> {
  await eventually(() => managed(cluster.heal()), 'healed links', HEALTHY_TIMEOUT_MS);
  for (const id of cluster.nodeIds) {
    const node = cluster.node(id);
    const { role, paused } = await node.status();
    if (role === 'stopped') await node.restart({ timeoutMs: HEALTHY_TIMEOUT_MS });
    if (paused) await node.resume();
  }
  await cluster.waitForHealthy({ timeoutMs: HEALTHY_TIMEOUT_MS });
}

/** False where the cluster did not manage it in time: to be asked again. */
async function managed(done: Promise<void>): Promise<boolean> {
  try {
    await done;
    return true;
  } catch (error) {
    if (error instanceof ClusterError && error.retryable) return false;
    throw error;
  }
}
