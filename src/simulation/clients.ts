/**
 * The simulated users: they propose operations to whoever admits them, send some of them again, read through any node,
 * and check what they are told. A read must show every entry that was committed before it was issued (linearizability
 * by certificate: the index is the proof).
 */
import { must } from '../assert.js';
import { drawChance, drawInteger, type Random } from '../random.js';
import { packPayloads } from '../raft/entries.js';
import type { ReadAnswer } from '../raft/ready.js';
import { sealOpening } from '../state-machine/envelope.js';
import { noteAction, repeat, type Action } from './actions.js';
import { demand } from './checks/violation.js';
import { digestBytes } from './digest.js';
import { lastWrittenIndex } from './disk.js';
import { countFault } from './faults.js';
import type { SimulatedNode } from './simulated-node.js';
import { deliver } from './inputs.js';
import { writeProposal } from './proposal.js';
import { happened, tell, type World } from './world.js';

/** As a client of the cluster has it: see `Envelope`. */
interface Session {
  readonly id: string;
  sequence: number;
  /** How many entries were proposed since it was opened last: the entry that opens it may be lost. */
  sinceOpened: number;
}

interface Write {
  readonly session: Session;
  readonly sequence: number;
  readonly operation: number;
  readonly requestId: string | undefined;
  readonly bytes: Uint8Array;
}

export interface Clients {
  /** Each is an attempt at an operation. */
  proposals: number;
  operations: number;
  reads: number;
  readonly sessions: readonly Session[];
  /** The latest, which may be sent again. */
  readonly recent: Write[];
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
const SESSIONS = 2;
const OPENED_EVERY = 20;
/** So many writes of a session may still be sent again; what is older is forgotten. */
const RECENT_WRITES = 4;
const REQUEST_ID_RATE = 0.02;

export function createClients(): Clients {
  const sessions = Array.from({ length: SESSIONS }, (_, place) => ({
    id: String.fromCharCode(place + 1).repeat(16),
    sequence: 0,
    sinceOpened: OPENED_EVERY,
  }));
  return {
    proposals: 0,
    operations: 0,
    reads: 0,
    sessions,
    recent: [],
    unanswered: new Map(),
    reading: new Map(),
    acknowledged: new Set(),
    readsConfirmed: 0,
    stopped: false,
  };
}

/** For a proposal that is no client's. */
export function nextNumbers(clients: Clients): { attempt: number; operation: number } {
  clients.proposals += 1;
  clients.operations += 1;
  return { attempt: clients.proposals, operation: clients.operations };
}

export function startClients(world: World, clients: Clients): void {
  repeat(world, 'writer', world.plan.proposalIntervalMs, (action) => {
    if (!clients.stopped) propose(world, clients, action);
    return !clients.stopped;
  });
  if (world.plan.readIntervalMs === 0) return;
  repeat(world, 'reader', world.plan.readIntervalMs, (action) => {
    if (!clients.stopped) read(world, clients, action);
    return !clients.stopped;
  });
}

/** When faults have ended, nobody may have to wait for a slow writer. */
export function startLastWriter(world: World, clients: Clients): void {
  repeat(world, 'lastWriter', world.plan.electionTimeoutMs / 4, (action) => {
    if (!clients.stopped) propose(world, clients, action);
    return !clients.stopped;
  });
}

function propose(world: World, clients: Clients, action: Action): void {
  const { random } = action;
  const { plan, history } = world;
  const admitting = world.nodes.filter((node) => (node.leadership?.admission ?? null) !== null);
  const node = admitting[drawInteger(random, 0, Math.max(1, admitting.length))];
  const stale = drawChance(random, STALE_ADMISSION_RATE);
  if (node === undefined || lastWrittenIndex(node.disk) - history.committed.length > MAXIMUM_BACKLOG) return;
  const open = must(node.leadership?.admission, 'an admission');
  const admission = stale ? open - 1 : open;
  const payloads: Uint8Array[] = [];
  for (let count = drawInteger(random, 1, plan.maxProposalEntries + 1); count > 0; count -= 1) {
    const again = drawChance(random, plan.retryRate);
    const known = clients.recent[drawInteger(random, 0, Math.max(1, clients.recent.length))];
    if (again && known !== undefined) countFault(world.faults, 'clientRetry');
    const write = again && known !== undefined ? repeated(clients, known, random) : newWrite(world, clients, random);
    clients.proposals += 1;
    if (stale) history.forbiddenProposals.add(clients.proposals);
    else clients.unanswered.set(clients.proposals, { place: node.place, life: node.life });
    payloads.push(...attempt(world, write, clients.proposals));
  }
  happened(world, 'propose', node.place, clients.proposals);
  noteAction(world, action, () => `${payloads.length} entries are proposed to node ${node.member.id}`);
  tell(world, () => `client proposes up to ${clients.proposals} to node ${node.member.id} under ${admission}`);
  deliver(world, node, { kind: 'propose', admission, payloads: packPayloads(payloads) });
}

function newWrite({ workload }: World, clients: Clients, random: Random): Write {
  const session = must(clients.sessions[drawInteger(random, 0, SESSIONS)], 'a session');
  clients.operations += 1;
  session.sequence += 1;
  const { operations: operation, recent } = clients;
  const requestId = drawChance(random, REQUEST_ID_RATE) ? `request ${operation}` : undefined;
  const write = { session, sequence: session.sequence, operation, requestId, bytes: workload.operation(random) };
  recent.push(write);
  if (recent.length > RECENT_WRITES) recent.shift();
  return write;
}

/** With an id of its own, it may come from another session. */
function repeated(clients: Clients, write: Write, random: Random): Write {
  if (write.requestId === undefined || drawChance(random, 0.5)) return write;
  const session = must(clients.sessions[drawInteger(random, 0, SESSIONS)], 'a session');
  session.sequence += 1;
  return { ...write, session, sequence: session.sequence };
}

/** One entry, or two: a session is opened before it is used, and now and then again. */
function attempt(world: World, { session, sequence, operation, requestId, bytes }: Write, attempt: number) {
  const { id } = session;
  const lowestUnanswered = Math.max(1, session.sequence - RECENT_WRITES);
  const fingerprint = digestBytes(bytes);
  const envelope = { session: id, sequence, lowestUnanswered, fingerprint };
  const payload = writeProposal(requestId === undefined ? envelope : { ...envelope, requestId }, {
    attempt,
    operation,
    bytes,
  });
  session.sinceOpened += 1;
  if (session.sinceOpened < OPENED_EVERY) return [payload];
  session.sinceOpened = 0;
  return [sealOpening(id, world.history.committed.length), payload];
}

function read(world: World, clients: Clients, action: Action): void {
  const { random } = action;
  const atLeader = drawChance(random, LEADER_READ_RATE);
  const asked = world.nodes.filter(({ state }) => (atLeader ? state?.role === 'leader' : state !== null));
  const node = asked[drawInteger(random, 0, Math.max(1, asked.length))];
  if (node === undefined) return;
  clients.reads += 1;
  const id = clients.reads;
  clients.reading.set(id, { place: node.place, life: node.life, committed: world.history.committed.length });
  happened(world, 'read', node.place, id);
  noteAction(world, action, () => `node ${node.member.id} is read`);
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
      'acknowledged is committed',
      () => `proposal ${proposal} was acknowledged and is not committed`,
    );
  }
}
