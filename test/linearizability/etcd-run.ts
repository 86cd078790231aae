/**
 * One run on a real etcd: clients of several processes, a nemesis that kills etcd's members and closes stores, and at
 * the end every check there is, as in a run on a cluster's threads.
 */
import { must } from '../../src/assert.js';
import { createRandom, drawInteger, type Random } from '../../src/random.js';
import { withDeadline } from '../support/deadline.js';
import type { EtcdCluster, EtcdMember } from '../support/etcd-cluster.js';
import { Clients } from './clients.js';
import { EtcdProcesses } from './etcd-processes.js';
import { examine, type Examination } from './examine.js';
import type { HistoryOperation } from './history.js';
import { metadataModel, type MetadataCall } from './metadata-model.js';
import { createWorkload } from './workload.js';

export interface EtcdRunOptions {
  readonly seed: number;
  readonly operations: number;
  readonly processes: number;
  readonly readsAre: 'linearizable' | 'local';
}

export interface EtcdRun {
  readonly history: readonly HistoryOperation<MetadataCall>[];
  readonly faults: readonly string[];
  readonly unknownOutcomes: number;
  readonly examination: Examination<string>;
  /** One line for each thing that is wrong. */
  readonly problems: readonly string[];
}

const RUN_TIMEOUT_MS = 100_000;
/** While a fault is on, so many attempts without an answer are enough to see. */
const UNANSWERED_ENOUGH = 12;

interface Scene {
  readonly etcd: EtcdCluster;
  readonly processes: EtcdProcesses;
  readonly random: Random;
}

/** Ends it. */
type Fault = (scene: Scene) => Promise<() => Promise<unknown>>;

const FAULTS: Readonly<Record<string, Fault>> = {
  leaderKilled: async ({ etcd }) => kill([await etcd.leader()]),
  memberKilled: ({ etcd, random }) => kill([drawn(etcd.members, random)]),
  majorityKilled: ({ etcd }) => kill(etcd.members.slice(1)),
  allKilled: ({ etcd }) => kill(etcd.members),
  storeClosed: ({ processes, random }) => close(processes, drawn(processes.nodeIds, random)),
  controllerClosed: async ({ processes, random }) =>
    close(processes, (await processes.controller()) ?? drawn(processes.nodeIds, random)),
};

export async function recordEtcdRun(etcd: EtcdCluster, options: EtcdRunOptions): Promise<EtcdRun> {
  const { seed, processes: count, readsAre } = options;
  const { endpoints } = etcd;
  const prefix = `/run-${seed}-${readsAre}`;
  await using processes = await EtcdProcesses.open({ endpoints, prefix, processes: count, readsAre });
  return await withDeadline(`run of seed ${seed}`, RUN_TIMEOUT_MS, exercise({ etcd, processes, options }));
}

async function exercise({
  etcd,
  processes,
  options,
}: {
  etcd: EtcdCluster;
  processes: EtcdProcesses;
  options: EtcdRunOptions;
}): Promise<EtcdRun> {
  const { seed, operations } = options;
  const clients = new Clients(processes, createWorkload(createRandom(seed + 1)), `run-${seed}`);
  await clients.prepare();
  const faults = Object.entries(FAULTS);
  const share = Math.ceil(operations / (2 * faults.length));
  const scene = { etcd, processes, random: createRandom(seed) };
  for (const [, fault] of shuffled(faults, scene.random)) {
    clients.grant(share);
    await clients.flow(Math.floor(share / 3), UNANSWERED_ENOUGH);
    const end = await fault(scene);
    clients.grant(share);
    await clients.flow(Math.floor(share / 2), UNANSWERED_ENOUGH);
    await end();
  }
  await clients.stop();
  await clients.conclude();
  const violations = [...clients.violations];
  await processes.equalState().catch((error: unknown) => {
    violations.push(error instanceof Error ? error.message : String(error));
  });
  const { history, unknownOutcomes } = clients;
  const examination = examine(history, metadataModel);
  const problems = [...examination.objections, ...violations, ...examination.missed];
  return { history, faults: faults.map(([name]) => name), unknownOutcomes, examination, problems };
}

async function kill(members: readonly EtcdMember[]): Promise<() => Promise<unknown>> {
  await Promise.all(members.map((member) => member.kill()));
  return () => Promise.all(members.map((member) => member.start()));
}

async function close(processes: EtcdProcesses, id: number): Promise<() => Promise<unknown>> {
  await processes.close(id);
  return () => processes.reopen(id);
}

function drawn<Item>(items: readonly Item[], random: Random): Item {
  return must(items[drawInteger(random, 0, items.length)], 'within the list');
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const left = [...items];
  return items.map(() => must(left.splice(drawInteger(random, 0, left.length), 1)[0], 'one is left'));
}
