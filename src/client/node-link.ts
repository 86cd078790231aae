/** One life of a node as the host sees it: its two data ports, and what it last said of its leadership. */
import type { MessagePort } from 'node:worker_threads';
import { receiveMessageOnPort } from 'node:worker_threads';
import type { HostToEngine, ParkedRead, ReadBatch } from '../engine/engine.js';
import type { HostToStore, NodeToHost, StoreToHost } from '../messages.js';
import { buffersToMove } from '../messages.js';
import type { Read, ReadLane, ReadLink } from './reads.js';
import type { SubscriptionLink } from './subscriptions.js';

type Leadership = Extract<NodeToHost, { readonly kind: 'leadership' }>['leadership'];

/** Where writes go: a node that leads, in one opening of its admission. */
export interface Target {
  readonly nodeId: number;
  readonly admission: number;
  post(message: HostToEngine): void;
}

export class NodeLink implements ReadLink, SubscriptionLink {
  attached = true;
  readonly reads: ReadLink['reads'] = { linearizable: new Map(), local: new Map() };
  readonly parked = new Map<string, Read>();
  readonly id: number;
  readonly life: number;
  readonly #nodePort: MessagePort;
  readonly #storePort: MessagePort;
  #leadership: Leadership | null = null;
  /** The same object for as long as the same admission of the same term is open. */
  #target: Target | null = null;

  constructor(id: number, life: number, nodePort: MessagePort, storePort: MessagePort) {
    this.id = id;
    this.life = life;
    this.#nodePort = nodePort;
    this.#storePort = storePort;
  }

  get leads(): boolean {
    return this.#leadership?.role === 'leader';
  }

  get term(): number {
    return this.#leadership?.term ?? 0;
  }

  get committedInTerm(): boolean {
    return this.#leadership?.committedInTerm ?? false;
  }

  learn(leadership: Leadership): void {
    const { term, admission } = leadership;
    const unchanged = this.leads && this.term === term && this.#target?.admission === admission;
    this.#leadership = leadership;
    if (admission === null) {
      this.#target = null;
    } else if (!unchanged) {
      this.#target = {
        nodeId: this.id,
        admission,
        post: (message) => {
          this.#postToNode(message);
        },
      };
    }
  }

  /** Where writes go while this node leads; null: it takes none now. */
  target(): Target | null {
    return this.#target;
  }

  postReads(batch: ReadBatch, { local, toController }: ReadLane): void {
    if (local) this.postToStore({ kind: 'query', batch });
    else this.#postToNode({ kind: 'read', batch, toController });
  }

  forgetReads(reads: readonly ParkedRead[]): void {
    this.#storePort.postMessage({ kind: 'forget', reads } satisfies HostToStore);
  }

  postToStore(message: HostToStore): void {
    this.#storePort.postMessage(message);
  }

  /** Answers that arrived and were not yet handled: closing the port would lose them. */
  *takeRemainingAnswers(): Generator<StoreToHost> {
    for (;;) {
      const received = receiveMessageOnPort(this.#storePort);
      if (received === undefined) return;
      yield received.message as StoreToHost;
    }
  }

  close(): void {
    this.attached = false;
    this.#nodePort.close();
    this.#storePort.close();
  }

  #postToNode(message: HostToEngine): void {
    this.#nodePort.postMessage(message, message.kind === 'propose' ? buffersToMove([message.payloads.data]) : []);
  }
}
