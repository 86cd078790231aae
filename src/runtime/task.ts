/**
 * What the host hands to a thread when it starts an actor. Types only. One piscina task is one life of one actor: the
 * task's promise settles when the actor has ended.
 */
import type { MessagePort } from 'node:worker_threads';
import type { ErrorValue } from '../errors.js';

/** The files in `actors/`, by name. */
export type ActorKind = 'raft-node' | 'metadata-store' | 'transport-link' | 'etcd-log';

export interface ActorTask {
  readonly kind: ActorKind;
  /** Unique within the host process, growing: names this run of the actor. */
  readonly life: number;
  readonly config: unknown;
  readonly controlPort: MessagePort;
  readonly ports: Readonly<Record<string, MessagePort>>;
  /** Absent: nothing is logged. */
  readonly logPort?: MessagePort;
}

/** What the task's promise resolves with: the error that the actor told, null when it was stopped. Rejects on bugs. */
export type ActorOutcome = ErrorValue | null;

/** The control plane that `serve.ts` exposes for every actor. */
export interface ActorControl {
  /** A method of the actor's own. */
  call(method: string, parameters: readonly unknown[]): unknown;
  /** Ends the actor in good order; its ports close. */
  stop(): void;
  /** Stands still until `gate[0]` is no longer 0, like a long garbage collection; says so on `port` first. */
  pause(gate: Int32Array, port: MessagePort): void;
}
