/**
 * The thread of one node's metadata store: applies what its raft-node commits, answers writes and reads straight to the host,
 * and holds snapshots. The state machine and the exactly-once table are pure (`src/metadata`, `src/state-machine`).
 */
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
import { toErrorValue } from '../src/errors.js';
import { payloadBytes } from '../src/raft/entries.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorTask } from '../src/runtime/task.js';
import { createReplicatedState } from '../src/state-machine/exactly-once.js';
import { createSnapshotShelf } from '../src/state-machine/snapshot-shelf.js';
import type { HostedStateMachine, StateMachine } from '../src/state-machine/state-machine.js';

/** Committed bytes that may be on their way to this store at once. */
const PULL_WINDOW_BYTES = 4 * 1024 * 1024;

export default function metadataStore(task: ActorTask): Promise<void> {
  return serveActor<MetadataStoreConfig>(task, startMetadataStore);
}

async function startMetadataStore(context: ActorContext<MetadataStoreConfig>): Promise<MetadataStoreControl> {
  const { config } = context;
  const host = context.port('host');
  const node = context.port('node');
  const state = createReplicatedState(await loadHosted(config.stateMachine));
  const shelf = createSnapshotShelf(state, config.snapshotEntries);
  let waiting: { readonly index: number; readonly reads: readonly Read[] }[] = [];

  const postNode = (message: StoreToNode): void => {
    node.postMessage(message);
  };
  const postHost = (message: StoreToHost): void => {
    host.postMessage(message);
  };
  const answer = (read: Read): ReadReply => {
    try {
      return { id: read.id, index: state.appliedIndex, value: state.query(read.request) };
    } catch (error) {
      return { id: read.id, index: state.appliedIndex, error: toErrorValue(error) };
    }
  };
  const answerReady = (): void => {
    if (waiting.length === 0) return;
    const ready = waiting.filter(({ index }) => index <= state.appliedIndex).flatMap(({ reads }) => reads);
    if (ready.length === 0) return;
    waiting = waiting.filter(({ index }) => index > state.appliedIndex);
    postHost({ kind: 'readAnswers', answers: ready.map(answer) });
  };
  const apply = ({ runs, answer: toHost }: Extract<NodeToStore, { kind: 'committed' }>): void => {
    const answers = state.applyRuns(runs);
    if (toHost && answers.length > 0) postHost({ kind: 'answers', answers });
    const bytes = runs.reduce((sum, run) => sum + payloadBytes(run), 0);
    postNode({ kind: 'pull', bytes, appliedIndex: state.appliedIndex });
    const index = shelf.takeIfDue();
    if (index !== null) postNode({ kind: 'snapshotDurable', index });
    answerReady();
  };

  node.on('message', (message: NodeToStore) => {
    switch (message.kind) {
      case 'committed':
        apply(message);
        return;
      case 'reads':
        waiting.push(message);
        answerReady();
        return;
      case 'snapshotRead':
        postNode({ kind: 'snapshotChunk', to: message.read.to, ...shelf.read(message.read) });
        return;
      case 'snapshotWrite': {
        const ok = shelf.write(message.write);
        if (message.write.done) postNode({ kind: 'snapshotRestored', index: message.write.snapshot.index, ok });
        answerReady();
        return;
      }
      default:
        unreachable(message);
    }
  });
  host.on('message', (message: HostToStore) => {
    postHost({ kind: 'readAnswers', answers: message.reads.map(answer) });
  });
  postNode({ kind: 'pull', bytes: PULL_WINDOW_BYTES, appliedIndex: 0 });

  return {
    dump: (withState) => ({
      appliedIndex: state.appliedIndex,
      stateHash: state.digest(),
      ...(withState ? { state: state.dump() } : {}),
    }),
    stop: () => undefined,
  };
}

/** The metadata machine, or the default export of the user's module (which may be async). immer is loaded only where it is used. */
async function loadHosted(module: string | null): Promise<HostedStateMachine> {
  if (module === null) {
    const { createMetadataMachine } = await import('../src/metadata/metadata-state-machine.js');
    return createMetadataMachine();
  }
  const { hostUserMachine } = await import('../src/state-machine/user-machine.js');
  const { default: create } = (await import(module)) as { default: () => StateMachine | Promise<StateMachine> };
  return hostUserMachine(await create());
}
