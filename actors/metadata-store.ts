/**
 * The thread of one node's metadata store: applies what its raft-node commits, answers writes and reads straight to
 * the host, and keeps snapshots, a slice at a time between other messages. The state machine and the exactly-once
 * table are pure (`src/metadata`, `src/state-machine`).
 */
import type { MessagePort } from 'node:worker_threads';
import type { EngineToStore, StoreToEngine } from '../src/engine/engine.js';
import type { HostToStore, MetadataStoreConfig, MetadataStoreControl, StoreToHost } from '../src/messages.js';
import { unreachable } from '../src/assert.js';
import { ClusterError } from '../src/errors.js';
import { buffersToMove } from '../src/messages.js';
import { MetadataStoreMeters, type MetadataStoreMetrics } from '../src/metrics/metadata-store-meters.js';
import type { Publisher } from '../src/metadata/watching/publisher.js';
import { payloadBytes } from '../src/raft/entries.js';
import type { SnapshotWrite } from '../src/raft/ready.js';
import { createDeadlines } from '../src/runtime/deadlines.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorOutcome, ActorTask } from '../src/runtime/task.js';
import { packAnswers } from '../src/state-machine/answer-runs.js';
import { ControllerSeat } from '../src/state-machine/controller-seat.js';
import { createReplicatedState, type ReplicatedState } from '../src/state-machine/exactly-once.js';
import type { HostedController, Moment } from '../src/state-machine/hosted-controller.js';
import { ReadDesk } from '../src/state-machine/read-desk.js';
import type { HostedStateMachine, StateMachine } from '../src/state-machine/state-machine.js';
import { corruptLog } from '../src/storage/corrupt-log.js';
import { openFileSnapshots } from '../src/storage/file-snapshots.js';
import { createNodeDisk } from '../src/storage/node-disk.js';
import { SnapshotKeeping } from '../src/storage/snapshot-keeping.js';
import type { SnapshotShelf } from '../src/storage/snapshot-shelf.js';
import { createVolatileSnapshots } from '../src/storage/volatile-snapshots.js';

/** Committed bytes that may be on their way to this store at once. */
const PULL_WINDOW_BYTES = 4 * 1024 * 1024;
/** More is asked for once so much of it has been applied: a message for every batch would cost its node a turn. */
const PULL_AGAIN_BYTES = PULL_WINDOW_BYTES / 4;

export default function metadataStore(task: ActorTask): Promise<ActorOutcome> {
  return serveActor<MetadataStoreConfig>(
    task,
    async (context) => new MetadataStoreShell(context, await loadHosted(context.config)),
  );
}

class MetadataStoreShell implements MetadataStoreControl {
  readonly #context: ActorContext<MetadataStoreConfig>;
  readonly #host: MessagePort;
  readonly #node: MessagePort;
  readonly #machine: HostedStateMachine;
  readonly #state: ReplicatedState;
  readonly #shelf: SnapshotShelf;
  readonly #snapshots: SnapshotKeeping;
  readonly #meters: MetadataStoreMeters;
  /** Null: a user's own machine has no controller. */
  readonly #seat: ControllerSeat | null;
  /** What has arrived meanwhile goes first: a stall of this thread is no silence of those who are heard here. */
  readonly #deadlines = createDeadlines<'controller'>(() => {
    setImmediate(() => {
      if (this.#deadlines.takeDue() !== null) this.#control();
    });
  });
  /** Null: nobody can watch a state machine of the user's own. */
  readonly #publisher: Publisher | null;
  /** Chunks of the snapshot being received. */
  #received: Uint8Array[] = [];
  readonly #reads: ReadDesk;
  /** Of reads that came from another process, for the controller here. */
  readonly #forwarded: ReadDesk;
  /** Applied and not asked for again yet. */
  #consumedBytes = 0;

  constructor(context: ActorContext<MetadataStoreConfig>, { machine, controller, publish }: Hosted) {
    this.#context = context;
    this.#host = context.port('host');
    this.#node = context.port('node');
    this.#machine = machine;
    this.#seat = controller === null ? null : new ControllerSeat(controller);
    this.#state = createReplicatedState(machine, context.config.bootstrap);
    this.#shelf = openShelf(context.config, this.#state);
    this.#meters = new MetadataStoreMeters(this.#state.appliedIndex);
    this.#snapshots = new SnapshotKeeping({
      shelf: this.#shelf,
      snapshotEntries: context.config.snapshotEntries,
      appliedIndex: () => this.#state.appliedIndex,
      capture: () => this.#state.capture(),
      perform: (work) => {
        this.#orEnd(work);
      },
      kept: (index, tookMs) => {
        this.#meters.saved(tookMs);
        context.log('debug', 'snapshot kept', { index, tookMs });
        this.#postNode({ kind: 'snapshotDurable', index });
      },
    });
    this.#publisher = publish(this.#state.appliedIndex, (message) => {
      this.#postHost(message);
    });
    this.#node.on('message', (message: EngineToStore) => {
      this.#orEnd(() => {
        this.#receiveFromNode(message);
      });
    });
    this.#reads = this.#openDesk(this.#host);
    this.#forwarded = this.#openDesk(this.#node);
    this.#host.on('message', (message: HostToStore) => {
      if (message.kind === 'query') this.#reads.answerLocal(message.batch);
      else if (message.kind === 'forget') this.#reads.forget(message.reads);
      else this.#publisher?.receive(message);
    });
    this.#postNode({ kind: 'pull', bytes: PULL_WINDOW_BYTES, appliedIndex: this.#state.appliedIndex });
  }

  appliedIndex(): number {
    return this.#state.appliedIndex;
  }

  metrics(): MetadataStoreMetrics {
    return this.#meters.read(this.#state.appliedIndex);
  }

  takeSnapshot(): Promise<number> {
    return this.#snapshots.take();
  }

  dump(withState: boolean): { appliedIndex: number; stateHash: string; state?: unknown } {
    return {
      appliedIndex: this.#state.appliedIndex,
      stateHash: this.#state.digest(),
      ...(withState ? { state: this.#state.dump() } : {}),
    };
  }

  stop(): void {
    for (const desk of [this.#reads, this.#forwarded]) desk.stop();
    this.#deadlines.close();
    this.#snapshots.stop();
  }

  #receiveFromNode(message: EngineToStore): void {
    switch (message.kind) {
      case 'committed':
        this.#apply(message);
        return;
      case 'reads':
      case 'forwardedReads':
        this.#seat?.hear(message.batch.requests, this.#moment());
        (message.kind === 'reads' ? this.#reads : this.#forwarded).wait(message.index, message.batch);
        this.#control();
        return;
      case 'leadership':
        if (this.#seat?.learn(message.leadership, this.#moment()) === true) this.#askAgain();
        this.#control();
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

  #apply({ runs, answer }: Extract<EngineToStore, { kind: 'committed' }>): void {
    const answers = this.#state.applyRuns(runs);
    // Before the answers, so that a view has reached their index when they come.
    this.#publisher?.applied(this.#state.appliedIndex);
    if (answer && answers.length > 0)
      this.#postHost({ kind: 'answers', runs: packAnswers(answers, this.#machine.toPosted) });
    const bytes = runs.reduce((sum, run) => sum + payloadBytes(run), 0);
    this.#consumedBytes += bytes;
    if (this.#consumedBytes >= PULL_AGAIN_BYTES) {
      this.#postNode({ kind: 'pull', bytes: this.#consumedBytes, appliedIndex: this.#state.appliedIndex });
      this.#consumedBytes = 0;
    }
    this.#snapshots.applied(bytes);
    for (const desk of [this.#reads, this.#forwarded]) desk.applied();
    this.#control();
  }

  // ------------------------------------------------------------ the controller

  #control(): void {
    if (this.#seat === null) return;
    const moment = this.#moment();
    const proposal = this.#seat.takeProposal(moment);
    if (proposal !== null) this.#postNode(proposal);
    const wakeUpAt = this.#seat.nextWakeUp(moment);
    if (wakeUpAt === Number.POSITIVE_INFINITY) this.#deadlines.stop('controller');
    else this.#deadlines.start('controller', wakeUpAt - moment.now);
  }

  #moment(): Moment {
    return { now: performance.now(), unixMs: Date.now(), appliedIndex: this.#state.appliedIndex };
  }

  // ------------------------------------------------------------ snapshots

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
      this.#meters.received();
      this.#context.log('info', 'snapshot received', { index: snapshot.index, term: snapshot.term });
      this.#publisher?.restored(snapshot.index);
      this.#snapshots.keepReceived({ description: snapshot, serialize: () => chunks });
    }
    this.#postNode({ kind: 'snapshotRestored', index: snapshot.index, ok });
    this.#askAgain();
  }

  #askAgain(): void {
    for (const desk of [this.#reads, this.#forwarded]) desk.askAgain();
  }

  /** Answers to `asker`. */
  #openDesk(asker: MessagePort): ReadDesk {
    return new ReadDesk({
      machine: this.#machine,
      answerControl: (request) => this.#seat?.answer(request, this.#moment()),
      appliedIndex: () => this.#state.appliedIndex,
      post: (message) => {
        asker.postMessage(message);
      },
    });
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
    this.#host.postMessage(message, buffersToMove(packedIn(message)));
  }

  #postNode(message: StoreToEngine): void {
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

/** The memory of numbers that are packed anew for each message. */
function packedIn(message: StoreToHost): Float64Array[] {
  if (message.kind === 'image') return [message.steps.numbers];
  return message.kind === 'changes' && message.changes !== null ? [message.changes.numbers] : [];
}

interface Hosted {
  readonly machine: HostedStateMachine;
  readonly controller: HostedController | null;
  readonly publish: (appliedIndex: number, post: (message: StoreToHost) => void) => Publisher | null;
}

/** The metadata machine, or the default export of the user's module. immer is loaded only where it is used. */
async function loadHosted({ stateMachine, brokerSessionTimeoutMs }: MetadataStoreConfig): Promise<Hosted> {
  if (stateMachine === null) {
    const { createMetadataMachine } = await import('../src/metadata/metadata-state-machine.js');
    const { createController } = await import('../src/controller/controller.js');
    const { Publisher } = await import('../src/metadata/watching/publisher.js');
    const machine = createMetadataMachine();
    return {
      machine,
      controller: createController(machine, { brokerSessionTimeoutMs }),
      publish: (appliedIndex, post) => new Publisher(machine, appliedIndex, post),
    };
  }
  const { hostUserMachine } = await import('../src/state-machine/user-machine.js');
  const { default: create } = (await import(stateMachine)) as { default: () => StateMachine | Promise<StateMachine> };
  return { machine: hostUserMachine(await create()), controller: null, publish: () => null };
}
