/**
 * How long do writes stop when the leader is lost? Under load the leader is killed, paused, or cut off from both
 * others; the clock runs from the call that does it to the acknowledgement of the first write issued after it has
 * taken effect. Between rounds the cluster is made whole again, so that each loss is the first.
 */
import { startCluster } from '../src/index.js';
import type { Cluster, MetadataStore } from '../src/index.js';
import { median, quantile, quantity } from './figure.js';
import type { Figure } from './figure.js';

const writers = 16;
const defaultElectionTimeoutMs = 300;
const goals = { killedMs: 100, silentMs: 2.5 * defaultElectionTimeoutMs };
const writesBetweenLosses = 500;
const recoveryTimeoutMs = 30_000;

/** A way to lose the leader, and the way back. */
interface Loss {
  readonly name: string;
  readonly goalMs: number;
  lose(cluster: Cluster, leader: number): Promise<void>;
  restore(cluster: Cluster, leader: number): Promise<void>;
}

const losses: readonly Loss[] = [
  {
    name: 'leader killed',
    goalMs: goals.killedMs,
    lose: (cluster, leader) => cluster.node(leader).kill(),
    restore: (cluster, leader) => cluster.node(leader).restart(),
  },
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
  for (const loss of losses) figures.push(await measureLoss(loss, quick ? 8 : 50));
  return figures;
}

async function measureLoss(loss: Loss, rounds: number): Promise<Figure> {
  await using cluster = await startCluster({ nodes: 3 });
  const store = cluster.store();
  await store.registerBroker({ id: 1, addr: '127.0.0.1:9092' });
  const load = new Load(store);
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
  }
  await load.stop();
  return {
    name: `${loss.name}: next write acknowledged`,
    value: median(gapsMs),
    unit: 'ms',
    goal: { atMost: loss.goalMs },
    note:
      `p99 ${quantity(quantile(gapsMs, 0.99), 'ms')}, most ${quantity(Math.max(...gapsMs), 'ms')}, ${rounds} times; ` +
      `${load.acknowledged.toLocaleString('en-US')} writes, ${load.rejected} rejected`,
  };
}

/**
 * Writers that go on through every failover. A rejected write counts with the time that it took: it never looks like
 * a fast one.
 */
class Load {
  acknowledged = 0;
  rejected = 0;
  readonly #store: MetadataStore;
  readonly #writers: Promise<unknown>;
  #stopped = false;

  constructor(store: MetadataStore) {
    this.#store = store;
    this.#writers = Promise.all(Array.from({ length: writers }, () => this.#writeOn()));
  }

  async write(): Promise<void> {
    try {
      await this.#store.updateBroker(1, { lastHeartbeat: Date.now() });
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

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#writers;
  }

  async #writeOn(): Promise<void> {
    while (!this.#stopped) await this.write();
  }
}
