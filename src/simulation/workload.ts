/**
 * What a simulated cluster replicates: a state machine, the operations that clients send it, and what must hold of it.
 * Types only.
 */
import type { Random } from '../random.js';
import type { Image } from '../metadata/image.js';
import type { HostedController } from '../state-machine/hosted-controller.js';
import type { HostedStateMachine } from '../state-machine/state-machine.js';
import type { Plan } from './plan.js';

export interface Workload {
  /** An empty one, for one life of one node. */
  createMachine(plan: Plan): WorkloadMachine;
  /** The next operation of some client, drawn. */
  operation(random: Random): Uint8Array;
}

export interface WorkloadMachine {
  readonly hosted: HostedStateMachine;
  /** After operations were applied: throws a `Violation`. */
  check(): void;
  /** After a snapshot was restored, before any check of what follows it. */
  restored(): void;
  /** Absent: what is replicated has no controller. */
  readonly controlled?: ControlledMetadata;
}

export interface ControlledMetadata {
  readonly controller: HostedController;
  image(): Image;
}
