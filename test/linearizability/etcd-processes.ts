/**
 * Stores on one prefix of a real etcd, each as a process of its own would have it: what clients ask in place of a
 * cluster's nodes. One that is closed refuses until it is opened again.
 */
import { must } from '../../src/assert.js';
import { ClusterError, connectStore, type ConnectedStore } from '../../src/index.js';
import { eventually } from '../support/deadline.js';
import type { AskedStore } from './attempt.js';
import type { AskedNodes } from './clients.js';

const CONTROLLER_TIMEOUT_MS = 400;
const SNAPSHOT_ENTRIES = 300;
const TRAILING_ENTRIES = 50;
const PATIENCE_MS = 30_000;

export interface EtcdProcessesOptions {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly processes: number;
  /** What reads are made to be, whatever they say they are. */
  readonly readsAre: 'linearizable' | 'local';
}

export class EtcdProcesses implements AskedNodes, AsyncDisposable {
  readonly nodeIds: readonly number[];
  readonly #options: EtcdProcessesOptions;
  readonly #stores = new Map<number, ConnectedStore>();

  static async open(options: EtcdProcessesOptions): Promise<EtcdProcesses> {
    const processes = new EtcdProcesses(options);
    await Promise.all(processes.nodeIds.map((id) => processes.reopen(id)));
    return processes;
  }

  private constructor(options: EtcdProcessesOptions) {
    this.#options = options;
    this.nodeIds = Array.from({ length: options.processes }, (_, place) => place + 1);
  }

  /** Without a node: any that is open. */
  store(options?: { node: number }): AskedStore {
    const { readsAre } = this.#options;
    const asked = (): ConnectedStore => {
      const [any] = this.#stores.values();
      const store = options === undefined ? any : this.#stores.get(options.node);
      if (store === undefined) throw new ClusterError('Stopped', 'it is closed');
      return store;
    };
    return {
      propose: async (operation, given) => asked().propose(operation, given),
      query: async (query, given) => asked().query(query, { ...given, consistency: readsAre }),
      close: () => Promise.resolve(),
    };
  }

  async close(id: number): Promise<void> {
    const store = this.#stores.get(id);
    this.#stores.delete(id);
    await store?.close();
  }

  async reopen(id: number): Promise<void> {
    const { endpoints, prefix } = this.#options;
    const store = await connectStore({
      engine: 'etcd',
      endpoints,
      prefix,
      startTimeoutMs: PATIENCE_MS,
      proposalTimeoutMs: PATIENCE_MS,
      controllerTimeoutMs: CONTROLLER_TIMEOUT_MS,
      snapshotEntries: SNAPSHOT_ENTRIES,
      trailingEntries: TRAILING_ENTRIES,
    });
    this.#stores.set(id, store);
  }

  /** Where the present controller is; null: nobody knows. */
  async controller(): Promise<number | null> {
    for (const [id, store] of this.#stores) {
      const { writer, controller } = await store.status();
      if (writer === controller) return id;
    }
    return null;
  }

  /** Of all once they have applied the same; rejects where states differ at one index. */
  async equalState(): Promise<void> {
    await eventually(
      async () => {
        const dumps = await Promise.all([...this.#stores.values()].map((store) => store.dump({ state: false })));
        const first = must(dumps[0], 'a store');
        if (!dumps.every(({ appliedIndex }) => appliedIndex === first.appliedIndex)) return false;
        if (dumps.every(({ stateHash }) => stateHash === first.stateHash)) return true;
        throw new Error(`states differ at index ${first.appliedIndex}`);
      },
      'equal states',
      PATIENCE_MS,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodeIds.map((id) => this.close(id)));
  }
}
