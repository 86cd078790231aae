/**
 * The simulated users: they propose uniquely numbered entries to whoever admits them, read through any node, and
 * check what they are told. A read must show every entry that was committed before it was issued (linearizability by
 * certificate: the index is the proof).
 */
import { must } from '../assert.js';
import { drawChance, drawFraction, drawInteger } from '../random.js';
import { packPayloads } from '../raft/entries.js';
import type { ReadAnswer } from '../raft/ready.js';
import { demand } from './checks/violation.js';
import { lastWrittenIndex } from './disk.js';
import { schedule } from './event-queue.js';
import type { SimulatedNode } from './simulated-node.js';
import { deliver } from './inputs.js';
import { MINIMUM_PROPOSAL_BYTES, writeProposal } from './proposal.js';
import { happened, tell, type World } from './world.js';

export interface Clients {
  proposals: number;
  reads: number;
  /** By proposal: the place and life that took it. */
  readonly unanswered: Map<number, { readonly place: number; readonly life: number }>;
  /** By read: the node's life, and the commit index when it was issued. */
  readonly reading: Map<number, { readonly place: number; readonly life: number; readonly committed: number }>;
  readonly acknowledged: Set<number>;
  readsConfirmed: number;
  stopped: boolean;
}

/** How often a read goes to a node that takes itself for the leader; one that is mistaken must not confirm it. */
const LEADER_READ_RATE = 0.5;
const STALE_ADMISSION_RATE = 0.03;
/** Uncommitted entries at the leader beyond which clients wait: nobody offers more than can be done. */
const MAXIMUM_BACKLOG = 60;

export function createClients(): Clients {
  return {
    proposals: 0,
    reads: 0,
    unanswered: new Map(),
    reading: new Map(),
    acknowledged: new Set(),
    readsConfirmed: 0,
    stopped: false,
  };
}

export function startClients(world: World, clients: Clients): void {
  repeat(world, clients, world.plan.proposalIntervalMs, () => {
    propose(world, clients);
  });
  if (world.plan.readIntervalMs === 0) return;
  repeat(world, clients, world.plan.readIntervalMs, () => {
    read(world, clients);
  });
}

function repeat(world: World, clients: Clients, intervalMs: number, act: () => void): void {
  schedule(world.queue, intervalMs * 2 * drawFraction(world.random), () => {
    if (clients.stopped) return;
    act();
    repeat(world, clients, intervalMs, act);
  });
}

function propose(world: World, clients: Clients): void {
  const { random, plan, history } = world;
  const admitting = world.nodes.filter((node) => (node.leadership?.admission ?? null) !== null);
  const node = admitting[drawInteger(random, 0, Math.max(1, admitting.length))];
  const stale = drawChance(random, STALE_ADMISSION_RATE);
  if (node === undefined || lastWrittenIndex(node.disk) - history.committed.length > MAXIMUM_BACKLOG) return;
  const open = must(node.leadership?.admission, 'an admission');
  const admission = stale ? open - 1 : open;
  const payloads: Uint8Array[] = [];
  for (let count = drawInteger(random, 1, plan.maxProposalEntries + 1); count > 0; count -= 1) {
    clients.proposals += 1;
    if (stale) history.forbiddenProposals.add(clients.proposals);
    else clients.unanswered.set(clients.proposals, { place: node.place, life: node.life });
    payloads.push(writeProposal(clients.proposals, drawInteger(random, MINIMUM_PROPOSAL_BYTES, plan.maxPayloadBytes)));
  }
  happened(world, 'propose', node.place, clients.proposals);
  tell(world, () => `client proposes up to ${clients.proposals} to node ${node.member.id} under ${admission}`);
  deliver(world, node, { kind: 'propose', admission, payloads: packPayloads(payloads) });
}

function read(world: World, clients: Clients): void {
  const atLeader = drawChance(world.random, LEADER_READ_RATE);
  const asked = world.nodes.filter(({ state }) => (atLeader ? state?.role === 'leader' : state !== null));
  const node = asked[drawInteger(world.random, 0, Math.max(1, asked.length))];
  if (node === undefined) return;
  clients.reads += 1;
  const id = clients.reads;
  clients.reading.set(id, { place: node.place, life: node.life, committed: world.history.committed.length });
  happened(world, 'read', node.place, id);
  tell(world, () => `client reads ${id} at node ${node.member.id}, committed is ${world.history.committed.length}`);
  deliver(world, node, { kind: 'read', id });
}

export function noteApplied(clients: Clients, node: SimulatedNode, proposal: number): void {
  const waiting = clients.unanswered.get(proposal);
  if (waiting?.place !== node.place || waiting.life !== node.life) return;
  clients.unanswered.delete(proposal);
  clients.acknowledged.add(proposal);
}

export function noteReadAnswer(world: World, clients: Clients, node: SimulatedNode, answer: ReadAnswer): void {
  const asked = clients.reading.get(answer.id);
  demand(
    asked?.place === node.place && asked.life === node.life,
    'honest answer',
    () => `node ${node.member.id} answers read ${answer.id}, which waits for no answer there`,
  );
  clients.reading.delete(answer.id);
  const { index } = answer;
  tell(world, () => `node ${node.member.id} answers read ${answer.id} with ${index ?? 'no'}`);
  if (index === null) return;
  clients.readsConfirmed += 1;
  demand(
    index >= asked.committed && index <= world.history.committed.length,
    'linearizable read',
    () => `node ${node.member.id} reads at ${index}; ${asked.committed} was committed before`,
  );
}

/** Every acknowledged entry is in the committed sequence; that it is there once was checked when it was committed. */
export function checkAcknowledged(world: World, clients: Clients): void {
  for (const proposal of clients.acknowledged) {
    demand(
      world.history.proposals.has(proposal),
      'exactly once',
      () => `proposal ${proposal} was acknowledged and is not committed`,
    );
  }
}
