/**
 * What do threads and messages alone cost? The picture of a three-node cluster (nine threads, the same ports and
 * batches) with bare forwarding: the floor that every other figure stands on. It knows no cluster; beside one, turn by
 * turn, it is measured in `clients.ts`.
 */
import { once } from 'node:events';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import { runClosedLoop } from './closed-loop.js';
import type { Figure } from './figure.js';
import { pack } from './floor-worker.js';
import type { Answers, FloorRole, Proposal } from './floor-worker.js';
import { countText, inTurns, rateFigure, type Contender } from './in-turns.js';

const operation = Buffer.from(
  JSON.stringify({
    type: 'update_leader',
    data: { topic: 'events-000001', partition: 3, leader: 2, leaderEpoch: 7 },
    timestamp: 1_700_000_000_000,
  }),
);

export interface Floor extends AsyncDisposable {
  /** From the first thread's start until all nine serve. */
  readonly upMs: number;
  readonly run: Contender;
}

export async function startFloor(): Promise<Floor> {
  const startedAt = performance.now();
  const proposals = new MessageChannel();
  const answers = new MessageChannel();
  const workers = roles(proposals.port2, answers.port2).map((role) => startThread(role));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  const upMs = performance.now() - startedAt;
  return {
    upMs,
    run: (clients, durationMs) => {
      const propose = proposer(proposals.port1, answers.port1, clients === 1);
      return runClosedLoop(clients, durationMs, propose);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
      proposals.port1.close();
      answers.port1.close();
    },
  };
}

/** Three nodes, three stores, a link for each pair; node 1 leads and its store answers the host. */
function roles(proposals: MessagePort, answers: MessagePort): FloorRole[] {
  const [leaderLink2, leaderLink3, link23] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
  const [linkNode2, linkNode3, link32] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
  const [store1, store2, store3] = [new MessageChannel(), new MessageChannel(), new MessageChannel()];
  return [
    { kind: 'leader', host: proposals, links: [leaderLink2.port1, leaderLink3.port1], store: store1.port1 },
    { kind: 'link', ends: [leaderLink2.port2, linkNode2.port1] },
    { kind: 'link', ends: [leaderLink3.port2, linkNode3.port1] },
    { kind: 'link', ends: [link23.port2, link32.port1] },
    { kind: 'follower', link: linkNode2.port2, store: store2.port1 },
    { kind: 'follower', link: linkNode3.port2, store: store3.port1 },
    { kind: 'store', node: store1.port2, host: answers },
    { kind: 'store', node: store2.port2 },
    { kind: 'store', node: store3.port2 },
  ];
}

function portsOf(role: FloorRole): MessagePort[] {
  switch (role.kind) {
    case 'leader':
      return [role.host, ...role.links, role.store];
    case 'follower':
      return [role.link, role.store];
    case 'link':
      return [...role.ends];
    case 'store':
      return role.host === undefined ? [role.node] : [role.node, role.host];
  }
}

function startThread(role: FloorRole): Worker {
  const file = new URL('./floor-worker.js', import.meta.url);
  return new Worker(file, { workerData: role, transferList: portsOf(role) });
}

/** One call proposes one operation; calls of a turn travel together, a lone client's at once. */
function proposer(proposals: MessagePort, answers: MessagePort, alone: boolean): () => Promise<void> {
  const unanswered = new Map<number, () => void>();
  let queued: Uint8Array[] = [];
  let first = 0;
  let next = 0;
  const flush = (): void => {
    const bytes = pack(queued);
    queued = [];
    proposals.postMessage({ first, end: next, bytes } satisfies Proposal);
    first = next;
  };
  answers.removeAllListeners('message');
  answers.on('message', ({ ranges }: Answers) => {
    for (const [from, end] of ranges) {
      for (let number = from; number < end; number += 1) {
        unanswered.get(number)?.();
        unanswered.delete(number);
      }
    }
  });
  return () =>
    new Promise((resolve) => {
      unanswered.set(next, resolve);
      next += 1;
      queued.push(operation);
      if (alone) flush();
      else if (queued.length === 1) setImmediate(flush);
    });
}

export async function measureFloor(): Promise<Figure[]> {
  await using floor = await startFloor();
  await floor.run(64, 1000);
  const figures: Figure[] = [];
  for (const clients of [1, 16, 64, 256, 1024, 4096]) {
    const results = await inTurns({ floor: floor.run }, clients, { rounds: 2, runMs: 600, warmUpMs: 200 });
    figures.push(rateFigure(`floor alone, ${countText(clients)}`, results.floor));
  }
  return figures;
}
