/**
 * The thread of one node's metadata store: applies what its raft-node commits, answers writes and reads straight to
 * the host, and holds snapshots. The state machine and the exactly-once table are pure (`src/metadata`,
 * `src/state-machine`).
 */
import type { MessagePort } from 'node:worker_threads';
import type {
  HostToStore,
  MetadataStoreConfig,
  MetadataStoreControl,
  NodeToStore,
  Read,
  ReadReply,
  StoreToHost,
  StoreToNode,
} from '../src/messages.js';
import { unreachable } from '../src/assert.js';
import { payloadBytes } from '../src/raft/entries.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorTask } from '../src/runtime/task.js';
import { createReplicatedState, type ReplicatedState } from '../src/state-machine/exactly-once.js';
import { createSnapshotShelf, type SnapshotShelf } from '../src/state-machine/snapshot-shelf.js';
import type { HostedStateMachine, StateMachine } from '../src/state-machine/state-machine.js';

/** Committed bytes that may be on their way to this store at once. */
const PULL_WINDOW_BYTES = 4 * 1024 * 1024;
/** More is asked for once so much of it has been applied: a message for every batch would cost its node a turn. */
const PULL_AGAIN_BYTES = PULL_WINDOW_BYTES / 4;

export default function metadataStore(task: ActorTask): Promise<void> {
  return serveActor<MetadataStoreConfig>(
    task,
    async (context) => new MetadataStoreShell(context, await loadHosted(context.config.stateMachine)),
  );
}

class MetadataStoreShell implements MetadataStoreControl {
  readonly #host: MessagePort;
  readonly #node: MessagePort;
  readonly #state: ReplicatedState;
  readonly #shelf: SnapshotShelf;
  /** Confirmed reads whose index is not applied yet. */
  #waiting: { readonly index: number; readonly reads: readonly Read[] }[] = [];
  /** Applied and not asked for again yet. */
  #consumedBytes = 0;

  constructor(context: ActorContext<MetadataStoreConfig>, machine: HostedStateMachine) {
    this.#host = context.port('host');
    this.#node = context.port('node');
    this.#state = createReplicatedState(machine);
    this.#shelf = createSnapshotShelf(this.#state, context.config.snapshotEntries);
    this.#node.on('message', (message: NodeToStore) => {
      this.#receiveFromNode(message);
    });
    this.#host.on('message', ({ reads }: HostToStore) => {
      this.#answer(reads);
    });
    this.#postNode({ kind: 'pull', bytes: PULL_WINDOW_BYTES, appliedIndex: 0 });
  }

  appliedIndex(): number {
    return this.#state.appliedIndex;
  }

  dump(withState: boolean): { appliedIndex: number; stateHash: string; state?: unknown } {
    return {
      appliedIndex: this.#state.appliedIndex,
      stateHash: this.#state.digest(),
      ...(withState ? { state: this.#state.dump() } : {}),
    };
  }

  stop(): void {
    this.#waiting = [];
  }

  #receiveFromNode(message: NodeToStore): void {
    switch (message.kind) {
      case 'committed':
        this.#apply(message);
        return;
      case 'reads':
        this.#waiting.push(message);
        this.#answerWaiting();
        return;
      case 'snapshotRead':
        this.#postNode({ kind: 'snapshotChunk', to: message.read.to, ...this.#shelf.read(message.read) });
        return;
      case 'snapshotWrite': {
        const { snapshot, done } = message.write;
        const ok = this.#shelf.write(message.write);
        if (done) this.#postNode({ kind: 'snapshotRestored', index: snapshot.index, ok });
        this.#answerWaiting();
        return;
      }
      default:
        unreachable(message);
    }
  }

  #apply({ runs, answer }: Extract<NodeToStore, { kind: 'committed' }>): void {
    const answers = this.#state.applyRuns(runs);
    if (answer && answers.length > 0) this.#postHost({ kind: 'answers', answers });
    for (const run of runs) this.#consumedBytes += payloadBytes(run);
    if (this.#consumedBytes >= PULL_AGAIN_BYTES) {
      this.#postNode({ kind: 'pull', bytes: this.#consumedBytes, appliedIndex: this.#state.appliedIndex });
      this.#consumedBytes = 0;
    }
    const index = this.#shelf.takeIfDue();
    if (index !== null) this.#postNode({ kind: 'snapshotDurable', index });
    this.#answerWaiting();
  }

  #answerWaiting(): void {
    if (this.#waiting.length === 0) return;
    const { appliedIndex } = this.#state;
    const ready = this.#waiting.filter(({ index }) => index <= appliedIndex);
    if (ready.length === 0) return;
    this.#waiting = this.#waiting.filter(({ index }) => index > appliedIndex);
    this.#answer(ready.flatMap(({ reads }) => reads));
  }

  #answer(reads: readonly Read[]): void {
    this.#postHost({ kind: 'readAnswers', answers: reads.map((read) => this.#query(read)) });
  }

  #query({ id, request }: Read): ReadReply {
    const index = this.#state.appliedIndex;
    try {
      return { id, index, value: this.#state.query(request) };
    } catch (error) {
      // A user's own machine may throw here: nothing but this read is lost.
      return { id, index, error: { code: 'InvalidArgument', message: `the query failed: ${String(error)}` } };
    }
  }

  #postHost(message: StoreToHost): void {
    this.#host.postMessage(message);
  }

  #postNode(message: StoreToNode): void {
    this.#node.postMessage(message);
  }
}

/** The metadata machine, or the default export of the user's module. immer is loaded only where it is used. */
async function loadHosted(module: string | null): Promise<HostedStateMachine> {
  if (module === null) {
    const { createMetadataMachine } = await import('../src/metadata/metadata-state-machine.js');
    return createMetadataMachine();
  }
  const { hostUserMachine } = await import('../src/state-machine/user-machine.js');
  const { default: create } = (await import(module)) as { default: () => StateMachine | Promise<StateMachine> };
  return hostUserMachine(await create());
}
