/**
 * One seed from start to verdict: a cluster under faults until enough is committed, then peace, in which it has to
 * make progress and come to equal states (liveness). Pure: the same seed always gives the same trace.
 */
import { drawFraction, createRandom } from '../random.js';
import { includesMember } from '../raft/configuration.js';
import type { Configuration, Member } from '../raft/messages.js';
import { createAdministrator, noteRequestAnswer, startAdministrator, type Administrator } from './administrator.js';
import { createHistory } from './checks/history.js';
import { demand, Violation } from './checks/violation.js';
import {
  checkAcknowledged,
  createClients,
  noteApplied,
  noteReadAnswer,
  startClients,
  type Clients,
} from './clients.js';
import { EMPTY_DIGEST, extendDigest } from './digest.js';
import { createEventQueue, happenNext } from './event-queue.js';
import type { FaultCounts } from './faults.js';
import { makePeace, startNemesis } from './nemesis.js';
import { createNetwork } from './network.js';
import { createNode, type SimulatedNode } from './simulated-node.js';
import { deliver } from './inputs.js';
import { startNode } from './life.js';
import { drawPlan, type Plan } from './plan.js';
import { advance, resume } from './turns.js';
import type { World } from './world.js';

export interface SimulationOptions {
  readonly seed: number;
  /** 1 to 7; drawn from the seed when absent. */
  readonly nodes?: number;
  /** Receives one line for each thing that happens. */
  readonly log?: (line: string) => void;
}

export interface SimulationFailure {
  /** The property that does not hold: see `checks/violation.ts`. */
  readonly check: string;
  readonly message: string;
}

export interface SimulationResult {
  readonly seed: number;
  readonly nodes: number;
  /** Deliveries, timers, completions, actions from outside. */
  readonly events: number;
  /** Entries. */
  readonly committed: number;
  readonly readsConfirmed: number;
  readonly changesMade: number;
  readonly transfersMade: number;
  readonly snapshotsInstalled: number;
  readonly faults: Readonly<FaultCounts>;
  /** Equal for equal runs. */
  readonly traceHash: string;
  readonly failure?: SimulationFailure;
}

interface Cast {
  readonly world: World;
  readonly clients: Clients;
  readonly administrator: Administrator;
}

/** A seed counts as tested when it committed this many entries, and a fault fired. */
const COUNTED_ENTRIES = 50;
/** In peace: until the cluster commits, and until all members have applied it all. */
const PROGRESS_LIMIT_TIMEOUTS = 100;
const PROGRESS_LIMIT_EVENTS = 30_000;

export function simulate(options: SimulationOptions): SimulationResult {
  const cast = createCast(options);
  let failure: SimulationFailure | undefined;
  try {
    start(cast);
    runFaults(cast);
    runPeace(cast);
    checkAcknowledged(cast.world, cast.clients);
  } catch (error) {
    failure = describeFailure(error);
  }
  const { world, clients, administrator } = cast;
  const { events, faults, history, plan } = world;
  return {
    seed: options.seed,
    nodes: plan.nodes,
    events,
    committed: history.committed.length,
    readsConfirmed: clients.readsConfirmed,
    changesMade: administrator.changesMade,
    transfersMade: administrator.transfersMade,
    snapshotsInstalled: world.snapshotsInstalled,
    faults,
    traceHash: extendDigest(world.traceDigest, events).toString(16).padStart(8, '0'),
    ...(failure === undefined ? {} : { failure }),
  };
}

/** Did this seed test anything? */
export function counts({ committed, faults }: SimulationResult): boolean {
  return committed >= COUNTED_ENTRIES && Object.keys(faults).length > 0;
}

function describeFailure(error: unknown): SimulationFailure {
  if (error instanceof Violation) return { check: error.check, message: error.message };
  if (error instanceof Error) return { check: 'assertion', message: error.stack ?? error.message };
  return { check: 'assertion', message: String(error) };
}

function createCast({ seed, nodes, log }: SimulationOptions): Cast {
  const random = createRandom(seed);
  const plan = drawPlan(random, nodes ?? null);
  const queue = createEventQueue();
  const faults: FaultCounts = {};
  const clients = createClients();
  const administrator = createAdministrator();
  const world: World = {
    plan,
    random,
    queue,
    network: createNetwork(queue, random, plan, faults),
    nodes: [],
    history: createHistory(),
    faults,
    client: {
      applied: (node, proposal) => {
        noteApplied(clients, node, proposal);
      },
      readAnswered: (node, answer) => {
        noteReadAnswer(world, clients, node, answer);
      },
      requestAnswered: (node, answer) => {
        noteRequestAnswer(world, administrator, node, answer);
      },
    },
    turns: {
      advance: (node) => {
        advance(world, node);
      },
      resume: (node) => {
        resume(world, node);
      },
    },
    events: 0,
    traceDigest: EMPTY_DIGEST,
    snapshotsInstalled: 0,
    calm: false,
    log: log ?? null,
  };
  addNodes(world, plan);
  return { world, clients, administrator };
}

/** The first voters share a bootstrap configuration; the others are blank and wait to be taken in. */
function addNodes({ nodes, history, random }: World, plan: Plan): void {
  const voters: Member[] = [];
  for (let id = 1; id <= plan.voters; id += 1) voters.push({ id, incarnation: 'a' });
  const bootstrap: Configuration = { voters, learners: [] };
  const blank: Configuration = { voters: [], learners: [] };
  for (let place = 0; place < plan.nodes; place += 1) {
    const clockRate = 1 + (drawFraction(random) * 2 - 1) * plan.clockSkew;
    const node = createNode(place, place < plan.voters ? bootstrap : blank, clockRate, plan);
    nodes.push(node);
    history.disks.push({ member: node.member, disk: node.disk });
  }
  history.bootstrap = bootstrap;
}

function start({ world, clients, administrator }: Cast): void {
  for (const node of world.nodes) startNode(world, node);
  const first = world.nodes[0];
  if (first !== undefined) deliver(world, first, { kind: 'campaign' });
  startClients(world, clients);
  startAdministrator(world, administrator);
  startNemesis(world);
}

function runFaults({ world }: Cast): void {
  const { plan, history, faults } = world;
  const enough = (): boolean => history.committed.length >= plan.committedEntries && Object.keys(faults).length > 0;
  while (!enough() && world.events < plan.maxEvents && happenNext(world.queue));
}

function runPeace({ world, clients, administrator }: Cast): void {
  makePeace(world);
  administrator.stopped = true;
  const goal = Math.max(world.history.committed.length + 1, COUNTED_ENTRIES + 5);
  runUntil(world, () => world.history.committed.length >= goal, `commits up to ${goal}`);
  clients.stopped = true;
  runUntil(world, () => isAtRest(world), 'members come to equal states');
}

function runUntil(world: World, condition: () => boolean, aim: string): void {
  const { queue, plan } = world;
  const deadlineMs = queue.nowMs + PROGRESS_LIMIT_TIMEOUTS * plan.electionTimeoutMs;
  const eventLimit = world.events + PROGRESS_LIMIT_EVENTS;
  while (!condition()) {
    const goesOn = queue.nowMs < deadlineMs && world.events < eventLimit && happenNext(queue);
    demand(goesOn, 'liveness', () => `no progress in peace: ${aim}; ${describeNodes(world)}`);
  }
}

/** A leader has committed all its log, and every member of its configuration has applied it. */
function isAtRest({ nodes, history }: World): boolean {
  const end = history.committed.length;
  const leader = nodes.find(({ state }) => state?.role === 'leader' && state.commitIndex === end);
  const configuration = leader?.watch.configurations.at(-1)?.configuration;
  if (leader === undefined || configuration === undefined) return false;
  if (leader.machine.appliedIndex !== end || leader.disk.unsynced !== null) return false;
  const members = nodes.filter(({ member }) => isMember(configuration, member));
  return members.every(({ machine }) => machine.appliedIndex === end && machine.digest === leader.machine.digest);
}

function isMember({ voters, learners }: Configuration, member: Member): boolean {
  return includesMember(voters, member) || includesMember(learners, member);
}

function describeNodes({ nodes, history }: World): string {
  const describe = ({ member, state, machine }: SimulatedNode): string =>
    `${member.id}${member.incarnation}: ${state?.role ?? 'down'} of term ${state?.term ?? 0}, ` +
    `applied ${machine.appliedIndex}`;
  return `committed ${history.committed.length}; ${nodes.map(describe).join('; ')}`;
}
