/**
 * One cluster under faults for a long time: rounds of recorded calls, each checked and then forgotten, and what the
 * process holds at the ends. Memory is compared between two moments of rest: once everything has reached its bounds,
 * and at the end.
 */
import { must } from '../../src/assert.js';
import { startCluster, type Cluster } from '../../src/index.js';
import { createRandom } from '../../src/random.js';
import { checkCertificate, type Position } from '../linearizability/certificate.js';
import { Clients } from '../linearizability/clients.js';
import { metadataModel } from '../linearizability/metadata-model.js';
import type { Scene } from '../linearizability/nemesis.js';
import { doHarm, makeWhole } from '../linearizability/run.js';
import { createWorkload, type Workload } from '../linearizability/workload.js';
import { equalState } from '../support/clusters.js';
import { eventually } from '../support/deadline.js';
import { heldBytes } from '../support/memory.js';
import { countOpenHandles, countWorkerThreads, workerHeapBytes } from '../support/threads.js';

const NODES = 3;
const ROUND_CALLS = 30_000;
const ELECTION_TIMEOUT_MS = 150;
const HEARTBEAT_INTERVAL_MS = 30;
/** For what is asked of a node between the rounds: none is expected to take so long. */
const PATIENCE_MS = 30_000;
/** Of the time, before the first reading. */
const WARM_UP = 1 / 6;

interface Holding {
  readonly threads: number;
  readonly handles: number | undefined;
  /** Timers, ports and all else that keeps a process alive. */
  readonly resources: number;
}

export interface SoakReport {
  readonly commands: number;
  readonly rounds: number;
  readonly faults: number;
  readonly problems: readonly string[];
  readonly early: Memory;
  readonly late: Memory;
  /** Of the process, before the cluster was started and once it was stopped. */
  readonly before: Holding;
  readonly after: Holding;
}

export interface SoakOptions {
  readonly durationMs: number;
  readonly dataDir: string;
  readonly seed: number;
  readonly progress: (line: string) => void;
}

export async function soak({ durationMs, dataDir, seed, progress }: SoakOptions): Promise<SoakReport> {
  // Whatever the first line opens is no handle of the cluster's.
  progress('soak: begins');
  await heldBytes();
  const before = holding();
  const startedAt = performance.now();
  const elapsed = (): number => (performance.now() - startedAt) / durationMs;
  const cluster = await startCluster({
    nodes: NODES,
    dataDir,
    durability: 'os',
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
    proposalTimeoutMs: PATIENCE_MS,
    seed,
  });
  const scene: Scene = {
    cluster,
    random: createRandom(seed),
    durable: true,
    electionTimeoutMs: ELECTION_TIMEOUT_MS,
    busy: new Set(),
    leader: null,
  };
  const workload = createWorkload(createRandom(seed + 1));
  const problems: string[] = [];
  let position: Position<string> = { states: new Map(), changes: 0 };
  let commands = 0;
  let faults = 0;
  let rounds = 0;
  let early: Memory | null = null;
  try {
    while (rounds === 0 || (elapsed() < 1 && problems.length === 0)) {
      const round = await runRound(scene, workload, `soak-${seed}-${rounds}`, position);
      position = round.end;
      problems.push(...round.problems);
      commands += round.commands;
      faults += round.faults;
      rounds += 1;
      progress(
        `soak: ${Math.floor(elapsed() * 100)} %, ${commands.toLocaleString('en-US')} commands, ${faults} faults`,
      );
      if (early === null && elapsed() >= WARM_UP) early = await memory();
    }
    const late = await memory();
    await cluster.stop();
    await settleDown(before);
    return { commands, rounds, faults, problems, early: early ?? late, late, before, after: holding() };
  } finally {
    await cluster.stop();
  }
}

interface Round {
  readonly commands: number;
  readonly faults: number;
  readonly problems: string[];
  readonly end: Position<string>;
}

/** Its history is garbage once it has ended. */
async function runRound(scene: Scene, workload: Workload, name: string, start: Position<string>): Promise<Round> {
  const clients = new Clients(scene.cluster, workload, name);
  if (start.states.size === 0) await clients.prepare();
  const fired = await doHarm(scene, clients, { operations: ROUND_CALLS, log: () => undefined });
  await clients.stop();
  await makeWhole(scene.cluster);
  await restoreSize(scene.cluster);
  await clients.conclude();
  await equalState(scene.cluster);
  const { verdict, end } = checkCertificate(clients.history, metadataModel, start);
  const problems = [...clients.violations];
  if (verdict.kind !== 'legal') problems.push(`${name}: ${verdict.kind}, ${verdict.reason}`);
  return { commands: clients.settled, faults: fired.length, problems, end };
}

/** Changes of membership that timed out have left more or fewer nodes. */
async function restoreSize(cluster: Cluster): Promise<void> {
  while (cluster.nodeIds.length < NODES) await cluster.addNode({ timeoutMs: PATIENCE_MS });
  while (cluster.nodeIds.length > NODES) {
    await cluster.removeNode(must(cluster.nodeIds.at(-1), 'a node'), { timeoutMs: PATIENCE_MS });
  }
}

interface Memory {
  /** Of this thread, after a forced collection. */
  readonly heapBytes: number;
  /** Of all other threads together, with what garbage there happens to be. */
  readonly workerBytes: number;
}

async function memory(): Promise<Memory> {
  return { heapBytes: await heldBytes(), workerBytes: workerHeapBytes() };
}

/** An ended thread's own handles are closed a little after it. What is held for good shows in the report. */
async function settleDown(before: Holding): Promise<void> {
  // Not of timers and the like: waiting is one itself.
  const settled = (): boolean => countWorkerThreads() === before.threads && countOpenHandles() === before.handles;
  await eventually(settled, 'the end of all threads', PATIENCE_MS).catch(() => undefined);
}

function holding(): Holding {
  return {
    threads: countWorkerThreads(),
    handles: countOpenHandles(),
    // Standard output and the like are wraps of streams.
    resources: process.getActiveResourcesInfo().filter((name) => !name.endsWith('Wrap')).length,
  };
}
