/** The contract of an engine, kept by the log in etcd: its actors over a real etcd of one member. */
import { randomUUID } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import type { EtcdLogControl, EtcdLogConfigMessage } from '../../src/engine/etcd-messages.js';
import { createActorSystem, nextLife, type Actor } from '../../src/runtime/actor-system.js';
import { etcdProgram, startEtcdCluster, type EtcdCluster } from '../support/etcd-cluster.js';
import { engineContract } from './contract.js';
import { type Ground, type RunningEngine, TRAILING_ENTRIES } from './ground.js';

const THREADS = 2;
const TIMEOUT_MS = 5_000;
const CONTROLLER_TIMEOUT_MS = 500;

/** A prefix of its own. */
class EtcdGround implements Ground {
  readonly #cluster: EtcdCluster;
  readonly #prefix = `/contract/${randomUUID()}/`;
  readonly #system = createActorSystem(THREADS, null);
  #first: Actor<EtcdLogControl> | null = null;

  constructor(cluster: EtcdCluster) {
    this.#cluster = cluster;
  }

  first(): Promise<RunningEngine> {
    return this.another();
  }

  another(): Promise<RunningEngine> {
    const [host, store] = [new MessageChannel(), new MessageChannel()];
    const log = { writer: randomUUID(), controllerTimeoutMs: CONTROLLER_TIMEOUT_MS, trailingEntries: TRAILING_ENTRIES };
    const nobody = { username: null, password: null, caFile: null, certFile: null, keyFile: null };
    const access = { endpoints: this.#cluster.endpoints, prefix: this.#prefix, ...nobody };
    const actor = this.#system.spawn<EtcdLogControl>({
      kind: 'etcd-log',
      life: nextLife(),
      labels: {},
      config: { access, log } satisfies EtcdLogConfigMessage,
      ports: { host: host.port2, store: store.port2 },
    });
    this.#first ??= actor;
    return Promise.resolve({ actor, host: host.port1, store: store.port1 });
  }

  async lastIndex(): Promise<number> {
    return (await this.#status()).head.index;
  }

  /** By the transaction that names the snapshot. */
  async trimmed(): Promise<boolean> {
    return (await this.#status()).snapshotIndex > TRAILING_ENTRIES;
  }

  async isolate(): Promise<void> {
    await Promise.all(this.#cluster.members.map((member) => member.kill()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.close();
    for (const member of this.#cluster.members) if (!member.running) await member.start();
  }

  #status(): Promise<ReturnType<EtcdLogControl['status']>> {
    return must(this.#first, 'an engine').call('status', [], TIMEOUT_MS);
  }
}

const program = etcdProgram('the contract of an engine on etcd');
let cluster: EtcdCluster | null = null;

const contract = engineContract('a log in etcd', {
  isAbsent: program === null,
  async before() {
    if (program !== null) cluster = await startEtcdCluster(program, { size: 1 });
  },
  open: () => Promise.resolve(new EtcdGround(must(cluster, 'started before'))),
  async after() {
    await cluster?.[Symbol.asyncDispose]();
  },
});
contract.run();
