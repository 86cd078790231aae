/**
 * The thread of one Raft node: takes what its ports bring, steps the pure core (`src/raft`) once a turn, and performs the turn's
 * effects in the order `performTurn` gives them. No protocol decision is made here.
 */
import type { MessagePort } from 'node:worker_threads';
import type {
  Hello,
  HostToNode,
  LinkToNode,
  NodeToHost,
  NodeToStore,
  RaftNodeConfig,
  RaftNodeControl,
  Read,
  StoreToNode,
} from '../src/messages.js';
import { must, unreachable } from '../src/assert.js';
import { createRandom } from '../src/random.js';
import type { EntryRun } from '../src/raft/entries.js';
import type { Input, TimerName } from '../src/raft/messages.js';
import type { ReadAnswer, RefusalReason, TimerCommand } from '../src/raft/ready.js';
import { createRaft } from '../src/raft/state.js';
import { raftStatus } from '../src/raft/status.js';
import { timerDelayMs } from '../src/raft/timers.js';
import { performTurn, type TurnEffect } from '../src/raft/turn.js';
import { createDeadlines } from '../src/runtime/deadlines.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorTask } from '../src/runtime/task.js';
import { createVolatileStorage } from '../src/storage/volatile-storage.js';
import { createEndpoint, type Endpoint } from '../src/transport/endpoint.js';
import { groupByPeer } from '../src/transport/packing.js';

export default function raftNode(task: ActorTask): Promise<void> {
  return serveActor<RaftNodeConfig>(task, startRaftNode);
}

function startRaftNode(context: ActorContext<RaftNodeConfig>): RaftNodeControl {
  const { config, log } = context;
  const host = context.port('host');
  const store = context.port('store');
  const raft = createRaft({ self: config.hello.member, stored: config.stored, limits: config.limits });
  const storage = createVolatileStorage();
  const random = createRandom(config.seed);
  const links = new Map<number, { readonly port: MessagePort; readonly endpoint: Endpoint }>();
  const reads = new Map<number, Read>();
  const requests = new Map<number, (refused: RefusalReason | null) => void>();
  let lastId = 0;
  let ledTerm = 0;
  let inputs: Input[] = [];
  let turnScheduled = false;
  let stopped = false;

  const deadlines = createDeadlines<TimerName>(() => {
    scheduleTurn();
  });
  // The check phase comes after a poll of the ports: a turn sees all that has arrived before any timer that is due.
  const scheduleTurn = (): void => {
    if (turnScheduled) return;
    turnScheduled = true;
    setImmediate(turn);
  };
  const enqueue = (input: Input): void => {
    inputs.push(input);
    scheduleTurn();
  };
  const turn = (): void => {
    turnScheduled = false;
    if (stopped) return;
    const arrived = inputs;
    inputs = [];
    for (const effect of performTurn(raft, arrived)) perform(effect);
    for (let timer = deadlines.takeDue(); timer !== null; timer = deadlines.takeDue()) {
      for (const effect of performTurn(raft, [{ kind: 'timer', timer }])) perform(effect);
    }
  };
  const request = (make: (id: number) => Input): Promise<RefusalReason | null> => {
    lastId += 1;
    const id = lastId;
    enqueue(make(id));
    return new Promise((resolve) => requests.set(id, resolve));
  };

  const postHost = (message: NodeToHost): void => {
    host.postMessage(message);
  };
  const postStore = (message: NodeToStore): void => {
    store.postMessage(message);
  };
  const perform = (effect: TurnEffect): void => {
    switch (effect.kind) {
      case 'send':
        for (const [peer, messages] of groupByPeer(effect.messages)) links.get(peer)?.endpoint.send(messages);
        return;
      case 'persist':
        storage.persist(effect.persist);
        return;
      case 'apply':
        for (const group of splitByOrigin(effect.runs, ledTerm)) postStore({ kind: 'committed', ...group });
        return;
      case 'reads':
        answerReads(effect.reads);
        return;
      case 'answers':
        for (const answer of effect.answers) {
          requests.get(answer.id)?.(answer.refused);
          requests.delete(answer.id);
        }
        return;
      case 'timers':
        for (const command of effect.timers) performTimer(command);
        return;
      case 'snapshotReads':
        for (const read of effect.snapshotReads) postStore({ kind: 'snapshotRead', read });
        return;
      case 'snapshotWrites':
        for (const write of effect.snapshotWrites) postStore({ kind: 'snapshotWrite', write });
        return;
      case 'leadership':
        if (effect.leadership.role === 'leader') ledTerm = effect.leadership.term;
        log('info', 'leadership', { ...effect.leadership });
        postHost({ kind: 'leadership', leadership: effect.leadership });
        return;
      case 'configuration':
        postHost({ kind: 'configuration', configuration: effect.configuration });
        return;
      default:
        unreachable(effect);
    }
  };
  const performTimer = (command: TimerCommand): void => {
    if (command.action === 'stop') deadlines.stop(command.timer);
    else deadlines.start(command.timer, timerDelayMs(command, config, random));
  };
  const answerReads = (answers: readonly ReadAnswer[]): void => {
    const refused: number[] = [];
    for (const answer of answers) {
      const read = must(reads.get(answer.id), `read ${answer.id}`);
      reads.delete(answer.id);
      if (answer.index === null) refused.push(read.id);
      else postStore({ kind: 'reads', index: answer.index, reads: [read] });
    }
    if (refused.length > 0) postHost({ kind: 'readsRefused', ids: refused, leader: raftStatus(raft).leader });
  };

  host.on('message', (message: HostToNode) => {
    if (message.kind === 'propose') {
      enqueue(message);
      return;
    }
    for (const read of message.reads) {
      lastId += 1;
      reads.set(lastId, read);
      enqueue({ kind: 'read', id: lastId });
    }
  });
  store.on('message', (message: StoreToNode) => {
    enqueue(message);
  });
  scheduleTurn();

  return {
    status: () => raftStatus(raft),
    campaign: () => {
      enqueue({ kind: 'campaign' });
    },
    changeMembership: (change) => request((id) => ({ kind: 'changeMembership', id, change })),
    transferLeadership: (to) => request((id) => ({ kind: 'transferLeadership', id, to })),
    attachLink(peer, port) {
      links.get(peer)?.port.close();
      const endpoint = createEndpoint(config.hello, port, {
        peerUp: ({ member }: Hello) => {
          postHost({ kind: 'peer', peer: member, connected: true });
          enqueue({ kind: 'peerUp', member });
        },
        peerLost: (member) => {
          postHost({ kind: 'peer', peer: member, connected: false });
        },
        peerDown: (member) => {
          enqueue({ kind: 'peerDown', member });
        },
        message: (message) => {
          enqueue({ kind: 'message', message });
        },
      });
      links.set(peer, { port, endpoint });
      port.on('message', (message: LinkToNode) => {
        endpoint.receive(message);
      });
    },
    detachLink(peer) {
      links.get(peer)?.port.close();
      links.delete(peer);
    },
    stop() {
      stopped = true;
      deadlines.close();
      storage.close();
      for (const link of links.values()) link.port.close();
    },
  };
}

/** Runs in order, split where the origin changes: the results of what this node proposed are its store's to post. */
function splitByOrigin(runs: readonly EntryRun[], ledTerm: number): { runs: EntryRun[]; answer: boolean }[] {
  const groups: { runs: EntryRun[]; answer: boolean }[] = [];
  for (const run of runs) {
    const answer = run.term === ledTerm;
    const last = groups.at(-1);
    if (last?.answer === answer) last.runs.push(run);
    else groups.push({ runs: [run], answer });
  }
  return groups;
}
