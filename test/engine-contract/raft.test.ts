/** The contract of an engine, kept by the embedded one: raft-nodes in threads, as a cluster's host starts them. */
import { randomUUID } from 'node:crypto';
import { MessageChannel } from 'node:worker_threads';
import { must } from '../../src/assert.js';
import { PROTOCOL_VERSION, type Hello, type RaftNodeControl, type TransportLinkControl } from '../../src/messages.js';
import { defaultRaftLimits } from '../../src/raft/limits.js';
import type { Configuration } from '../../src/raft/messages.js';
import type { RaftStatus } from '../../src/raft/status.js';
import { createActorSystem, nextLife, type Actor } from '../../src/runtime/actor-system.js';
import { eventually } from '../support/deadline.js';
import { engineContract } from './contract.js';
import { type Ground, type RunningEngine, TRAILING_ENTRIES } from './ground.js';

const THREADS = 3;
const TIMEOUT_MS = 5_000;
const ELECTION_TIMEOUT_MS = 150;
const HEARTBEAT_INTERVAL_MS = 30;

interface Node extends RunningEngine {
  readonly hello: Hello;
  readonly actor: Actor<RaftNodeControl>;
}

/** One voter; a second one only learns, until the first is to depend on it. */
class RaftGround implements Ground {
  readonly #clusterId = randomUUID();
  readonly #system = createActorSystem(THREADS, null);
  readonly #nodes: Node[] = [];

  async first(): Promise<RunningEngine> {
    const node = this.#start(1, (hello) => ({ voters: [hello.member], learners: [] }));
    await node.actor.call('campaign', [], TIMEOUT_MS);
    return node;
  }

  async another(): Promise<RunningEngine> {
    const first = this.#node(0);
    const node = this.#start(2, () => ({ voters: [], learners: [] }));
    await this.#link(first, node);
    await this.#change({ kind: 'addLearner', member: node.hello.member });
    return node;
  }

  async lastIndex(): Promise<number> {
    return (await this.#status()).lastLogIndex;
  }

  async trimmed(): Promise<boolean> {
    return (await this.#status()).firstLogIndex > 1;
  }

  /** Of two voters one has gone. */
  async isolate(): Promise<void> {
    await this.another();
    const other = this.#node(1);
    await this.#change({ kind: 'promote', member: other.hello.member });
    await other.actor.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#system.close();
  }

  #node(place: number): Node {
    return must(this.#nodes[place], 'a node that was started');
  }

  #status(): Promise<RaftStatus> {
    return this.#node(0).actor.call('status', [], TIMEOUT_MS);
  }

  #start(id: number, bootstrap: (hello: Hello) => Configuration): Node {
    const member = { id, incarnation: randomUUID() };
    const hello = { clusterId: this.#clusterId, protocolVersion: PROTOCOL_VERSION, member, life: nextLife() };
    const [host, store] = [new MessageChannel(), new MessageChannel()];
    const actor = this.#system.spawn<RaftNodeControl>({
      kind: 'raft-node',
      life: hello.life,
      labels: { node: id },
      config: {
        hello,
        files: null,
        bootstrap: bootstrap(hello),
        limits: { ...defaultRaftLimits, trailingEntries: TRAILING_ENTRIES },
        electionTimeoutMs: ELECTION_TIMEOUT_MS,
        heartbeatIntervalMs: HEARTBEAT_INTERVAL_MS,
        seed: id,
      },
      ports: { host: host.port2, store: store.port2 },
    });
    const node = { hello, actor, host: host.port1, store: store.port1 };
    this.#nodes.push(node);
    return node;
  }

  async #link(...ends: readonly [Node, Node]): Promise<void> {
    const link = this.#system.spawn<TransportLinkControl>({
      kind: 'transport-link',
      life: nextLife(),
      labels: {},
      config: { ends: ends.map(({ hello }) => hello.member.id), seed: 1 },
      ports: {},
    });
    for (const [place, { actor, hello }] of ends.entries()) {
      const { port1, port2 } = new MessageChannel();
      await link.call('attach', [hello, port1], TIMEOUT_MS);
      const peer = must(ends[1 - place], 'two ends').hello.member.id;
      await actor.call('attachLink', [peer, port2], TIMEOUT_MS);
    }
  }

  /** Refused at first: there is no leader yet, or the learner has not caught up. */
  async #change(change: Parameters<RaftNodeControl['changeMembership']>[0]): Promise<void> {
    const { actor } = this.#node(0);
    await eventually(
      async () => (await actor.call('changeMembership', [change], TIMEOUT_MS)) === null,
      `${change.kind} is done`,
    );
  }
}

const contract = engineContract('embedded Raft', { open: () => Promise.resolve(new RaftGround()) });
contract.run();
