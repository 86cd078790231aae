/**
 * The controller of the node that leads: what it does with the metadata over time. Pure: an image, what it has heard,
 * and a moment, to operations. Its parts know nothing of each other.
 */
import type { OperationAnswer } from '../metadata/answer.js';
import { rejected } from '../metadata/answer.js';
import type { MetadataMachine } from '../metadata/metadata-state-machine.js';
import type { Operation } from '../metadata/model.js';
import { operationToText } from '../metadata/operation-codec.js';
import type { GroupHeartbeat } from '../metadata/groups/queries.js';
import type { HostedController, Moment } from '../state-machine/hosted-controller.js';
import type { NotYet } from '../state-machine/state-machine.js';
import { BrokerSessions } from './broker-sessions.js';
import type { ControllerPart } from './controller-part.js';
import { GroupTimers } from './group-timers.js';
import type { ControllerRequest } from './heartbeat-input.js';
import { readControllerRequest } from './heartbeat-input.js';
import { balanceLeaders } from './leader-balance.js';
import { ObservedTime } from './observed-time.js';
import { PeriodicElections } from './periodic-elections.js';
import { electLeaderless } from './unclean-elections.js';

export interface ControllerOptions {
  readonly brokerSessionTimeoutMs: number;
}

/** How often the clock is looked at: what passes between two looks may have been a stall. */
const LOOKS_PER_SESSION = 16;

const encoder = new TextEncoder();

/** `machine`: asked for its image between batches. */
export function createController(
  machine: Pick<MetadataMachine, 'image'>,
  options: ControllerOptions,
): HostedController {
  return new Controller(machine, options);
}

class Controller implements HostedController {
  readonly #machine: Pick<MetadataMachine, 'image'>;
  readonly #lookIntervalMs: number;
  readonly #time: ObservedTime;
  readonly #brokers: BrokerSessions;
  #groups = new GroupTimers(0);
  readonly #elections: readonly ControllerPart[] = [
    new PeriodicElections(balanceLeaders),
    new PeriodicElections(electLeaderless),
  ];
  #leads = false;

  constructor(machine: Pick<MetadataMachine, 'image'>, { brokerSessionTimeoutMs }: ControllerOptions) {
    this.#machine = machine;
    this.#lookIntervalMs = brokerSessionTimeoutMs / LOOKS_PER_SESSION;
    this.#time = new ObservedTime(2 * this.#lookIntervalMs);
    this.#brokers = new BrokerSessions(brokerSessionTimeoutMs);
  }

  lead(moment: Moment): void {
    this.#leads = true;
    const observed = this.#observed(moment);
    this.#brokers.lead();
    this.#groups = new GroupTimers(observed.now);
    for (const part of this.#elections) part.lead(observed);
  }

  resign(): void {
    this.#leads = false;
  }

  hear(requests: readonly unknown[], moment: Moment): void {
    if (!this.#leads) return;
    for (const request of requests) {
      const read = readControllerRequest(request);
      if (read === undefined || 'error' in read) continue;
      const { type, beat } = read.value;
      if (type === 'broker_heartbeat') this.#brokers.hear(this.#machine.image(), beat, this.#observed(moment));
      else this.#hearGroup(beat, moment);
    }
  }

  answer(request: unknown, moment: Moment): OperationAnswer | NotYet | undefined {
    const read = readControllerRequest(request);
    if (read === undefined || 'error' in read) return read;
    if (!this.#leads) return rejected('NotLeader', 'this node does not lead');
    return this.#answer(read.value, moment);
  }

  takeProposals(moment: Moment): Uint8Array[] {
    const image = this.#machine.image();
    const observed = this.#observed(moment);
    const operations = [
      ...this.#brokers.operations(image, observed),
      ...this.#groups.due(image, observed.now, moment.unixMs),
      ...this.#elections.flatMap((part) => part.operations(image, observed)),
    ];
    return operations.map((operation) => encode(operation, moment));
  }

  nextWakeUp(moment: Moment): number {
    const dueAt = Math.min(
      this.#brokers.nextDueAt(),
      this.#groups.nextDueAt,
      ...this.#elections.map((part) => part.nextDueAt()),
    );
    return moment.now + Math.min(Math.max(0, dueAt - this.#time.at(moment.now)), this.#lookIntervalMs);
  }

  #answer({ type, beat }: ControllerRequest, moment: Moment): OperationAnswer | NotYet {
    if (type === 'broker_heartbeat') {
      return this.#brokers.answer(this.#machine.image(), beat, this.#observed(moment));
    }
    const error = this.#hearGroup(beat, moment);
    return error === null ? { value: null } : { error };
  }

  #hearGroup(beat: GroupHeartbeat, { now }: Moment): ReturnType<GroupTimers['heartbeat']> {
    return this.#groups.heartbeat(this.#machine.image(), beat, this.#time.at(now));
  }

  #observed(moment: Moment): Moment {
    return { ...moment, now: this.#time.at(moment.now) };
  }
}

function encode(operation: Operation, { unixMs }: Moment): Uint8Array {
  return encoder.encode(operationToText(operation, unixMs));
}
