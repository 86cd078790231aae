/**
 * The thread of one node's metadata store: applies what its raft-node commits, answers writes and reads straight to
 * the host, and keeps snapshots, a slice at a time between other messages. The state machine and the exactly-once
 * table are pure (`src/metadata`, `src/state-machine`).
 */
import type { MessagePort } from 'node:worker_threads';
import type {
  HostToStore,
  MetadataStoreConfig,
  MetadataStoreControl,
  NodeToStore,
  ReadAnswers,
  ReadBatch,
  StoreToHost,
  StoreToNode,
} from '../src/messages.js';
import { unreachable } from '../src/assert.js';
import { ClusterError } from '../src/errors.js';
import { payloadBytes } from '../src/raft/entries.js';
import type { SnapshotWrite } from '../src/raft/ready.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorOutcome, ActorTask } from '../src/runtime/task.js';
import { packAnswers } from '../src/state-machine/answer-runs.js';
import { createReplicatedState, type ReplicatedState } from '../src/state-machine/exactly-once.js';
import type { HostedStateMachine, StateMachine } from '../src/state-machine/state-machine.js';
import { corruptLog } from '../src/storage/corrupt-log.js';
import { openFileSnapshots } from '../src/storage/file-snapshots.js';
import { createNodeDisk } from '../src/storage/node-disk.js';
import type { SnapshotShelf } from '../src/storage/snapshot-shelf.js';
import { createVolatileSnapshots } from '../src/storage/volatile-snapshots.js';

/** Committed bytes that may be on their way to this store at once. */
const PULL_WINDOW_BYTES = 4 * 1024 * 1024;
/** More is asked for once so much of it has been applied: a message for every batch would cost its node a turn. */
const PULL_AGAIN_BYTES = PULL_WINDOW_BYTES / 4;
/** A snapshot is due after so many applied bytes, too: what a restart has to replay is bounded. */
const SNAPSHOT_BYTES = 64 * 1024 * 1024;
/** Under load a snapshot takes a third of its thread, and all together a tenth: else they came to half of the load. */
const PAUSE_PER_SLICE = 2;
const REST_PER_SNAPSHOT = 9;

export default function metadataStore(task: ActorTask): Promise<ActorOutcome> {
  return serveActor<MetadataStoreConfig>(
    task,
    async (context) => new MetadataStoreShell(context, await loadHosted(context.config.stateMachine)),
  );
}

class MetadataStoreShell implements MetadataStoreControl {
  readonly #context: ActorContext<MetadataStoreConfig>;
  readonly #host: MessagePort;
  readonly #node: MessagePort;
  readonly #machine: HostedStateMachine;
  readonly #state: ReplicatedState;
  readonly #shelf: SnapshotShelf;
  /** The snapshot being written, and who waits for its end. */
  #keeping: Generator<void, void, void> | null = null;
  #keepingEnded: (() => void)[] = [];
  #keepingMs = 0;
  #rest: NodeJS.Timeout | null = null;
  #appliedAtSlice = 0;
  #bytesSinceSnapshot = 0;
  /** Chunks of the snapshot being received. */
  #received: Uint8Array[] = [];
  /** Confirmed reads whose index is not applied yet. */
  #waiting: { readonly index: number; readonly batch: ReadBatch }[] = [];
  /** Applied and not asked for again yet. */
  #consumedBytes = 0;

  constructor(context: ActorContext<MetadataStoreConfig>, machine: HostedStateMachine) {
    this.#context = context;
    this.#host = context.port('host');
    this.#node = context.port('node');
    this.#machine = machine;
    this.#state = createReplicatedState(machine, context.config.bootstrap);
    this.#shelf = openShelf(context.config, this.#state);
    this.#node.on('message', (message: NodeToStore) => {
      this.#orEnd(() => {
        this.#receiveFromNode(message);
      });
    });
    this.#host.on('message', ({ batch }: HostToStore) => {
      this.#answer(batch);
    });
    this.#postNode({ kind: 'pull', bytes: PULL_WINDOW_BYTES, appliedIndex: this.#state.appliedIndex });
  }

  appliedIndex(): number {
    return this.#state.appliedIndex;
  }

  async takeSnapshot(): Promise<number> {
    const wanted = this.#state.appliedIndex;
    while (this.#shelf.index < wanted) {
      await new Promise<void>((resolve) => {
        this.#keepingEnded.push(resolve);
        if (this.#keeping === null) this.#beginSnapshot();
      });
    }
    return this.#shelf.index;
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
    this.#endSnapshot();
    this.#endRest();
    this.#shelf.close();
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
      case 'snapshotWrite':
        this.#receiveChunk(message.write);
        return;
      default:
        unreachable(message);
    }
  }

  #apply({ runs, answer }: Extract<NodeToStore, { kind: 'committed' }>): void {
    const answers = this.#state.applyRuns(runs);
    if (answer && answers.length > 0)
      this.#postHost({ kind: 'answers', runs: packAnswers(answers, this.#machine.toPosted) });
    const bytes = runs.reduce((sum, run) => sum + payloadBytes(run), 0);
    this.#consumedBytes += bytes;
    this.#bytesSinceSnapshot += bytes;
    if (this.#consumedBytes >= PULL_AGAIN_BYTES) {
      this.#postNode({ kind: 'pull', bytes: this.#consumedBytes, appliedIndex: this.#state.appliedIndex });
      this.#consumedBytes = 0;
    }
    this.#beginSnapshotIfDue();
    this.#answerWaiting();
  }

  // ------------------------------------------------------------ snapshots

  #beginSnapshotIfDue(): void {
    if (this.#keeping !== null) return;
    const entries = this.#state.appliedIndex - this.#shelf.index;
    const isDue = this.#rest === null && entries >= this.#context.config.snapshotEntries;
    if (isDue || this.#bytesSinceSnapshot >= SNAPSHOT_BYTES) this.#beginSnapshot();
  }

  #beginSnapshot(): void {
    this.#endRest();
    this.#bytesSinceSnapshot = 0;
    this.#keepingMs = 0;
    const keeping = this.#shelf.keep(this.#state.capture());
    this.#keeping = keeping;
    const step = (): void => {
      if (this.#keeping !== keeping) return;
      this.#orEnd(() => {
        const startedAt = performance.now();
        const { done } = keeping.next();
        const tookMs = performance.now() - startedAt;
        this.#keepingMs += tookMs;
        if (done !== true) {
          this.#scheduleSlice(step, tookMs);
          return;
        }
        this.#postNode({ kind: 'snapshotDurable', index: this.#shelf.index });
        this.#rest = setTimeout(() => {
          this.#endRest();
          this.#beginSnapshotIfDue();
        }, REST_PER_SNAPSHOT * this.#keepingMs);
        this.#endSnapshot();
      });
    };
    step();
  }

  /**
   * What arrived during a slice goes first: the check phase comes after a poll of the ports. While there are entries
   * to apply the next slice also waits, so that the nodes of a machine, which all snapshot at once, leave it to writes.
   */
  #scheduleSlice(step: () => void, tookMs: number): void {
    const isIdle = this.#appliedAtSlice === this.#state.appliedIndex;
    this.#appliedAtSlice = this.#state.appliedIndex;
    if (isIdle) setImmediate(step);
    else setTimeout(step, PAUSE_PER_SLICE * tookMs);
  }

  #endRest(): void {
    if (this.#rest !== null) clearTimeout(this.#rest);
    this.#rest = null;
  }

  /** One that is not whole yet is given up. */
  #endSnapshot(): void {
    this.#keeping?.return();
    this.#keeping = null;
    const ended = this.#keepingEnded;
    this.#keepingEnded = [];
    for (const resolve of ended) resolve();
  }

  /** Nothing is touched before the last chunk: a transfer that is interrupted leaves what there was. */
  #receiveChunk({ snapshot, offset, bytes, done }: SnapshotWrite): void {
    if (offset === 0) this.#received = [];
    this.#received.push(bytes);
    if (!done) return;
    const chunks = this.#received;
    this.#received = [];
    // An older snapshot than what is applied already says nothing new.
    const isNew = snapshot.index > this.#state.appliedIndex;
    const ok = !isNew || this.#state.restore(Buffer.concat(chunks), snapshot);
    if (isNew && ok) {
      this.#endSnapshot();
      for (
        const keeping = this.#shelf.keep({ description: snapshot, serialize: () => chunks });
        keeping.next().done !== true;
      );
    }
    this.#postNode({ kind: 'snapshotRestored', index: snapshot.index, ok });
    this.#answerWaiting();
  }

  // ------------------------------------------------------------ reads

  #answerWaiting(): void {
    const waiting = this.#waiting;
    const { appliedIndex } = this.#state;
    this.#waiting = waiting.filter(({ index }) => index > appliedIndex);
    for (const { index, batch } of waiting) if (index <= appliedIndex) this.#answer(batch);
  }

  #answer({ id, requests }: ReadBatch): void {
    const values: unknown[] = [];
    const errors: ReadAnswers['errors'][number][] = [];
    for (const request of requests) {
      try {
        const value = this.#state.query(request);
        values.push(this.#machine.toPosted?.(value) ?? value);
      } catch (error) {
        // A user's own machine may throw here: nothing but this read is lost.
        const message = `the query failed: ${String(error)}`;
        errors.push({ place: values.length, error: { code: 'InvalidArgument', message } });
        values.push(undefined);
      }
    }
    this.#postHost({ kind: 'readAnswers', batch: id, index: this.#state.appliedIndex, values, errors });
  }

  /** Storage that failed once is not to be believed again. */
  #orEnd(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      this.#context.fail(error);
    }
  }

  #postHost(message: StoreToHost): void {
    this.#host.postMessage(message);
  }

  #postNode(message: StoreToNode): void {
    this.#node.postMessage(message);
  }
}

/** With files, the state is that of the newest snapshot. */
function openShelf({ files }: MetadataStoreConfig, state: ReplicatedState): SnapshotShelf {
  if (files === null) return createVolatileSnapshots(state.capture());
  const { shelf, newest } = openFileSnapshots(createNodeDisk(), files.folder, files.identity);
  if (newest === null) return shelf;
  if (state.restore(newest.content, newest.description)) return shelf;
  shelf.close();
  throw corruptLog(newest.path, 0, 'its content is not a state of this state machine');
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
