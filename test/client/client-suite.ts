/** What every client test starts with: a router, fake nodes that end with the test, and writes of short texts. */
import * as assert from 'uvu/assert';
import { createMetadataStore } from '../../src/client/routed-store.js';
import type { MetadataStore } from '../../src/client/metadata-store.js';
import type { CallOptions, ReadOptions } from '../../src/client/options.js';
import { createProposer } from '../../src/client/proposer.js';
import { Router } from '../../src/client/router.js';
import type { ErrorCode } from '../../src/errors.js';
import { ClusterError } from '../../src/errors.js';
import { createRandom } from '../../src/random.js';
import { createMetadataMachine } from '../../src/metadata/metadata-state-machine.js';
import { createReplicatedState } from '../../src/state-machine/exactly-once.js';
import { withDeadline } from '../support/deadline.js';
import { FakeNode } from './fake-node.js';

const settleDeadlineMs = 10_000;

export class Bench {
  /** Calls without a deadline of their own outlast a test, so that none passes by a deadline it did not mean. */
  readonly router = new Router({ proposalTimeoutMs: 10 * settleDeadlineMs, random: createRandom(1) });
  readonly #nodes: FakeNode[] = [];
  readonly #proposer = createProposer(this.router);

  node(id: number, life = 1): FakeNode {
    const node = new FakeNode(this.router, id, life);
    this.#nodes.push(node);
    return node;
  }

  write(text: string, options?: CallOptions): Promise<{ index: number; result: unknown }> {
    const outcome = this.#proposer.propose(Buffer.from(text), options);
    // Its rejection may be looked at later than it happens.
    outcome.catch(() => undefined);
    return outcome;
  }

  read(text: string, options?: ReadOptions): Promise<unknown> {
    const outcome = this.#proposer.query(Buffer.from(text), options);
    outcome.catch(() => undefined);
    return outcome;
  }

  store(options: { node?: number } = {}): MetadataStore {
    return createMetadataStore(this.router, options);
  }

  end(): void {
    this.router.stop();
    for (const node of this.#nodes) node.close();
  }
}

/** Runs with a bench of its own, which is ended whatever happens. */
export function withBench(test: (bench: Bench) => Promise<void>): () => Promise<void> {
  return async () => {
    const bench = new Bench();
    try {
      await test(bench);
    } finally {
      bench.end();
    }
  };
}

/** Node 1 leads, with the metadata machine. */
export async function ledNode(bench: Bench): Promise<FakeNode> {
  const node = bench.node(1);
  node.state = createReplicatedState(createMetadataMachine(), { voters: [], learners: [] });
  await node.lead(1);
  return node;
}

/** Of such a node, with three brokers. */
export async function storeWithBrokers(bench: Bench): Promise<MetadataStore> {
  await ledNode(bench);
  const store = bench.store();
  await Promise.all([1, 2, 3].map((id) => store.registerBroker({ id, addr: `host-${id}:9092`, rack: `r${id}` })));
  return store;
}

/** The ClusterError that the call rejects with, which must have this code. */
export async function rejection(call: Promise<unknown>, code: ErrorCode): Promise<ClusterError> {
  try {
    await withDeadline(`a call that ends with ${code}`, settleDeadlineMs, call);
  } catch (error) {
    assert.instance(error, ClusterError);
    assert.is((error as ClusterError).code, code, (error as ClusterError).message);
    return error as ClusterError;
  }
  throw new Error(`resolved, where ${code} was due`);
}
