/** A controller over a metadata machine on a virtual clock: what it proposes is applied when the test says so. */
import { createController } from '../../src/controller/controller.js';
import type { BrokerHeartbeat, BrokerInfo, HeartbeatAnswer } from '../../src/metadata/model.js';
import type { OperationData, OperationType } from '../../src/metadata/operations.js';
import type { HostedController, Moment } from '../../src/state-machine/hosted-controller.js';
import { NotYet } from '../../src/state-machine/state-machine.js';
import type { MetadataTester } from '../metadata/metadata-tester.js';
import { createTester } from '../metadata/metadata-tester.js';
import type { AnyOperation } from '../metadata/naive-model.js';

export const SESSION_MS = 9_000;
/** The virtual clock and the calendar have nothing in common. */
export const CALENDAR_MS = 1_700_000_000_000;
const MOST_STEPS = 5;

const decoder = new TextDecoder();

/** 'notYet': the answer waits for a change of the broker. */
export type Told = HeartbeatAnswer | 'notYet' | { readonly code: string };

export class ControllerTester {
  readonly metadata: MetadataTester;
  /** What was proposed about single brokers and applied, with its time. */
  readonly done: { readonly at: number; readonly type: string; readonly brokerId: number }[] = [];
  now = 0;
  readonly #controller: HostedController;

  /** Brokers 1, 2, …, whose epochs are their ids; it leads already. */
  constructor(brokers: number) {
    this.metadata = createTester(brokers);
    this.#controller = createController(this.metadata.machine, { brokerSessionTimeoutMs: SESSION_MS });
    this.lead();
  }

  lead(): void {
    this.#controller.lead(this.#moment());
    this.settle();
  }

  resign(): void {
    this.#controller.resign();
  }

  /** Time passes with all wake-ups, and what is proposed is applied at once. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (let at = this.#wakeUp(); at <= end; at = this.#wakeUp()) {
      this.now = at;
      this.settle();
    }
    this.now = end;
  }

  /** The same, and these brokers beat every so often. */
  beatFor(ms: number, ids: readonly number[], intervalMs = SESSION_MS / 5): void {
    for (let left = ms; left > 0; left -= intervalMs) {
      this.pass(Math.min(left, intervalMs));
      for (const id of ids) this.beat({ brokerId: id, brokerEpoch: this.broker(id).brokerEpoch });
    }
  }

  /** What it proposes now; the test may apply it, or not. */
  take(): AnyOperation[] {
    const commands = this.#controller.takeProposals(this.#moment());
    return commands.map((command) => JSON.parse(decoder.decode(command)) as AnyOperation);
  }

  apply(operations: readonly AnyOperation[]): void {
    for (const operation of operations) {
      this.metadata.applyAny(operation);
      const { type, data } = operation;
      if ('brokerId' in data) this.done.push({ at: this.now, type, brokerId: data.brokerId });
    }
  }

  /** A client's write; must be accepted. */
  write<Type extends OperationType>(type: Type, data: OperationData[Type]): unknown {
    const value = this.metadata.accept(type, data);
    this.settle();
    return value;
  }

  settle(): void {
    for (let proposed = this.take(); proposed.length > 0; proposed = this.take()) this.apply(proposed);
  }

  /** A heartbeat comes in, and what it calls for is applied at once, until it is answered. */
  beat(beat: BrokerHeartbeat): Told {
    let told = this.beatOnce(beat);
    for (let steps = 0; told === 'notYet' && steps < MOST_STEPS; steps += 1) {
      this.settle();
      told = this.askAgain(beat);
    }
    return told;
  }

  beatOnce(beat: BrokerHeartbeat): Told {
    this.#controller.hear([{ type: 'broker_heartbeat', ...beat }], this.#moment());
    return this.askAgain(beat);
  }

  /** As for an answer that waited; the broker has said nothing new. */
  askAgain(beat: BrokerHeartbeat): Told {
    const answer = this.#controller.answer({ type: 'broker_heartbeat', ...beat }, this.#moment());
    if (answer instanceof NotYet) return 'notYet';
    const { value, error } = answer as { value?: HeartbeatAnswer; error?: { code: string } };
    return value ?? { code: error?.code ?? 'no answer' };
  }

  broker(id: number): BrokerInfo {
    const broker = this.metadata.ask('get_broker', { id });
    if (broker === undefined) throw new Error(`broker ${id} is registered`);
    return broker;
  }

  statuses(): string[] {
    return this.metadata.ask('list_brokers', {}).map(({ status }) => status);
  }

  get controller(): HostedController {
    return this.#controller;
  }

  #moment(): Moment {
    return { now: this.now, unixMs: CALENDAR_MS + this.now, appliedIndex: this.metadata.index };
  }

  /** A timer never goes off at once. */
  #wakeUp(): number {
    return Math.max(this.now + 1, this.#controller.nextWakeUp(this.#moment()));
  }
}
