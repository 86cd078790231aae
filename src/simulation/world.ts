/** Everything one simulation consists of, and the trace of what happens in it. */
import type { Random } from '../random.js';
import type { StoreToHost } from '../messages.js';
import type { ReadAnswer, RequestAnswer } from '../raft/ready.js';
import { digestText, extendDigest } from './digest.js';
import type { EventQueue } from './event-queue.js';
import type { FaultCounts } from './faults.js';
import type { History } from './checks/history.js';
import type { MachineOptions } from './machine.js';
import type { Network } from './network.js';
import type { SimulatedNode } from './simulated-node.js';
import type { Plan } from './plan.js';
import type { Workload } from './workload.js';

export interface ProposedCommand {
  readonly attempt: number;
  readonly bytes: Uint8Array;
}

/** Who stands outside the nodes, uses them, and hears from them. */
export interface Client {
  applied(node: SimulatedNode, proposal: number, index: number): void;
  readAnswered(node: SimulatedNode, answer: ReadAnswer): void;
  requestAnswered(node: SimulatedNode, answer: RequestAnswer): void;
  /** By the desk of a node's store. */
  controllerAnswered(node: SimulatedNode, message: StoreToHost): void;
  /** The controller of a node begins to lead, or leads no more. */
  controllerChanged(node: SimulatedNode): void;
  /** A command leaves it. */
  commandProposed(node: SimulatedNode, command: ProposedCommand): void;
  /** Numbers for one more proposal. */
  nextNumbers(): { readonly attempt: number; readonly operation: number };
}

/** The shell's two ways on; whoever brings an input, or ends a wait, calls one. */
export interface Turns {
  advance(node: SimulatedNode): void;
  resume(node: SimulatedNode): void;
}

/** Faults come and go; then a majority is well and the rest stays as it is; then all are well. */
export type Phase = 'faults' | 'majority' | 'peace';

/** What is done from outside: see `actions.ts`. */
interface Actions {
  readonly seed: number;
  /** The numbers of those that happen while faults do; null: all. */
  readonly only: ReadonlySet<number> | null;
  /** What was done, by number; null: nobody wants to know. */
  readonly taken: Map<number, string> | null;
}

export interface World {
  readonly plan: Plan;
  readonly random: Random;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly workload: Workload;
  readonly nodes: SimulatedNode[];
  readonly history: History;
  readonly faults: FaultCounts;
  readonly client: Client;
  readonly turns: Turns;
  readonly actions: Actions;
  /** Deliveries, timers, completions and actions from outside; not the clock's own housekeeping. */
  events: number;
  traceDigest: number;
  snapshotsInstalled: number;
  phase: Phase;
  readonly log: ((line: string) => void) | null;
}

export function machineOptions({ workload, plan, history }: World): MachineOptions {
  return { workload, plan, outcomes: history.outcomes };
}

const codes = new Map<string, number>();

/** Counts an event and adds it to the trace. */
export function happened(world: World, what: string, node: number, detail: number): void {
  let code = codes.get(what);
  if (code === undefined) {
    code = digestText(what);
    codes.set(what, code);
  }
  world.events += 1;
  const timed = extendDigest(extendDigest(world.traceDigest, code), Math.floor(world.queue.nowMs * 1000));
  world.traceDigest = extendDigest(extendDigest(timed, node), detail);
}

/** For a person who reads a replay; costs nothing otherwise. */
export function tell(world: World, line: () => string): void {
  if (world.log !== null) world.log(`${world.queue.nowMs.toFixed(2).padStart(10)}  ${line()}`);
}
