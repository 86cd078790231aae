/**
 * The inside of an actor's thread: exposes its control plane by comlink and keeps its task pending until it is stopped.
 * Threads are reused, so an actor keeps nothing at module level and closes what it opened.
 */
import type { MessagePort } from 'node:worker_threads';
import { expose } from 'comlink';
import { must } from '../assert.js';
import { ClusterError, toErrorValue } from '../errors.js';
import { createActorLog, type ActorLog } from './logger.js';
import type { ActorControl, ActorOutcome, ActorTask } from './task.js';

export interface ActorContext<Config> {
  readonly life: number;
  readonly config: Config;
  readonly log: ActorLog;
  /** A port of the task by name; closed when the actor ends. */
  port(name: string): MessagePort;
  /** Ends the actor with this error, at once and without its `stop`; the caller does nothing more. */
  fail(error: ClusterError): void;
}

/** Control methods of one actor; `stop` closes ports, timers and files of its own. */
interface Control {
  stop(): void;
}

export async function serveActor<Config>(
  task: ActorTask,
  start: (context: ActorContext<Config>) => Control | Promise<Control>,
): Promise<ActorOutcome> {
  try {
    return await new Promise<ActorOutcome>((resolve, reject) => {
      const fail = (error: unknown): void => {
        if (error instanceof ClusterError) resolve(toErrorValue(error));
        else reject(error instanceof Error ? error : new Error(String(error)));
      };
      const context: ActorContext<Config> = {
        life: task.life,
        config: task.config as Config,
        log: createActorLog(task.logPort),
        port: (name) => must(task.ports[name], `port ${name}`),
        fail,
      };
      const serve = (control: Control): void => {
        serveControl(task.controlPort, control, () => {
          resolve(null);
        });
      };
      Promise.resolve(context).then(start).then(serve, fail);
    });
  } finally {
    // Also after a failed start: the host takes the closing of the control port for the end of the actor.
    for (const port of Object.values(task.ports)) port.close();
    task.logPort?.close();
    task.controlPort.close();
  }
}

function serveControl(port: MessagePort, control: Control, stopped: () => void): void {
  const served: ActorControl = {
    call: (method, parameters) => {
      const methods = control as unknown as Record<string, (...parameters: readonly unknown[]) => unknown>;
      return must(methods[method], method).apply(control, [...parameters]);
    },
    stop: () => {
      control.stop();
      // Lets the answer to this very call leave before its port closes.
      setImmediate(stopped);
    },
    pause,
  };
  expose(served, port);
}

function pause(gate: Int32Array, port: MessagePort): void {
  port.postMessage('standing still');
  port.close();
  Atomics.wait(gate, 0, 0);
}
