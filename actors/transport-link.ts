/**
 * The thread of one transport link: hands what its two ports bring to the pure policy (`src/transport`), posts what
 * that answers, and wakes it when it asks to be. No decision about connections or messages is made here.
 */
import type { MessagePort } from 'node:worker_threads';
import type { Hello, LinkFaultSettings, LinkReport, NodeToLink, TransportLinkControl } from '../src/messages.js';
import { buffersToMove } from '../src/messages.js';
import { ThreadMeter } from '../src/metrics/thread-meter.js';
import { serveActor, type ActorContext } from '../src/runtime/serve.js';
import type { ActorOutcome, ActorTask } from '../src/runtime/task.js';
import {
  createLink,
  directionsOf,
  nextWakeUp,
  report,
  takePosts,
  type LinkConfig,
} from '../src/transport/link-state.js';
import { bytesIn } from '../src/transport/packing.js';
import { attach, cut, detached, heal, receive, setFaults, wake } from '../src/transport/link.js';

export default function transportLink(task: ActorTask): Promise<ActorOutcome> {
  return serveActor<LinkConfig>(task, (context) => new TransportLink(context));
}

class TransportLink implements TransportLinkControl {
  readonly #link;
  readonly #log;
  readonly #thread = new ThreadMeter();
  /** The port of the attached life at each end, by node id. */
  readonly #ports = new Map<number, MessagePort>();
  #timer: NodeJS.Timeout | null = null;
  #wakeUp: number | null = null;
  #loggedError: string | null = null;

  constructor({ config, log }: ActorContext<LinkConfig>) {
    this.#link = createLink(config);
    this.#log = log;
  }

  attach(expected: Hello, port: MessagePort): void {
    const sender = { end: expected.member.id, life: expected.life };
    this.#ports.get(sender.end)?.close();
    this.#ports.set(sender.end, port);
    port.on('message', (message: NodeToLink) => {
      receive(this.#link, sender, message, performance.now());
      this.#perform();
    });
    // A port that was replaced says nothing about the life that came after it.
    port.on('close', () => {
      if (this.#ports.get(sender.end) !== port) return;
      this.#ports.delete(sender.end);
      detached(this.#link, sender);
      this.#perform();
    });
    attach(this.#link, expected, performance.now());
    this.#perform();
  }

  cut(from: number | null): void {
    cut(this.#link, from);
    this.#perform();
  }

  heal(): void {
    heal(this.#link, performance.now());
    this.#perform();
  }

  setFaults(faults: LinkFaultSettings, from: number | null): void {
    setFaults(this.#link, faults, from, performance.now());
    this.#perform();
  }

  status(): LinkReport {
    return report(this.#link);
  }

  metrics(): ReturnType<TransportLinkControl['metrics']> {
    return { report: this.status(), directions: directionsOf(this.#link), thread: this.#thread.read() };
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    for (const port of ports) port.close();
  }

  #perform(): void {
    for (const { end, message, movable } of takePosts(this.#link)) {
      const moved = movable && message.kind === 'frame' ? buffersToMove(bytesIn(message.messages)) : [];
      this.#ports.get(end)?.postMessage(message, moved);
    }
    const { lastError } = this.#link;
    if (lastError !== this.#loggedError) this.#log('info', 'not connected', { reason: lastError });
    this.#loggedError = lastError;
    const wakeUp = nextWakeUp(this.#link);
    if (wakeUp !== this.#wakeUp) this.#startTimer(wakeUp);
  }

  #startTimer(wakeUp: number | null): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#wakeUp = wakeUp;
    // What is overdue after a stall is a negative delay, of which newer Nodes warn.
    const delayMs = wakeUp === null ? null : Math.max(0, Math.ceil(wakeUp - performance.now()));
    this.#timer = delayMs === null ? null : setTimeout(this.#wake, delayMs);
  }

  readonly #wake = (): void => {
    this.#wakeUp = null;
    wake(this.#link, performance.now());
    this.#perform();
  };
}
