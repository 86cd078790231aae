/**
 * A controller at a node that leads now and then: it acts only while its node does, and what it proposes goes under the
 * admission that is open, so that nothing of an earlier leadership enters the log in a later one.
 */
import { packPayloads, type PackedPayloads } from '../raft/entries.js';
import type { Leadership } from '../raft/ready.js';
import { sealUnaddressed } from './envelope.js';
import type { HostedController, Moment } from './hosted-controller.js';

/** The core's input. */
export interface ControllerProposal {
  readonly kind: 'propose';
  readonly admission: number;
  readonly payloads: PackedPayloads;
}

export class ControllerSeat {
  readonly #controller: HostedController;
  /** In which it leads; null: it does not. */
  #term: number | null = null;
  #admission: number | null = null;

  constructor(controller: HostedController) {
    this.#controller = controller;
  }

  /** What its node is now, in order with all that it hands over; true: it leads now, or leads no more. */
  learn({ role, term, admission, committedInTerm }: Leadership, moment: Moment): boolean {
    const leads = role === 'leader' && committedInTerm;
    const ledTerm = this.#term;
    this.#term = leads ? term : null;
    this.#admission = leads ? admission : null;
    if (this.#term === ledTerm) return false;
    if (leads) this.#controller.lead(moment);
    else this.#controller.resign();
    return true;
  }

  hear(requests: readonly unknown[], moment: Moment): void {
    this.#controller.hear(requests, moment);
  }

  answer(request: unknown, moment: Moment): unknown {
    return this.#controller.answer(request, moment);
  }

  takeProposal(moment: Moment): ControllerProposal | null {
    if (this.#admission === null) return null;
    const commands = this.#controller.takeProposals(moment);
    if (commands.length === 0) return null;
    return { kind: 'propose', admission: this.#admission, payloads: packPayloads(commands.map(sealUnaddressed)) };
  }

  /** When to take a proposal again, without news; Infinity: not. */
  nextWakeUp(moment: Moment): number {
    return this.#admission === null ? Number.POSITIVE_INFINITY : this.#controller.nextWakeUp(moment);
  }
}
