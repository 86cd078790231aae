/**
 * How long do writes stop when the leader is lost? Under load the leader is killed, paused, or cut off from both
 * others; the clock runs from the call that does it to the acknowledgement of the first write issued after it has
 * taken effect. Between rounds the cluster is made whole again, so that each loss is the first.
 */
import { setTimeout } from 'node:timers/promises';
import { startCluster } from '../src/index.js';
import type { Cluster, MetadataStore } from '../src/index.js';
import { median, quantile, quantity } from './figure.js';
import type { Figure } from './figure.js';

const defaultWriters = 16;
export const defaultElectionTimeoutMs = 300;
/** Issue (5). */
const goals = { killedMs: 25, killedP99Ms: 150, silentMs: 1.5 * defaultElectionTimeoutMs };
const writesBetweenLosses = 500;
const recoveryTimeoutMs = 30_000;
const writeTimeoutMs = 5_000;

/** A way to lose the leader, and the way back. */
export interface Loss {
  readonly name: string;
  readonly goalMs: number;
  lose(cluster: Cluster, leader: number): Promise<void>;
  restore(cluster: Cluster, leader: number): Promise<void>;
}

export const leaderKilled: Loss = {
  name: 'leader killed',
  goalMs: goals.killedMs,
  lose: (cluster, leader) => cluster.node(leader).kill(),
  restore: (cluster, leader) => cluster.node(leader).restart(),
};

const losses: readonly Loss[] = [
  leaderKilled,
  {
    name: 'leader paused',
    goalMs: goals.silentMs,
    lose: (cluster, leader) => cluster.node(leader).pause(),
    restore: (cluster, leader) => cluster.node(leader).resume(),
  },
  {
    name: 'all links of the leader cut',
    goalMs: goals.silentMs,
    lose: (cluster, leader) => cluster.partition([[leader], cluster.nodeIds.filter((id) => id !== leader)]),
    restore: (cluster) => cluster.heal(),
  },
];

export async function measureFailover({ quick }: { readonly quick: boolean }): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const loss of losses) {
    const isKill = loss === leaderKilled;
    figures.push(...(await measureLoss(loss, quick ? (isKill ? 9 : 5) : isKill ? 100 : 15)));
  }
  return figures;
}

async function measureLoss(loss: Loss, rounds: number): Promise<Figure[]> {
  const { gapsMs, acknowledged, rejected } = await loseLeaders(loss, rounds);
  const name = `failover, ${loss.name}: next write acknowledged`;
  const writes = `${acknowledged.toLocaleString('en-US')} writes, ${rejected} rejected`;
  const p99Ms = quantile(gapsMs, 0.99);
  const note = `p99 ${quantity(p99Ms, 'ms')}; ${writes}`;
  const figure: Figure = {
    name: `${name}, median`,
    value: median(gapsMs),
    unit: 'ms',
    repeats: gapsMs,
    goal: { atMost: loss.goalMs },
    note,
  };
  if (loss !== leaderKilled) return [figure];
  const goal = { atMost: goals.killedP99Ms };
  return [figure, { name: `${name}, p99`, value: p99Ms, unit: 'ms', goal, note: `of ${rounds}` }];
}

export interface LossReport {
  /** From each loss to the acknowledgement of the next write. */
  readonly gapsMs: readonly number[];
  readonly acknowledged: number;
  readonly rejected: number;
  /** Writes that had no outcome when every deadline had passed. */
  readonly unsettled: number;
}

export interface LossOptions {
  readonly writers?: number;
  /** Hears after each. */
  readonly onLoss?: () => void;
}

/** So many times in a row. */
export async function loseLeaders(loss: Loss, rounds: number, options: LossOptions = {}): Promise<LossReport> {
  await using cluster = await startCluster({ nodes: 3, electionTimeoutMs: defaultElectionTimeoutMs });
  const store = cluster.store();
  await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
  const load = new Load(store, options.writers ?? defaultWriters);
  const gapsMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    await load.flow();
    const leader = await cluster.waitForLeader();
    const lostAt = performance.now();
    await loss.lose(cluster, leader.id);
    await load.write();
    gapsMs.push(performance.now() - lostAt);
    await loss.restore(cluster, leader.id);
    await cluster.waitForHealthy({ timeoutMs: recoveryTimeoutMs });
    options.onLoss?.();
  }
  await load.stop();
  return { gapsMs, acknowledged: load.acknowledged, rejected: load.rejected, unsettled: load.unsettled };
}

/**
 * Writers that go on through every failover. A rejected write counts with the time that it took: it never looks like
 * a fast one.
 */
class Load {
  acknowledged = 0;
  rejected = 0;
  #issued = 0;
  readonly #store: MetadataStore;
  readonly #writers: Promise<unknown>;
  #stopped = false;

  constructor(store: MetadataStore, writers: number) {
    this.#store = store;
    this.#writers = Promise.all(Array.from({ length: writers }, () => this.#writeOn()));
  }

  get unsettled(): number {
    return this.#issued - this.acknowledged - this.rejected;
  }

  async write(): Promise<void> {
    this.#issued += 1;
    try {
      await this.#store.updateBroker(1, { lastHeartbeat: Date.now() }, { timeoutMs: writeTimeoutMs });
      this.acknowledged += 1;
    } catch {
      this.rejected += 1;
    }
  }

  /** Waits until writes flow again: a loss right after the last would find no load. */
  async flow(): Promise<void> {
    const flowing = this.acknowledged + writesBetweenLosses;
    while (this.acknowledged < flowing) await this.write();
  }

  /** Every write settles by its deadline; one that does not is left, and counted. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.race([this.#writers, setTimeout(2 * writeTimeoutMs, null, { ref: false })]);
  }

  async #writeOn(): Promise<void> {
    while (!this.#stopped) await this.write();
  }
}
