/** What tests of stores in etcd share: several processes on one prefix, and what must hold of them. */
import { randomUUID } from 'node:crypto';
import type { Test } from 'uvu';
import * as assert from 'uvu/assert';
import type { ConnectOptions, EtcdStatus } from '../../src/index.js';
import { must } from '../../src/assert.js';
import { registerBrokers } from './clusters.js';
import { eventually, withDeadline } from './deadline.js';
import { etcdProgram, startEtcdCluster, type EtcdCluster, type EtcdSettings } from './etcd-cluster.js';
import { StoreProcess } from './store-process.js';
import type { Watched } from './store-messages.js';

const BROKERS = 3;

type Processes = readonly [StoreProcess, StoreProcess, ...StoreProcess[]];

interface Given extends Partial<ConnectOptions> {
  /** Three, or at least two. */
  processes?: number;
  deadlineMs?: number;
}

type TestOnEtcd = (name: string, body: (etcd: EtcdCluster) => Promise<void>) => void;

/** Tests that share one cluster, each under a prefix of its own; where there is no etcd they are skipped. */
export function onEtcd(test: Test, what: string, given: EtcdSettings = {}): TestOnEtcd {
  const program = etcdProgram(what);
  let etcd: EtcdCluster | undefined;
  test.before(async () => {
    if (program !== null) etcd = await startEtcdCluster(program, given);
  });
  test.after(async () => {
    await etcd?.[Symbol.asyncDispose]();
  });
  return (name, body) => {
    if (program === null) test.skip(name);
    else test(name, () => withAllMembers(must(etcd, 'started before'), body));
  };
}

/** What one test has killed is there again for the next. */
async function withAllMembers(etcd: EtcdCluster, body: (etcd: EtcdCluster) => Promise<void>): Promise<void> {
  try {
    await body(etcd);
  } finally {
    await Promise.all(etcd.members.filter(({ running }) => !running).map((member) => member.start()));
  }
}

/** Each process begins at another endpoint, so that all members of etcd are in use. */
export function optionsAt(etcd: EtcdCluster, place: number, options: Partial<ConnectOptions>): ConnectOptions {
  const endpoints = etcd.endpoints.map((_, offset) => etcd.endpoints[(place + offset) % etcd.endpoints.length] ?? '');
  return { engine: 'etcd', prefix: '/test', controllerTimeoutMs: 1_000, endpoints, ...options };
}

/** Runs a test body on processes of its own, which are killed whatever happens; there are brokers. */
export async function withStores(
  etcd: EtcdCluster,
  prefix: string,
  { processes = 3, deadlineMs = 60_000, ...options }: Given,
  body: (processes: Processes) => Promise<void>,
): Promise<void> {
  const opened: StoreProcess[] = [];
  try {
    const open = async (place: number): Promise<void> => {
      opened[place] = await StoreProcess.open(`process ${place}`, optionsAt(etcd, place, { prefix, ...options }));
    };
    await Promise.all(Array.from({ length: processes }, (_, place) => open(place)));
    await registerBrokers(must(opened[0], 'a process').store, BROKERS);
    await withDeadline(prefix, deadlineMs, body(opened as unknown as Processes));
  } finally {
    await Promise.all(opened.map((process) => process.kill()));
  }
}

/** Waits until all have applied the same, which must be the same state. Answers its hash. */
export async function equalStores(processes: readonly StoreProcess[]): Promise<string> {
  const dumps = await eventually(async () => {
    // A linearizable read each: nothing is left that one of them has not heard of.
    await Promise.all(processes.map(({ store }) => store.health()));
    const all = await Promise.all(processes.map(({ store }) => store.dump({ state: false })));
    return all.every(({ appliedIndex }) => appliedIndex === all[0]?.appliedIndex) && all;
  }, 'all processes to have applied the same');
  const [first] = must(dumps || undefined, 'found above');
  for (const { stateHash } of dumps || []) assert.is(stateHash, first?.stateHash);
  return must(first, 'a process').stateHash;
}

export function clientsOf(process: StoreProcess, count: number): string[] {
  return Array.from({ length: count }, (_, client) => `${process.name.replace(' ', '-')}.client-${client}`);
}

/**
 * What these clients have written is there, each write once. `unfinished`: their process was killed, so the last write
 * of each may be there though nobody was told.
 */
export async function checkWrites(
  reader: StoreProcess,
  writer: StoreProcess,
  { clients, unfinished = false }: { clients: readonly string[]; unfinished?: boolean },
): Promise<void> {
  const { topics, partitions } = await reader.store.metadata();
  const names = Object.keys(topics);
  for (const client of clients) {
    const told = writer.acknowledged.filter((one) => one.client === client).length;
    const found = names.filter((name) => name.startsWith(`${client}.`)).length;
    const { leaderEpoch = 1, partitionEpoch = 0 } = partitions[`${client}:0`] ?? {};
    const counts = [found, leaderEpoch - 1, partitionEpoch];
    const least = [told, told, told];
    if (!unfinished) assert.equal(counts, least, client);
    assert.ok(found - told <= 1 && found >= told, `${client}: ${found} topics, ${told} acknowledged`);
    assert.ok(partitionEpoch === leaderEpoch - 1 && partitionEpoch >= told && partitionEpoch <= found, client);
    for (let step = 1; step <= told; step += 1) assert.ok(`${client}.${step}` in topics, `${client}.${step}`);
  }
}

/** A change behind all that was written before. Answers its index. */
export async function writeMark({ store }: StoreProcess): Promise<number> {
  const data = { name: `mark-${randomUUID()}`, partitions: 1, replicationFactor: 1, assignment: 'none' };
  return (await store.propose({ type: 'create_topic', data })).index;
}

/** Once this process was told of that change, or its watch has ended. */
export async function watchedUpTo(process: StoreProcess, index: number): Promise<Watched> {
  const watched = await eventually(async () => {
    const now = await process.watched();
    return now.end !== null || (now.changes.at(-1)?.index ?? 0) >= index ? now : null;
  }, `${process.name} to be told of entry ${index}`);
  return must(watched ?? undefined, 'found above');
}

/** All watch from the beginning and are told the same, index by index. Answers what they were told. */
export async function equalWatches(processes: readonly StoreProcess[]): Promise<Watched['changes']> {
  const mark = await writeMark(must(processes[0], 'a process'));
  const all = await Promise.all(processes.map((process) => watchedUpTo(process, mark)));
  const [first, ...others] = all.map(({ changes, end }) => {
    assert.is(end, null);
    return changes;
  });
  for (const other of others) assert.equal(other, first);
  const indexes = must(first, 'a watch').map(({ index }) => index);
  assert.equal(
    indexes,
    [...new Set(indexes)].sort((a, b) => a - b),
  );
  return must(first, 'a watch');
}

/** Which of them is the controller, once exactly one is. */
export async function controllerOf(processes: readonly StoreProcess[]): Promise<StoreProcess> {
  const found = await eventually(async () => {
    const all = await Promise.all(processes.map(({ store }) => store.status()));
    const writer = all[0]?.controller ?? null;
    if (writer === null || all.some(({ controller }) => controller !== writer)) return null;
    return processes[all.findIndex((status: EtcdStatus) => status.writer === writer)];
  }, 'a process to be the controller');
  return must(found ?? undefined, 'found above');
}
