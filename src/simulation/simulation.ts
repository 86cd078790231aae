/**
 * One seed from start to verdict: a cluster under faults until enough has happened, then a healed majority that has to
 * commit, then peace, in which all have to come to equal states. Pure: the same seed always gives the same trace.
 */
import { drawFraction, createRandom } from '../random.js';
import type { Configuration, Member } from '../raft/messages.js';
import { randomOf } from './actions.js';
import { createAdministrator, noteRequestAnswer, startAdministrator, type Administrator } from './administrator.js';
import {
  areAllFenced,
  checkFence,
  createBrokers,
  noteBeatConfirmed,
  noteCommand,
  noteControllerAnswer,
  noteLeadership,
  startBrokers,
  type Brokers,
} from './brokers.js';
import { createHistory } from './checks/history.js';
import { startCountingChecks, Violation, type Check, type CheckCounts } from './checks/violation.js';
import {
  checkAcknowledged,
  createClients,
  nextNumbers,
  noteApplied,
  noteReadAnswer,
  startClients,
  startLastWriter,
  type Clients,
} from './clients.js';
import { EMPTY_DIGEST, extendDigest } from './digest.js';
import { digestWorkload } from './digest-workload.js';
import { createEventQueue, happenNext } from './event-queue.js';
import type { FaultCounts } from './faults.js';
import { deliver } from './inputs.js';
import { startNode } from './life.js';
import { compareAllStates, isAtRest, runMajority, runUntil, startPeace, type MajorityReport } from './liveness.js';
import { createMachine, emptySnapshot } from './machine.js';
import { startNemesis } from './nemesis.js';
import { createNetwork } from './network.js';
import { drawPlan, type NodeRange, type Plan } from './plan.js';
import { createNode } from './simulated-node.js';
import { advance, resume } from './turns.js';
import type { Workload } from './workload.js';
import type { World } from './world.js';

export interface SimulationOptions {
  readonly seed: number;
  /** 1 to 7, or the bounds of what is drawn. */
  readonly nodes?: number | NodeRange;
  /** The plain digest by default. */
  readonly workload?: Workload;
  /** How long faults last at most, on average; a seed draws its own. */
  readonly meanEvents?: number;
  /** While faults last, only the actions with these numbers happen. */
  readonly only?: ReadonlySet<number>;
  /** Receives what was done by then, by number. */
  readonly taken?: Map<number, string>;
  /** Receives one line for each thing that happens. */
  readonly log?: (line: string) => void;
}

export interface SimulationFailure {
  /** The property that does not hold: see `checks/violation.ts`. */
  readonly check: Check;
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
  readonly checks: Readonly<CheckCounts>;
  /** Null: the run did not come so far, or no majority could be had. */
  readonly majority: MajorityReport | null;
  /** Equal for equal runs. */
  readonly traceHash: string;
  readonly failure?: SimulationFailure;
}

interface Cast {
  readonly world: World;
  readonly clients: Clients;
  readonly administrator: Administrator;
  readonly brokers: Brokers;
}

/** A seed counts as tested when it committed this many entries, and a fault fired. */
const COUNTED_ENTRIES = 100;
const MEAN_EVENTS = 3_000;
const MAXIMUM_NODES = 7;
/** Apart from the numbers of actions. */
const MAJORITY_PURPOSE = -1;

export function simulate(options: SimulationOptions): SimulationResult {
  const checks = startCountingChecks();
  const cast = createCast(options);
  let majority: MajorityReport | null = null;
  let failure: SimulationFailure | undefined;
  try {
    start(cast);
    runFaults(cast);
    cast.administrator.stopped = true;
    startLastWriter(cast.world, cast.clients);
    majority = runMajority(cast.world, randomOf(options.seed, MAJORITY_PURPOSE));
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
    checks,
    majority,
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

function rangeOf(nodes: number | NodeRange | undefined): NodeRange {
  if (nodes === undefined) return { from: 1, to: MAXIMUM_NODES };
  return typeof nodes === 'number' ? { from: nodes, to: nodes } : nodes;
}

function createCast(options: SimulationOptions): Cast {
  const { seed, workload = digestWorkload, log = null, only = null, taken = null } = options;
  const random = createRandom(seed);
  const plan = drawPlan(random, rangeOf(options.nodes), options.meanEvents ?? MEAN_EVENTS);
  const queue = createEventQueue();
  const faults: FaultCounts = {};
  const clients = createClients();
  const administrator = createAdministrator();
  const brokers = createBrokers();
  const world: World = {
    plan,
    random,
    queue,
    network: createNetwork(queue, random, plan, faults),
    workload,
    nodes: [],
    history: createHistory(),
    faults,
    actions: { seed, only, taken },
    client: {
      applied: (node, proposal) => {
        noteApplied(clients, node, proposal);
        checkFence(world, brokers, proposal);
      },
      readAnswered: (node, answer) => {
        if (!noteBeatConfirmed(world, brokers, node, answer)) noteReadAnswer(world, clients, node, answer);
      },
      requestAnswered: (node, answer) => {
        noteRequestAnswer(world, administrator, node, answer);
      },
      controllerAnswered: (_, message) => {
        noteControllerAnswer(brokers, message);
      },
      controllerChanged: (node) => {
        noteLeadership(world, brokers, node);
      },
      commandProposed: (node, command) => {
        noteCommand(world, brokers, node, command);
      },
      nextNumbers: () => nextNumbers(clients),
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
    phase: 'faults',
    log,
  };
  addNodes(world, plan);
  return { world, clients, administrator, brokers };
}

/** The first voters share a bootstrap configuration; the others are blank and wait to be taken in. */
function addNodes({ nodes, history, random, workload }: World, plan: Plan): void {
  const voters: Member[] = [];
  for (let id = 1; id <= plan.voters; id += 1) voters.push({ id, incarnation: 'a' });
  const bootstrap: Configuration = { voters, learners: [] };
  const blank: Configuration = { voters: [], learners: [] };
  for (let place = 0; place < plan.nodes; place += 1) {
    const clockRate = 1 + (drawFraction(random) * 2 - 1) * plan.clockSkew;
    const configuration = place < plan.voters ? bootstrap : blank;
    const machine = createMachine({ workload, plan, outcomes: history.outcomes }, emptySnapshot(configuration));
    const node = createNode({ place, configuration, clockRate, machine, plan });
    nodes.push(node);
    history.disks.push({ member: node.member, disk: node.disk });
  }
  history.bootstrap = bootstrap;
}

function start({ world, clients, administrator, brokers }: Cast): void {
  for (const node of world.nodes) startNode(world, node);
  const first = world.nodes[0];
  if (first !== undefined) deliver(world, first, { kind: 'campaign' });
  startClients(world, clients);
  startAdministrator(world, administrator);
  startBrokers(world, brokers);
  startNemesis(world);
}

function runFaults({ world }: Cast): void {
  const { plan, history, queue } = world;
  while (history.committed.length < plan.committedEntries && world.events < plan.maxEvents && happenNext(queue));
}

function runPeace({ world, clients, brokers }: Cast): void {
  startPeace(world);
  const goal = Math.max(world.history.committed.length + 1, COUNTED_ENTRIES + 5);
  runUntil(world, () => world.history.committed.length >= goal, `commits up to ${goal}`);
  clients.stopped = true;
  brokers.stopped = true;
  runUntil(world, () => isAtRest(world) && areAllFenced(world), 'members apply all, silent brokers are fenced');
  compareAllStates(world);
}
